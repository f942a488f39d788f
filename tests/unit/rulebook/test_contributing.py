"""What entries say: contributions a competency, withdrawals, schools."""

import pytest

from shared.ledger.canonical import canonical
from shared.ledger.entry import Entry, entry_from_envelope
from shared.rulebook.contributing import contributions_of, enrolment_of, gather, withdrawal_of, withdrawn
from shared.rulebook.contribution import Result, Withdrawal, in_order
from shared.rulebook.defining import adoption_of, placements_of
from shared.rulebook.policy import read_policy
from tests.support.ledger_writer import LedgerWriter, named, policy_document, result

ADA, THEME, SYMBOL, NORTH, SOUTH = (named(name) for name in ("Ada", "theme", "symbol", "North", "South"))


def entries_of(writer: LedgerWriter) -> list[tuple[Entry, dict[str, object]]]:
    return [(entry_from_envelope(raw["envelope"], canonical(raw["body"])), raw["body"]) for raw in writer.entries]


def test_several_results_of_one_competency_are_one_contribution() -> None:
    writer = LedgerWriter()
    writer.score(
        ADA,
        result(THEME, "3", criterion="thesis"),
        result(SYMBOL, "2", criterion="symbol"),
        result(THEME, "2", "5", criterion="evidence"),
    )
    said = contributions_of(*entries_of(writer)[0])
    assert set(said) == {THEME, SYMBOL}
    assert said[THEME].results == (Result(3_000_000, 4_000_000, "thesis"), Result(2_000_000, 5_000_000, "evidence"))
    assert said[THEME].kind == "rubric_score"
    assert said[SYMBOL].results == (Result(2_000_000, 4_000_000, "symbol"),)


def test_other_entries_say_nothing_of_a_competency() -> None:
    writer = LedgerWriter()
    writer.enrol(ADA, NORTH)
    entry, body = entries_of(writer)[0]
    assert contributions_of(entry, body) == {}
    assert withdrawal_of(entry, body) is None
    enrolment = enrolment_of(entry, body)
    assert enrolment is not None
    assert enrolment.school == NORTH


@pytest.mark.parametrize(("earned", "possible"), [("5", "4"), ("0", "0"), ("-1", "4")])
def test_results_that_break_their_contract_are_no_evidence(earned: str, possible: str) -> None:
    writer = LedgerWriter()
    writer.attempt(ADA, result(THEME, earned, possible))
    with pytest.raises(ValueError, match="possible"):
        contributions_of(*entries_of(writer)[0])


def test_the_first_withdrawal_stands_whichever_is_read_first() -> None:
    writer = LedgerWriter()
    writer.attempt(ADA, result(THEME, "3"))
    piece = contributions_of(*entries_of(writer)[0])[THEME]
    first, second = Withdrawal(5, 500, "first"), Withdrawal(7, 700, "second")
    assert withdrawn(withdrawn(piece, first), second).withdrawn == first
    assert withdrawn(withdrawn(piece, second), first).withdrawn == first


def test_a_record_is_the_same_in_any_order_and_with_repeats() -> None:
    writer = LedgerWriter()
    writer.enrol(ADA, NORTH)
    piece = writer.attempt(ADA, result(THEME, "3"))
    void = writer.void(ADA, piece)
    pairs = entries_of(writer)
    record = gather(pairs)
    assert gather([*reversed(pairs), *pairs]) == record
    assert record.contributions[THEME][0].withdrawn == Withdrawal(3, writer.now, void)


def test_of_a_run_at_one_school_the_first_enrolment_counts() -> None:
    writer = LedgerWriter()
    for school in [NORTH, NORTH, SOUTH, SOUTH, NORTH]:
        writer.enrol(ADA, school)
    schools = gather(entries_of(writer)).schools
    assert [(enrolment.school, enrolment.position) for enrolment in schools] == [(NORTH, 1), (SOUTH, 3), (NORTH, 5)]


def test_fold_order_is_by_what_happened_but_never_after_it_was_recorded() -> None:
    writer = LedgerWriter()
    now = writer.now
    ahead = writer.attempt(ADA, result(THEME, "1"), occurred=now + 50)
    writer.now += 10
    on_time = writer.attempt(ADA, result(THEME, "2"))
    late = writer.attempt(ADA, result(THEME, "3"), occurred=now - 1000)
    same = writer.attempt(ADA, result(THEME, "4"))
    pieces = gather(entries_of(writer)).contributions[THEME]
    assert [piece.event for piece in in_order(reversed(pieces))] == [late, ahead, on_time, same]


def test_an_adoption_must_come_with_the_policy_that_it_names() -> None:
    writer = LedgerWriter()
    writer.adopt("district", policy_document())
    entry, body = entries_of(writer)[0]
    assert adoption_of(entry, body, read_policy(policy_document())).position == 1
    with pytest.raises(ValueError, match="names the policy"):
        adoption_of(entry, body, read_policy(policy_document("ascertain.highest@1")))


def test_only_frameworks_place_competencies() -> None:
    with pytest.raises(ValueError, match=r"ascertain\.framework@1"):
        placements_of(policy_document(), 1, 0)
