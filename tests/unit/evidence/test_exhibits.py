"""Given works and a portfolio, when a learner chooses, orders, withdraws or shares, then this or this refusal."""

import json
from typing import Any

import pytest

from services.evidence.domain.commands import Expectation, Guard, Refused, Stale
from services.evidence.domain.errors import Conflict, Gone, Invalid, NotFound, Refusal, StaleVersion
from services.evidence.domain.exhibits import ArrangeExhibits, ChooseExhibit, WithdrawExhibit
from services.evidence.domain.sharing import (
    LONGEST,
    RevokeShare,
    SharePortfolio,
)
from services.evidence.flows.arrange_exhibits import arrange_exhibits
from services.evidence.flows.choose_exhibit import choose_exhibit
from services.evidence.flows.share_portfolio import revoke_share, share_portfolio
from services.evidence.flows.withdraw_exhibit import withdraw_exhibit
from shared.ledger.canonical import parse
from shared.ledger.entry import Entry
from shared.ledger.identifiers import shard_of
from shared.ledger.instants import instant_text
from shared.ledger.links import secret_of, share_named, token_of
from tests.support.pure_district import (
    AMARA,
    BAO,
    CHIARA,
    FIRST,
    NOW,
    SECOND,
    SYMBOLS,
    TEACHER,
    TENANT,
    THEME,
    WORK,
    PureDistrict,
    entry,
)

DRAFT, WISH, EXHIBIT, SHARE = (f"{n}1000000-0000-4000-8000-000000000000" for n in range(1, 5))
STREAM = f"portfolio/{AMARA}"


def work(*members: str) -> list[Entry]:
    started = json.dumps({"work": WORK, "members": members}).encode()
    version = json.dumps({"work": WORK, "artefacts": []}).encode()
    stream = f"work/{WORK}"
    return [
        entry("WorkStarted", WORK, started, owner=WORK, stream=stream),
        entry("WorkVersionAdded", DRAFT, version, owner=WORK, stream=stream, version=2),
    ]


def of_portfolio(kind: str, id_: str, at: int, **body: Any) -> Entry:
    return entry(kind, id_, json.dumps({"learner": AMARA, **body}).encode(), stream=STREAM, version=at)


def chosen(id_: str = EXHIBIT, at: int = 1, draft: str = DRAFT) -> Entry:
    return of_portfolio("ExhibitChosen", id_, at, work=WORK, version=draft, competencies=[THEME])


def choose(**more: Any) -> ChooseExhibit:
    return ChooseExhibit(**{
        "id": WISH, "learner": AMARA, "version": DRAFT, "competencies": (THEME,), "reason": None,
        "expected_version": None, **more,
    })  # fmt: skip


def share(**more: Any) -> SharePortfolio:
    return SharePortfolio(**{
        "id": WISH, "learner": AMARA, "audience": "public", "expires_at": NOW + 1, "exhibits": None,
        "expected_version": None, **more,
    })  # fmt: skip


async def told(flow: Any, asked: Any, given: PureDistrict, actor: str = AMARA) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await flow(asked, actor, given.district())
    return caught.value


async def test_a_learner_chooses_a_version_of_her_work_and_says_why() -> None:
    given = PureDistrict(*work(AMARA, CHIARA))
    await choose_exhibit(choose(reason="My best."), AMARA, given.district())
    [command] = given.ledger.appended
    [(ref, text)] = given.vault.kept.items()
    assert parse(command.events[0].body) == {
        "learner": AMARA, "work": WORK, "version": DRAFT, "competencies": [THEME], "reason_ref": ref
    }  # fmt: skip
    assert (text.owner, text.event, text.field) == (AMARA, WISH, "reason_ref")
    assert command.expects == (Expectation(AMARA, STREAM, 0),)
    assert command.guards == (Guard(AMARA, f"learner/{AMARA}", "open"),)


async def test_nobody_chooses_for_her_and_nobody_elses_work() -> None:
    given = PureDistrict(*work(CHIARA))
    for actor in (TEACHER, BAO):
        assert isinstance(await told(choose_exhibit, choose(), given, actor), NotFound)
    for version in (DRAFT, WORK, SECOND):
        refused = await told(choose_exhibit, choose(version=version), given)
        assert (type(refused), refused.field) == (Invalid, "/version")
    given = PureDistrict(*work(AMARA))
    refused = await told(choose_exhibit, choose(competencies=(THEME, SYMBOLS)), given)
    assert (type(refused), refused.field) == (Invalid, "/competencies/1")
    assert given.journal == []


async def test_a_version_is_shown_once_until_it_is_withdrawn() -> None:
    given = PureDistrict(*work(AMARA), chosen())
    assert isinstance(await told(choose_exhibit, choose(reason="Again."), given), Conflict)
    assert "keep" not in given.journal
    given = PureDistrict(*work(AMARA), chosen(), of_portfolio("ExhibitWithdrawn", SECOND, 2, exhibit=EXHIBIT))
    await choose_exhibit(choose(), AMARA, given.district())
    assert given.ledger.appended[0].expects == (Expectation(AMARA, STREAM, 2),)
    assert isinstance(await told(withdraw_exhibit, WithdrawExhibit(WISH, AMARA, EXHIBIT, None), given), Conflict)
    assert isinstance(await told(withdraw_exhibit, WithdrawExhibit(WISH, AMARA, FIRST, None), given), NotFound)


async def test_a_request_that_is_sent_again_is_judged_as_the_first_time() -> None:
    given = PureDistrict(*work(AMARA), chosen(WISH), of_portfolio("ExhibitWithdrawn", SECOND, 2, exhibit=WISH))
    await choose_exhibit(choose(), AMARA, given.district())
    assert given.ledger.appended[0].expects == (Expectation(AMARA, STREAM, 0),)


async def test_who_expects_nothing_is_judged_anew_where_it_moved_on_and_who_does_is_told() -> None:
    given = PureDistrict(*work(AMARA))
    given.ledger.answers = [Stale(STREAM, 1)]
    await choose_exhibit(choose(), AMARA, given.district())
    assert len(given.ledger.appended) == 2
    given.ledger.answers = [Stale(STREAM, 1)]
    assert isinstance(await told(choose_exhibit, choose(expected_version=0), given), StaleVersion)
    given.ledger.answers = [Stale(STREAM, 1)] * 5
    assert isinstance(await told(choose_exhibit, choose(), given), StaleVersion)


async def test_an_order_names_what_is_shown() -> None:
    given = PureDistrict(chosen(), chosen(FIRST, 2, SECOND))
    await arrange_exhibits(ArrangeExhibits(WISH, AMARA, (FIRST,), 2), AMARA, given.district())
    assert parse(given.ledger.appended[0].events[0].body) == {"learner": AMARA, "exhibits": [FIRST]}
    refused = await told(arrange_exhibits, ArrangeExhibits(WISH, AMARA, (EXHIBIT, WORK), 2), given)
    assert (type(refused), refused.field) == (Invalid, "/exhibits/1")
    assert isinstance(await told(arrange_exhibits, ArrangeExhibits(WISH, AMARA, (FIRST,), 2), given, TEACHER), NotFound)


async def test_a_share_pins_what_it_shows_and_the_ledger_holds_no_secret() -> None:
    given = PureDistrict(*work(AMARA), chosen())
    receipt, secret = await share_portfolio(share(), AMARA, given.district())
    body: Any = parse(given.ledger.appended[0].events[0].body)
    assert body == {
        "learner": AMARA, "token": token_of(secret), "audience": "public", "exhibits": [EXHIBIT],
        "pins": [{"shard": shard_of(TENANT, AMARA), "position": 42}, {"shard": 17, "position": 42}],
        "expires_at": instant_text(NOW + 1),
    }  # fmt: skip
    assert receipt.id == WISH == share_named(secret)
    assert (await share_portfolio(share(), AMARA, given.district()))[1] == secret
    assert (await share_portfolio(share(id=SECOND), AMARA, given.district()))[1] != secret


async def test_a_share_ends_within_a_year_and_one_sent_again_may_have_ended() -> None:
    given = PureDistrict(*work(AMARA), chosen())
    for ends in (NOW, NOW + LONGEST + 1):
        assert (await told(share_portfolio, share(expires_at=ends), given)).field == "/expires_at"
    await share_portfolio(share(expires_at=NOW + LONGEST), AMARA, given.district())
    given.ledger.held.append(of_portfolio("PortfolioShared", WISH, 2))
    await share_portfolio(share(expires_at=NOW - 1), AMARA, given.district())


async def test_only_what_is_shown_is_shared_and_only_by_whom_it_speaks_for() -> None:
    given = PureDistrict(*work(AMARA))
    assert isinstance(await told(share_portfolio, share(), given), Conflict)
    given = PureDistrict(*work(AMARA), chosen())
    assert (await told(share_portfolio, share(exhibits=(SECOND,)), given)).field == "/exhibits/0"
    assert isinstance(await told(share_portfolio, share(), given, TEACHER), NotFound)
    given.rights.guardians = frozenset({(CHIARA, AMARA)})
    await share_portfolio(share(), CHIARA, given.district())
    given.ledger.answers = [Refused(f"learner/{AMARA}", "closed")]
    assert isinstance(await told(share_portfolio, share(), given), Gone)
    given.vault.forgotten = {AMARA}
    assert isinstance(await told(share_portfolio, share(), given), Gone)


async def test_a_share_is_revoked_once() -> None:
    made = of_portfolio(
        "PortfolioShared", SHARE, 2, token="a" * 64, audience="public", exhibits=[EXHIBIT], pins=[],
        expires_at=instant_text(NOW),
    )  # fmt: skip
    given = PureDistrict(*work(AMARA), chosen(), made)
    given.rights.guardians, given.rights.administrator = frozenset({(CHIARA, AMARA)}), TEACHER
    for actor in (AMARA, CHIARA, TEACHER):
        await revoke_share(RevokeShare(WISH, AMARA, SHARE), actor, given.district())
    assert isinstance(await told(revoke_share, RevokeShare(WISH, AMARA, EXHIBIT), given), NotFound)
    assert isinstance(await told(revoke_share, RevokeShare(WISH, AMARA, SHARE), given, BAO), NotFound)
    given.ledger.held.append(of_portfolio("ShareRevoked", SECOND, 3, share=SHARE))
    assert isinstance(await told(revoke_share, RevokeShare(WISH, AMARA, SHARE), given), Conflict)


def test_what_is_no_secret_names_no_share() -> None:
    secret = secret_of(SHARE, bytes(20))
    assert share_named(secret) == SHARE
    for wrong in ("", secret[:-4], secret + "AAAA", secret[:-1] + "!", "é" * 48):
        assert share_named(wrong) is None
