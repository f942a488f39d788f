"""Which policy is in force: adoptions by scope, the framework that places a competency, the learner's school.

In force is the latest known adoption of the most specific scope that matches. A scope matches by the learner, the
competency, the framework whose publication last placed the competency, and the school of the latest enrolment.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from typing import Self, TypeVar

from shared.ledger.instants import Instant
from shared.rulebook.known import EVERYTHING, Known
from shared.rulebook.policy import Policy
from shared.rulebook.scope import Scope


class Mode(StrEnum):
    """What an adoption does to what was attained before it: nothing is kept, or it is a floor (see `fold`)."""

    RECOMPUTE = "recompute"
    KEEP_ATTAINED = "keep_attained"


@dataclass(frozen=True, slots=True)
class Adoption:
    """From `position` of the definitions on, `policy` is in force for `scope`."""

    scope: Scope
    mode: Mode
    policy: Policy
    position: int
    recorded_at: Instant


@dataclass(frozen=True, slots=True)
class Placement:
    """A framework's publication placed a competency in it."""

    competency: str
    framework: str
    position: int
    recorded_at: Instant


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A learner came to a school."""

    school: str
    position: int
    recorded_at: Instant


@dataclass(frozen=True, slots=True)
class Learner:
    """Whose state is folded: the id, the shard of the evidence ledger, and the schools in order (`school_history`)."""

    id: str
    shard: int
    schools: tuple[Enrolment, ...] = ()

    def school(self, known: Known = EVERYTHING) -> Enrolment | None:
        """The first enrolment of the current run at one school, as known."""
        for enrolment in reversed(self.schools):
            if known.of_learner(enrolment):
                return enrolment
        return None


def school_history(enrolments: Iterable[Enrolment]) -> tuple[Enrolment, ...]:
    """Of each run of enrolments at one school the first, by position: what makes a school current is its first."""
    in_order = sorted(enrolments, key=lambda enrolment: enrolment.position)
    return tuple(next(run) for _, run in groupby(in_order, key=lambda enrolment: enrolment.school))


@dataclass(frozen=True, slots=True)
class Definitions:
    """The definitions that folds ask, indexed: adoptions by scope, and by competency the framework publications.

    Made by `of`; each list ascends by position, and placements hold the first of each run in one framework. `policies`
    holds the first adoption of each policy, by its digest.
    """

    adoptions: Mapping[str, tuple[Adoption, ...]]
    placements: Mapping[str, tuple[Placement, ...]]
    policies: Mapping[str, Adoption]
    _kinds: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_kinds", frozenset(scope.partition("/")[0] for scope in self.adoptions))

    @classmethod
    def of(cls, adoptions: Iterable[Adoption], placements: Iterable[Placement] = ()) -> Self:
        by_scope: dict[str, list[Adoption]] = {}
        policies: dict[str, Adoption] = {}
        for adoption in sorted(adoptions, key=lambda adoption: adoption.position):
            policies.setdefault(adoption.policy.digest, adoption)
            by_scope.setdefault(str(adoption.scope), []).append(adoption)
        by_competency: dict[str, list[Placement]] = {}
        for placement in sorted(placements, key=lambda placement: placement.position):
            runs = by_competency.setdefault(placement.competency, [])
            if not runs or runs[-1].framework != placement.framework:
                runs.append(placement)
        return cls(_tuples(by_scope), _tuples(by_competency), policies)

    def trying(self, adoption: Adoption) -> Self:
        """The definitions as they were before this adoption's position, with it in their last place."""
        adoptions = (each for own in self.adoptions.values() for each in own if each.position < adoption.position)
        placements = (each for own in self.placements.values() for each in own if each.position < adoption.position)
        return type(self).of([*adoptions, adoption], placements)

    @property
    def concern_learners(self) -> bool:
        """Whether what is in force for a competency may be another for this learner or that."""
        return not self._kinds.isdisjoint({"learner", "school"})

    def placement(self, competency: str, known: Known = EVERYTHING) -> Placement | None:
        """The publication that placed the competency in its current framework, as known."""
        for placement in reversed(self.placements.get(competency, ())):
            if known.of_definitions(placement):
                return placement
        return None

    def adopted(self, policy: str, known: Known = EVERYTHING) -> Adoption | None:
        """The first adoption of a policy, for whatever scope, where it is known."""
        adoption = self.policies.get(policy)
        return adoption if adoption is not None and known.of_definitions(adoption) else None

    def in_force(self, learner: Learner, competency: str, known: Known = EVERYTHING) -> Adoption | None:
        """The latest known adoption of the most specific scope that matches, None where no scope has one."""
        for scope in self._scopes(learner, competency, known):
            for adoption in reversed(self.adoptions.get(scope, ())):
                if known.of_definitions(adoption):
                    return adoption
        return None

    def _scopes(self, learner: Learner, competency: str, known: Known) -> Iterator[str]:
        """The scopes that match, in the order of `scope.SPECIFICITY`; of kinds for which nothing is adopted, none."""
        kinds = self._kinds
        if "learner" in kinds:
            yield f"learner/{learner.id}"
        if "competency" in kinds:
            yield f"competency/{competency}"
        if "framework" in kinds and (placement := self.placement(competency, known)) is not None:
            yield f"framework/{placement.framework}"
        if "school" in kinds and (enrolment := learner.school(known)) is not None:
            yield f"school/{enrolment.school}"
        yield "district"


_Row = TypeVar("_Row")


def _tuples(rows: dict[str, list[_Row]]) -> dict[str, tuple[_Row, ...]]:
    return {key: tuple(row) for key, row in rows.items()}
