"""Ends: of many states under the same definitions, status and level alone, from marks in place of contributions.

"What if?" asks of a million states where they would stand, and of nothing that they rest on: no digest, no pins, no
value. So pieces are looked up instead of read (a mark is anything that stands for a piece's kind, purpose and results),
and of each run of marks the end is computed once. What is not plain has no end here, and is `outcome`'s; properties
hold the ends beside the fold.
"""

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import Any, NamedTuple, Protocol, TypeAlias

from shared.rulebook.arithmetic import value_of
from shared.rulebook.contribution import Result
from shared.rulebook.definitions import Adoption, Definitions, Learner, Mode
from shared.rulebook.policy import Policy
from shared.rulebook.state import Status
from shared.rulebook.statuses import status_of

_MOST_KNOWN = 262_144
"""Runs of marks, and marks, that are remembered an adoption."""

_LONG = 24
"""Pieces from which a run is not remembered: hardly another is the same."""


class End(NamedTuple):
    """Where a state stands: its status, and its level's name."""

    status: str
    level: str | None


class Said(Protocol):
    """What a mark stands for."""

    @property
    def kind(self) -> str: ...
    @property
    def purpose(self) -> str: ...
    @property
    def results(self) -> tuple[Result, ...]: ...


Read: TypeAlias = Callable[[Any, Any], Said]
"""What a mark says, given what it has in common with others, and the mark."""


class _Values(dict[Hashable, int | None]):
    """The value of a mark on one scale; None where its purpose does not count."""

    def __init__(self, policy: Policy, read: Callable[[Any], Said]) -> None:
        super().__init__()
        self._policy, self._read = policy, read

    def __missing__(self, mark: Hashable) -> int | None:
        said = self._read(mark)
        value = value_of(said.results, self._policy.scale.top) if said.purpose in self._policy.purposes else None
        if len(self) < _MOST_KNOWN:
            self[mark] = value
        return value


class Ruling:
    """Ends under one adoption. `plain` says whether marks are enough for it."""

    def __init__(self, adoption: Adoption, read: Read) -> None:
        policy = adoption.policy
        self.adoption, self._policy = adoption, policy
        self.plain = (
            adoption.mode is not Mode.KEEP_ATTAINED
            and not policy.takes_pieces
            and not policy.picks
            and not policy.minimum.days_apart
            and policy.minimum.kinds <= 1
        )
        self._read = read
        self._values: dict[Hashable, _Values] = {}
        self._ends: dict[Hashable, End] = {}

    def end(self, run: Hashable, common: Hashable, marks: Sequence[Hashable]) -> End:
        """The end of a state with these pieces, none of them withdrawn or done over, where the ruling is plain.

        `common` is what all their marks have in common, None for nothing; `run` is the same for the same marks with the
        same in common, and for no others.
        """
        end = self._ends.get(run)
        if end is None:
            known = self._values.get(common)
            if known is None:
                known = self._values[common] = _Values(self._policy, partial(self._read, common))
            values = map(known.__getitem__, marks)
            end = self._computed([value for value in values if value is not None])
            if len(marks) < _LONG and len(self._ends) < _MOST_KNOWN:
                self._ends[run] = end
        return end

    def _computed(self, values: Sequence[int]) -> End:
        policy = self._policy
        trajectory = tuple(policy.run(values))
        status = status_of(["attempt"] * len(values), trajectory, policy)  # any kind: the policy asks for one alone
        value = None if status is Status.NO_EVIDENCE or status is Status.NOT_ENOUGH else trajectory[-1]
        level = None if value is None else policy.scale.level_at(value)
        return End(status.value, None if level is None else level.name)


class Ends:
    """Which ruling a state is under, remembered; `read` says what a mark stands for."""

    def __init__(self, definitions: Definitions, read: Read) -> None:
        self.definitions, self._read = definitions, read
        self._rulings: dict[int, Ruling] = {}
        self._found: dict[tuple[str, str | None], Ruling | None] = {}
        self._own = {scope.partition("/")[2] for scope in definitions.adoptions if scope.startswith("learner/")}

    def ruling(self, learner: Learner, competency: str) -> Ruling | None:
        """The ruling of the adoption in force, None where there is none."""
        if learner.id in self._own:
            return self._made(learner, competency)
        school = learner.schools[-1].school if learner.schools else None
        key = competency, school
        if key not in self._found:
            self._found[key] = self._made(learner, competency)
        return self._found[key]

    def _made(self, learner: Learner, competency: str) -> Ruling | None:
        adoption = self.definitions.in_force(learner, competency)
        if adoption is None:
            return None
        ruling = self._rulings.get(adoption.position)
        if ruling is None:
            ruling = self._rulings[adoption.position] = Ruling(adoption, self._read)
        return ruling
