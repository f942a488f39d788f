"""Where a learner is with competencies that have parts, by where she is with these. Derived at each read."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from services.mastery.domain.horizon import Horizon
from services.mastery.flows.reading import graph_known, seen_state
from services.mastery.ports import District, Record
from shared.rulebook.fold import fold
from shared.rulebook.rolling_up import RolledUp, Tree, rolled_up
from shared.rulebook.state import State
from shared.runtime.definitions.view import PlacedCompetency


@dataclass(frozen=True, slots=True)
class ByParts:
    """A parent by its parts, and what a framework calls it and them, where one does."""

    rolled: RolledUp
    named: Mapping[str, PlacedCompetency]

    @property
    def codes(self) -> dict[str, str]:
        """Of the parent and its parts, by their ids."""
        return {id_: one.code for id_, one in self.named.items()}


async def parents_by_parts(
    record: Record, horizon: Horizon, states: Mapping[str, State], district: District
) -> tuple[ByParts, ...]:
    """Every parent of what the learner has states of, at any distance, by their codes; where no policy rolls up, none.

    `states` are hers as known, of everything that was recorded of her.
    """
    tree = await _tree(record, horizon, district)
    if tree is None:
        return ()
    found = [_by_parts(record, horizon, parent, tree, states) for parent in tree.parents_of(states)]
    return tuple(sorted((each for each in found if each is not None), key=_by_code))


def _by_code(each: ByParts) -> tuple[str, str]:
    return each.codes.get(each.rolled.competency, ""), each.rolled.competency


async def by_parts(record: Record, horizon: Horizon, competency: str, district: District) -> ByParts | None:
    """A parent by its parts; None for what is no parent, and where no policy in force for it rolls up."""
    tree = await _tree(record, horizon, district)
    if tree is None or competency not in tree.children:
        return None
    states: dict[str, State] = {}
    for part in _below(competency, tree):
        if part in record.contributions:
            states[part] = (await seen_state(record, horizon, part)).state
    return _by_parts(record, horizon, competency, tree, states)


async def _tree(record: Record, horizon: Horizon, district: District) -> Tree | None:
    """What is a part of what, as known; None where no policy ever adopted rolls up, and nobody needs to know."""
    adopted = record.view.definitions.policies.values()
    if all(adoption.policy.roll_up is None for adoption in adopted):
        return None
    members = (await graph_known(horizon, district)).members.values()
    gathering = {member.parent for member in members}
    placed = {
        member.id: one.position
        for member in members
        if (member.parent is not None or member.id in gathering)
        and (one := record.view.competency(member.id, horizon.known)) is not None
    }
    return Tree.of(members, placed)


def _below(competency: str, tree: Tree) -> Collection[str]:
    found: list[str] = []
    to_see = [competency]
    while to_see:
        parts = tree.children.get(to_see.pop(), ())
        found += parts
        to_see += parts
    return found


def _by_parts(record: Record, horizon: Horizon, parent: str, tree: Tree, states: Mapping[str, State]) -> ByParts | None:
    definitions, known = record.view.definitions, horizon.known

    def state_of(competency: str) -> State:
        state = states.get(competency)
        return fold(record.learner, competency, (), definitions, known) if state is None else state

    rolled = rolled_up(record.learner, parent, tree, state_of, definitions, known)
    if rolled is None:
        return None
    named = {
        each: record.view.competency(each, known) for each in (parent, *(part.competency for part in rolled.parts))
    }
    return ByParts(rolled, {each: one for each, one in named.items() if one is not None})
