"""What readiness rests on: which pieces speak where the level cannot, and which publications count."""

from typing import Any

import pytest

from shared.rulebook.known import EVERYTHING, Known
from shared.rulebook.prerequisites import Publication, latest
from shared.rulebook.readiness import (
    NO_EVIDENCE,
    Readiness,
    SourceKind,
    Standing,
    flagged,
    is_heading,
    judged,
    next_steps,
    readiness,
    standing_of,
    standings,
)
from shared.rulebook.state import Status
from tests.support.folding import gathered
from tests.support.graphs import framework, graph
from tests.support.ledger_writer import LedgerWriter, named, policy_document, result

ADA, FRACTIONS = named("Ada"), named("fractions")


def written(**policy: Any) -> LedgerWriter:
    writer = LedgerWriter()
    writer.adopt("district", policy_document(**policy))
    return writer


def seen(writer: LedgerWriter, known: Known = EVERYTHING) -> Standing:
    world = gathered(writer.entries, writer.documents)
    pieces = world.records[ADA].contributions.get(FRACTIONS, ())
    return standing_of(world.state(ADA, FRACTIONS, known), pieces, known)


@pytest.mark.parametrize(("earned", "reaches"), [("3", True), ("2", False)])
def test_a_diagnostic_speaks_where_the_level_cannot(earned: str, reaches: bool) -> None:
    writer = written()
    event = writer.attempt(ADA, result(FRACTIONS, earned, "4"), purpose="diagnostic")
    one = seen(writer)
    assert one.status is Status.NO_EVIDENCE
    assert one.source is not None
    assert (one.source.event, one.source.kind, one.holds) == (event, SourceKind.DIAGNOSTIC, reaches)


def test_attested_prior_mastery_speaks_and_raises_no_level() -> None:
    writer = written(pieces=2)
    writer.attempt(ADA, result(FRACTIONS, "4", "4"))
    before = gathered(writer.entries, writer.documents).state(ADA, FRACTIONS)
    writer.attest(ADA, result(FRACTIONS, "4", "4"), purpose="practice")
    after = gathered(writer.entries, writer.documents).state(ADA, FRACTIONS)
    assert (before.status, before.digest) == (after.status, after.digest) == (Status.NOT_ENOUGH, before.digest)
    one = seen(writer)
    assert one.source is not None
    assert (one.source.kind, one.holds) == (SourceKind.ATTESTED, True)


def test_where_the_level_speaks_nothing_else_does() -> None:
    writer = written()
    writer.attest(ADA, result(FRACTIONS, "4", "4"), purpose="diagnostic")
    writer.attempt(ADA, result(FRACTIONS, "1", "4"))
    assert seen(writer) == Standing(Status.NOT_YET)
    assert seen(writer).holds is False


def test_the_newest_piece_speaks_whenever_it_was_recorded_and_one_that_is_void_does_not() -> None:
    writer = written()
    newest = writer.attempt(ADA, result(FRACTIONS, "1", "4"), purpose="diagnostic", occurred=writer.now - 1_000)
    writer.attempt(ADA, result(FRACTIONS, "4", "4"), purpose="diagnostic", occurred=writer.now - 5_000)
    assert seen(writer).holds is False
    writer.void(ADA, newest)
    assert seen(writer).holds is True


def test_what_was_not_known_then_does_not_speak_then() -> None:
    writer = written()
    writer.attempt(ADA, result(FRACTIONS, "4", "4"), purpose="diagnostic")
    assert seen(writer, Known(evidence=0)) == NO_EVIDENCE
    assert seen(writer, Known(evidence=1)).holds is True


def test_without_a_policy_nobody_knows() -> None:
    writer = LedgerWriter()
    writer.attempt(ADA, result(FRACTIONS, "4", "4"), purpose="diagnostic")
    assert seen(writer) == Standing(Status.NO_POLICY)
    assert seen(writer).holds is None


def test_a_practice_piece_that_does_not_count_says_nothing() -> None:
    writer = written()
    writer.attempt(ADA, result(FRACTIONS, "4", "4"), purpose="practice")
    assert seen(writer) == NO_EVIDENCE


def test_a_lapse_leaves_the_state_of_what_rests_on_it_as_it_was() -> None:
    writer, ratios = written(), named("ratios")
    standards = framework(["fractions", "ratios"], [("ratios", "fractions")])
    writer.publish(standards)
    for competency in (FRACTIONS, ratios):
        writer.attempt(ADA, result(competency, "4", "4"))
    before = gathered(writer.entries, writer.documents).state(ADA, ratios)
    writer.attempt(ADA, result(FRACTIONS, "1", "4"))
    world = gathered(writer.entries, writer.documents)
    after, lapsed = world.state(ADA, ratios), world.state(ADA, FRACTIONS)
    assert (lapsed.status, after) == (Status.SLIPPED, before)
    recorded = {state.competency: standing_of(state, ()) for state in (after, lapsed)}
    seen_now = standings(graph(standards), recorded, lambda _: NO_EVIDENCE)
    assert flagged(seen_now) == {ratios: (FRACTIONS,)}


CHAIN = framework(["a", "b", "c", "d"], [("b", "a"), ("c", "b"), ("d", "c")])


def known_as(**statuses: str) -> Any:
    """Standings with the chain a ← b ← c ← d; no evidence for what is not named."""
    recorded = {named(code): Standing(Status(status)) for code, status in statuses.items()}
    return standings(graph(CHAIN), recorded, lambda _: NO_EVIDENCE)


def test_the_first_gap_is_found_at_the_end_of_the_chain() -> None:
    one = judged(named("d"), known_as(a="not_yet", b="not_yet", c="not_yet"))
    assert (one.readiness, one.first, one.find_out) == (Readiness.NOT_READY, (named("a"),), ())


def test_below_what_nobody_knows_nobody_looks() -> None:
    one = judged(named("d"), known_as(a="not_yet"))
    assert (one.readiness, one.first, one.find_out) == (Readiness.UNKNOWN, (), (named("c"),))
    one = judged(named("d"), known_as(c="not_yet"))
    assert (one.readiness, one.first, one.find_out) == (Readiness.NOT_READY, (named("c"),), (named("b"),))


def test_a_lapse_flags_all_that_rests_on_it_and_makes_only_the_next_not_ready() -> None:
    lapsed = known_as(a="slipped", b="mastered", c="mastered")
    assert flagged(lapsed) == {named("b"): (named("a"),), named("c"): (named("a"),)}
    assert [readiness(named(code), lapsed).value for code in "abcd"] == ["ready", "not_ready", "ready", "ready"]
    assert judged(named("d"), lapsed).flagged_by == (named("a"),)


def test_what_opens_most_comes_first() -> None:
    assert [(step.competency, step.opens) for step in next_steps(known_as(a="mastered"))] == [(named("b"), 2)]
    steps = next_steps(standings(graph(framework("xyz", [("z", "y")])), {}, lambda _: NO_EVIDENCE))
    assert [step.competency for step in steps] == [named("y"), named("x")]


def test_headings_are_nothing_to_do_next_unless_something_is_recorded() -> None:
    parts = graph(framework(["grade-8", "a", "b"], [("b", "a")], [("a", "grade-8"), ("b", "grade-8")]))
    empty = standings(parts, {}, lambda _: NO_EVIDENCE)
    assert [step.competency for step in next_steps(empty)] == [named("a")]
    recorded = standings(parts, {named("grade-8"): Standing(Status.NOT_YET)}, lambda _: NO_EVIDENCE)
    assert [step.competency for step in next_steps(recorded)] == [named("a"), named("grade-8")]
    assert is_heading(named("grade-8"), empty)
    assert not is_heading(named("grade-8"), recorded)


def test_a_place_is_a_framework_or_a_competency_with_all_its_parts() -> None:
    parts = graph(
        framework(["top", "mid", "low", "other"], parents=[("mid", "top"), ("low", "mid")]),
        framework(["else"], name="Art"),
    )
    assert parts.within(named("Art")) == {named("else")}
    assert parts.within(named("top")) == {named("top"), named("mid"), named("low")}
    assert parts.within(named("nothing")) == frozenset()


def test_of_a_framework_the_latest_publication_known_counts() -> None:
    first, second = Publication("maths", "1", 3, 30), Publication("maths", "2", 7, 70)
    art = Publication("art", "3", 5, 50)
    published = [second, art, first]
    assert latest(published) == (art, second)
    assert latest(published, Known(definitions=6)) == (first, art)
    assert latest(published, Known(at=69)) == (first, art)
    assert latest(published, Known(definitions=2)) == ()


def test_where_two_frameworks_claim_a_competency_the_later_has_it_and_no_circle_can_come() -> None:
    both = graph(framework("ab", [("b", "a")]), framework("ab", [("a", "b")], name="Other"))
    assert both.rests_on == {named("a"): (named("b"),)}
    mixed = graph(framework("ab", [("b", "a")]), framework("a", name="Other"))
    assert not mixed.rests_on
