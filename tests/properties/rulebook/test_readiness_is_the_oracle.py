"""Readiness beside an oracle that was written apart, on random graphs without circles and random standings."""

from dataclasses import dataclass, replace
from functools import cached_property
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from shared.rulebook.prerequisites import Prerequisites
from shared.rulebook.readiness import (
    Readiness,
    Source,
    SourceKind,
    Standing,
    Standings,
    flagged,
    judged,
    next_steps,
    readiness,
)
from shared.rulebook.state import Status
from tests.support import readiness_oracle as oracle
from tests.support.graphs import framework, graph
from tests.support.ledger_writer import named

CODES = [f"c.{number}" for number in range(9)]
REACHED, MISSED = (Source("e", kind, 5, reaches) for kind, reaches in zip(SourceKind, (True, False), strict=True))
STANDINGS = {
    Standing(Status.MASTERED): "yes",
    Standing(Status.NOT_YET): "no",
    Standing(Status.SLIPPED): "slipped",
    Standing(Status.NO_EVIDENCE): "nobody knows",
    Standing(Status.NOT_ENOUGH): "nobody knows",
    Standing(Status.NO_POLICY): "nobody knows",
    Standing(Status.UNDER_REVIEW): "nobody knows",
    Standing(Status.NO_EVIDENCE, REACHED): "yes",
    Standing(Status.NOT_ENOUGH, MISSED): "no",
}


@dataclass(frozen=True)
class World:
    """Pairs of codes, the first of which rests on the second, and the standing with each code."""

    pairs: tuple[tuple[str, str], ...]
    standings: dict[str, Standing]

    @cached_property
    def graph(self) -> Prerequisites:
        return graph(framework(CODES, self.pairs))

    @cached_property
    def seen(self) -> Standings:
        return Standings(self.graph, {named(code): standing for code, standing in self.standings.items()})

    @cached_property
    def rests_on(self) -> dict[str, set[str]]:
        return {code: {other for one, other in self.pairs if one == code} for code in CODES}

    @property
    def known(self) -> dict[str, str]:
        return {code: STANDINGS[standing] for code, standing in self.standings.items()}

    @property
    def mastered(self) -> set[str]:
        return {code for code, standing in self.standings.items() if standing.status is Status.MASTERED}

    def with_standing(self, code: str, standing: Standing) -> "World":
        return replace(self, standings={**self.standings, code: standing})


@st.composite
def worlds(draw: st.DrawFn) -> World:
    order = draw(st.permutations(CODES))
    downward = [(order[high], order[low]) for high in range(len(CODES)) for low in range(high)]
    pairs = draw(st.lists(st.sampled_from(downward), unique=True, max_size=20))
    return World(tuple(pairs), {code: draw(st.sampled_from(list(STANDINGS))) for code in CODES})


def codes(world: World, ids: tuple[str, ...]) -> list[str]:
    return [world.graph.members[id_].code for id_ in ids]


@given(worlds())
def test_readiness_its_reasons_and_flags_are_the_oracles(world: World) -> None:
    seen, rests_on, known = world.seen, world.rests_on, world.known
    for code in CODES:
        one = judged(named(code), seen)
        assert one.readiness == oracle.ready(code, rests_on, known)
        assert codes(world, one.rests_on) == sorted(rests_on[code])
        assert codes(world, one.first) == sorted(oracle.first_gaps(code, rests_on, known))
        assert codes(world, one.find_out) == sorted(oracle.find_out(code, rests_on, known))
        assert codes(world, one.flagged_by) == sorted(oracle.flags(code, rests_on, known))


@given(worlds())
def test_what_comes_next_is_the_oracles(world: World) -> None:
    steps = [(world.graph.members[step.competency].code, step.opens) for step in next_steps(world.seen)]
    assert steps == oracle.following(set(CODES), world.rests_on, world.known, world.mastered)


@given(worlds())
def test_every_flag_is_the_oracles_where_something_is_recorded(world: World) -> None:
    unrecorded = {Status.NO_EVIDENCE, Status.NO_POLICY}
    expected = {
        code: sorted(below)
        for code in CODES
        if (below := oracle.flags(code, world.rests_on, world.known)) and world.standings[code].status not in unrecorded
    }
    found = flagged(world.seen)
    assert {world.graph.members[id_].code: codes(world, by) for id_, by in found.items()} == expected


@given(worlds(), st.sampled_from(CODES))
def test_more_mastery_never_makes_less_ready(world: World, code: str) -> None:
    before, after = world.seen, world.with_standing(code, Standing(Status.MASTERED)).seen
    for other in CODES:
        if readiness(named(other), before) is Readiness.READY:
            assert readiness(named(other), after) is Readiness.READY


@given(worlds(), st.sampled_from(CODES))
def test_a_lapse_lowers_nothing_that_rests_on_it(world: World, code: str) -> None:
    after = world.with_standing(code, Standing(Status.SLIPPED))
    for other in CODES:
        if other != code:
            assert after.seen.of[named(other)] == world.standings[other]
    for other in after.rests_on:
        if code in oracle.below(other, after.rests_on):
            assert named(code) in judged(named(other), after.seen).flagged_by


@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_links_and_competencies_does_not_matter(world: World, random: Random) -> None:
    pairs, names = list(world.pairs) * 2, list(CODES)
    random.shuffle(pairs)
    random.shuffle(names)
    other = Standings(graph(framework(names, pairs)), world.seen.of)
    assert next_steps(other) == next_steps(world.seen)
    assert flagged(other) == flagged(world.seen)
    assert [judged(named(code), other) for code in CODES] == [judged(named(code), world.seen) for code in CODES]
