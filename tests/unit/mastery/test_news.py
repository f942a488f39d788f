"""What entries say of each learner, and how it joins what is known."""

from typing import Any

import pytest

from services.mastery.domain.news import News, add_news, joined
from shared.ledger.entry import Entry
from shared.rulebook.contribution import Contribution
from tests.support.ledger_writer import LedgerWriter, named, result
from tests.support.mastery import entry_of

ANA, BO, READING, WRITING = named("Ana"), named("Bo"), named("reading"), named("writing")


def news_of(ledger: LedgerWriter) -> dict[str, News]:
    news: dict[str, News] = {}
    for raw in ledger.entries:
        add_news(news, entry_of(raw), raw["body"])
    return news


def pieces_of(ledger: LedgerWriter) -> list[Contribution]:
    return news_of(ledger)[ANA].contributions[READING]


def test_each_entry_is_news_of_its_own_learner() -> None:
    ledger = LedgerWriter()
    first = ledger.attempt(ANA, result(READING, "3"), result(WRITING, "2"), result(READING, "1"))
    ledger.void(ANA, first)
    ledger.enrol(BO, named("North"))
    news = news_of(ledger)
    assert {who: list(own.contributions) for who, own in news.items()} == {ANA: [READING, WRITING], BO: []}
    assert len(news[ANA].contributions[READING][0].results) == 2
    assert list(news[ANA].withdrawals) == [first]
    assert [school.school for school in news[BO].enrolments] == [named("North")]


def test_an_entry_that_speaks_of_another_learner_than_its_owner_is_refused() -> None:
    ledger = LedgerWriter()
    ledger.attempt(ANA, result(READING, "3"))
    entry: Entry = entry_of(ledger.entries[0])
    body: dict[str, Any] = {**ledger.entries[0]["body"], "learner": BO}
    with pytest.raises(ValueError, match="another learner"):
        add_news({}, entry, body)


def test_late_pieces_take_their_place_and_the_order_of_arrival_never_matters() -> None:
    ledger = LedgerWriter()
    for earlier in (0, 5000, 2000):
        ledger.attempt(ANA, result(READING, "3"), occurred=ledger.now - earlier)
    first, second, third = pieces_of(ledger)
    assert joined([first], [second, third], {}) == [second, third, first]
    assert joined(joined([], [second], {}), [first, third], {}) == [second, third, first]


def test_what_is_withdrawn_stays_and_is_marked_wherever_it_was_known() -> None:
    ledger = LedgerWriter()
    old = ledger.attempt(ANA, result(READING, "3"))
    new = ledger.attempt(ANA, result(READING, "2"))
    for event in (old, new):
        ledger.void(ANA, event)
    first, second = pieces_of(ledger)
    withdrawals = news_of(ledger)[ANA].withdrawals
    assert [piece.withdrawn is not None for piece in joined([first], [second], withdrawals)] == [True, True]
