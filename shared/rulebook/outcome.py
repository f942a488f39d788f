"""Outcomes: of many states under the same definitions, what a table says of each. The fold's results, twice as fast.

A state says why it is what it is: the trajectory, what was set aside, the floor. A district that is folded anew has a
million of them and keeps none of that, so here the common case is folded column by column, by functions that run in C:
no override, nothing withdrawn, nothing done over, an adoption that keeps nothing. Everything else is `fold_ordered`'s,
and in every case the outcome is that of the state which it makes; properties hold the two beside each other.
"""

import hashlib
from collections.abc import Sequence
from itertools import compress
from typing import NamedTuple

from shared.rulebook.arithmetic import decimal_text, value_of
from shared.rulebook.contribution import Contribution, Result
from shared.rulebook.definitions import Adoption, Definitions, Learner, Mode
from shared.rulebook.fold import fold_ordered
from shared.rulebook.override import Override
from shared.rulebook.policy import Redo
from shared.rulebook.state import State, Status, state_end
from shared.rulebook.statuses import status_of

_MOST_KNOWN = 65_536
"""Values that are remembered a policy: a district's scores are few, its contributions many."""


class Outcome(NamedTuple):
    """What a state comes to. `counted` is how many pieces count; the positions are the state's pins."""

    counted: int
    status: str
    level: str | None
    value: int | None
    scope: str | None
    policy: str | None
    method: str | None
    digest: str
    evidence_position: int | None
    definitions_position: int | None


def outcome_of(state: State) -> Outcome:
    """The outcome of a state that was folded."""
    positions = {pin.ledger: pin.position for pin in state.pins}
    adoption = state.adoption
    return Outcome(
        counted=len(state.counted),
        status=state.status.value,
        level=state.level,
        value=state.value,
        scope=None if adoption is None else str(adoption.scope),
        policy=state.policy,
        method=state.method,
        digest=state.digest,
        evidence_position=positions.get("evidence"),
        definitions_position=positions.get("definitions"),
    )


class _Values(dict[tuple[Result, ...], int]):
    """The value on one scale of what a piece earned, by its results."""

    def __init__(self, top: int) -> None:
        super().__init__()
        self._top = top

    def __missing__(self, results: tuple[Result, ...]) -> int:
        value = value_of(results, self._top)
        if len(self) < _MOST_KNOWN:
            self[results] = value
        return value


class _Texts(dict[int, str]):
    """The canonical decimal of a value."""

    def __missing__(self, value: int) -> str:
        text = decimal_text(value)
        if len(self) < _MOST_KNOWN:
            self[value] = text
        return text


class _Rule:
    """What folds under one adoption ask for again and again."""

    __slots__ = ("adoption", "ends", "scope", "values")

    def __init__(self, adoption: Adoption) -> None:
        self.adoption, self.scope = adoption, str(adoption.scope)
        self.values = _Values(adoption.policy.scale.top)
        self.ends: dict[tuple[str | None, Status], str] = {}

    def end(self, level: str | None, status: Status) -> str:
        """The end of the canonical text of a state under this adoption."""
        end = self.ends.get((level, status))
        if end is None:
            policy = self.adoption.policy
            end = self.ends[level, status] = state_end(level, status, policy.digest, policy.method.id)
        return end


class Outcomes:
    """Folds under `definitions`. What it makes is a function of them and of what it is called with alone."""

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions
        self._rules: dict[int, _Rule] = {}
        self._by_competency: dict[str, tuple[_Rule | None, int]] = {}
        self._texts = _Texts()

    def of(
        self,
        learner: Learner,
        competency: str,
        contributions: Sequence[Contribution],
        overrides: Sequence[Override] = (),
    ) -> Outcome:
        """The outcome of everything known of this learner and competency, the contributions in fold order."""
        if contributions and not overrides:
            rule, placed = self._rule(learner, competency)
            outcome = None if rule is None else self._plain(learner, competency, contributions, rule, placed)
            if outcome is not None:
                return outcome
        return outcome_of(fold_ordered(learner, competency, contributions, self.definitions, overrides=overrides))

    def _rule(self, learner: Learner, competency: str) -> tuple[_Rule | None, int]:
        """The adoption in force where it keeps nothing, None elsewhere; and where the competency was placed, or 0."""
        found = self._by_competency.get(competency)
        if found is not None:
            return found
        adoption, placement = (
            self.definitions.in_force(learner, competency),
            self.definitions.placement(competency),
        )
        rule = None
        if adoption is not None and adoption.mode is not Mode.KEEP_ATTAINED:
            rule = self._rules.get(adoption.position)
            if rule is None:
                rule = self._rules[adoption.position] = _Rule(adoption)
        found = rule, 0 if placement is None else placement.position
        if not self.definitions.concern_learners:
            self._by_competency[competency] = found
        return found

    def _plain(
        self, learner: Learner, competency: str, contributions: Sequence[Contribution], rule: _Rule, placed: int
    ) -> Outcome | None:
        """The outcome where nothing is withdrawn or done over and values are all a method takes; None elsewhere."""
        policy = rule.adoption.policy
        if policy.takes_pieces:
            return None
        events, kinds, purposes, occurred, recorded, positions, results, _, _, _, redos, withdrawn = zip(
            *contributions, strict=True
        )
        count = len(events)
        if withdrawn.count(None) != count or (policy.redo is Redo.REPLACES and redos.count(None) != count):
            return None
        last = max(positions)
        moments: tuple[int, ...] = tuple(map(min, occurred, recorded)) if policy.minimum.days_apart else ()
        if policy.picks or not policy.purposes.issuperset(purposes):
            if policy.picks:
                counts = list(map(policy.takes, contributions))
            else:
                counts = [purpose in policy.purposes for purpose in purposes]
            events, kinds, results, moments = (
                tuple(compress(column, counts)) for column in (events, kinds, results, moments)
            )
        values = list(map(rule.values.__getitem__, results))
        trajectory = tuple(policy.run(values))
        status = status_of(kinds, trajectory, policy, moments)
        enough = status is not Status.NO_EVIDENCE and status is not Status.NOT_ENOUGH
        value = trajectory[-1] if enough else None
        reached = None if value is None else policy.scale.level_at(value)
        level = None if reached is None else reached.name
        pairs = '"],["'.join(map('","'.join, zip(events, map(self._texts.__getitem__, values), strict=True)))
        listed = f'["{pairs}"]' if values else ""
        text = f'{{"competency":"{competency}","counted":[{listed}],"learner":"{learner.id}",{rule.end(level, status)}'
        if learner.schools:
            last = max(last, learner.schools[-1].position)
        return Outcome(
            len(values),
            status.value,
            level,
            value,
            rule.scope,
            policy.digest,
            policy.method.id,
            hashlib.sha256(text.encode()).hexdigest(),
            last,
            max(rule.adoption.position, placed),
        )
