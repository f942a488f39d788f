"""Evidence beyond attempts and rubric scores, and evidence in the place of other evidence."""

from typing import Any

import pytest

from shared.ledger.canonical import canonical
from shared.ledger.decimals import unscaled
from shared.ledger.entry import entry_from_envelope
from shared.rulebook.contributing import contributions_of, withdrawal_of
from shared.rulebook.contribution import Withdrawal, contributions_digest
from shared.rulebook.override import Override
from shared.rulebook.state import Reason, SetAside, State
from tests.support.folding import gathered
from tests.support.ledger_writer import LedgerWriter, named, policy_document, result

ADA, THEME, SYMBOL = named("Ada"), named("theme"), named("symbol")


def written(policy: dict[str, Any] | None = None) -> LedgerWriter:
    writer = LedgerWriter()
    writer.adopt("district", policy or policy_document())
    return writer


def state(writer: LedgerWriter) -> State:
    return gathered(writer.entries, writer.documents).state(ADA, THEME)


def stands(writer: LedgerWriter) -> tuple[str, str | None, str | None]:
    now = state(writer)
    return str(now.status), now.level, None if now.value is None else unscaled(now.value)


def test_observations_and_attestations_count_by_their_purpose() -> None:
    writer = written(policy_document(kinds=2, counts=["performance", "diagnostic"]))
    writer.observe(ADA, result(THEME, "3"))
    assert stands(writer)[0] == "not_enough"
    writer.attest(ADA, result(THEME, "4"), purpose="practice")
    assert stands(writer)[0] == "not_enough"
    writer.attest(ADA, result(THEME, "4"), purpose="diagnostic")
    assert stands(writer) == ("mastered", "Proficient", "4")


def test_a_self_rating_is_shown_and_never_counts_nor_is_it_a_kind() -> None:
    writer = written(policy_document(kinds=2, counts=["performance", "practice", "diagnostic"]))
    rated = writer.reflect(ADA, result(THEME, "4"))
    assert stands(writer)[0] == "no_evidence"
    writer.attempt(ADA, result(THEME, "1"))
    assert stands(writer)[0] == "not_enough"
    assert state(writer).set_aside == (SetAside(rated, Reason.SELF_RATING, None),)
    void = writer.void(ADA, rated)
    assert state(writer).set_aside == (SetAside(rated, Reason.VOIDED, void),)


def test_a_reflection_in_words_says_nothing_of_a_competency() -> None:
    writer = written()
    writer.reflect(ADA)
    entry = writer.entries[-1]
    assert contributions_of(entry_from_envelope(entry["envelope"], canonical(entry["body"])), entry["body"]) == {}


def test_a_superseded_piece_is_set_aside_for_the_one_in_its_place() -> None:
    writer = written()
    wrong = writer.attempt(ADA, result(THEME, "1"))
    right = writer.attempt(ADA, result(THEME, "3"))
    event = writer.supersede(ADA, wrong, right)
    assert stands(writer) == ("mastered", "Proficient", "3")
    assert state(writer).set_aside == (SetAside(wrong, Reason.SUPERSEDED, right),)
    entry = writer.entries[-1]
    withdrawal = withdrawal_of(entry_from_envelope(entry["envelope"], canonical(entry["body"])), entry["body"])
    assert withdrawal == (wrong, Withdrawal(3, writer.now, event, right))


@pytest.mark.parametrize("corrections", [1, 2, 3])
def test_a_redo_of_a_superseded_piece_does_over_what_stands_in_its_place(corrections: int) -> None:
    writer = written(policy_document("ascertain.decaying_average@1", weight="0.5"))
    first = named_piece = writer.attempt(ADA, result(THEME, "1"))
    redo = writer.attempt(ADA, result(THEME, "4"), redo_of=first)
    for _ in range(corrections):
        corrected = writer.attempt(ADA, result(THEME, "2"))
        writer.supersede(ADA, named_piece, corrected)
        named_piece = corrected
    assert stands(writer) == ("mastered", "Proficient", "4")
    assert SetAside(named_piece, Reason.REPLACED, redo) in state(writer).set_aside


def test_a_redo_put_in_the_place_of_what_it_does_over_counts() -> None:
    writer = written()
    first = writer.attempt(ADA, result(THEME, "1"))
    redo = writer.attempt(ADA, result(THEME, "3"), redo_of=first)
    writer.supersede(ADA, first, redo)
    assert stands(writer) == ("mastered", "Proficient", "3")


def test_a_circle_of_corrections_ends() -> None:
    writer = written()
    one, other = writer.attempt(ADA, result(THEME, "1")), writer.attempt(ADA, result(THEME, "2"))
    writer.supersede(ADA, one, other)
    writer.supersede(ADA, other, one)
    writer.attempt(ADA, result(THEME, "3"), redo_of=one)
    assert stands(writer) == ("mastered", "Proficient", "3")


def test_what_is_folded_from_is_compared_with_the_overrides() -> None:
    override = Override("e", 1, 1, 1, "a", "p", 3, "r")
    assert contributions_digest([]) != contributions_digest([], [override])
    assert contributions_digest([], [override]) != contributions_digest([], [override._replace(at=4)])
