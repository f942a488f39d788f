"""An exhibition as it is told of: what is shown, how far it came, how many voted, and after the close what they said.

Pure. Of the standing nothing is known here before it is published: votes are sealed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from shared.contracts.exhibitions import ENOUGH
from shared.ledger.instants import Instant

State: TypeAlias = Literal["planned", "open", "closed"]

FEW = "Fewer than five answered, so what they said is withheld."
TELLING = (
    "In some role fewer than five answered, and all agree, or too few answered beside it: what they said is withheld,"
    " for it would tell of that role."
)
MERGED = "Not told by role: of some role fewer than five answered a question. Nobody can count again: the key is gone."


@dataclass(frozen=True, slots=True)
class Shown:
    """A work that is shown, its number there, from 1, its members who are not forgotten, and its title's reference."""

    work: str
    number: int
    members: tuple[str, ...]
    title_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Exhibition:
    """`version` is that of its stream. `plan`, `opened` and `tally` are the bodies of the events that said so."""

    id: str
    shard: int
    version: int
    planned_by: str
    planned_at: Instant
    plan: Mapping[str, Any]
    works: tuple[Shown, ...]
    issued: int
    voted: int
    opened_at: Instant | None = None
    opened: Mapping[str, Any] | None = None
    closed_at: Instant | None = None
    tally_at: Instant | None = None
    tally: Mapping[str, Any] | None = None
    held: bool = False
    """Whether more of it waits in quarantine."""

    @property
    def state(self) -> State:
        if self.closed_at is not None:
            return "closed"
        return "planned" if self.opened_at is None else "open"

    @property
    def members(self) -> set[str]:
        return {member for work in self.works for member in work.members}


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered to a question, by all roles or of one; `withheld` says why there are no counts."""

    answers: int
    abstained: int
    counts: tuple[tuple[str, int], ...]
    withheld: str | None


@dataclass(frozen=True, slots=True)
class Result:
    """A question, with what all roles said together, and each of them where that is published."""

    question: str
    kind: Literal["choice", "rating"]
    work: Shown | None
    together: Answered
    roles: tuple[tuple[str, Answered], ...]


def results(exhibition: Exhibition, visible: Iterable[Shown]) -> tuple[Result, ...]:
    """What was published, in the order in which it was asked.

    Ratings of works are told to those who may see one of their members: `visible` are the works of which that is so.
    A choice is everyone's to see.
    """
    works = {shown.work: shown for shown in visible}
    if exhibition.tally is None or exhibition.opened is None:
        return ()
    rows = exhibition.tally["tallied"]
    return tuple(
        _result(asked, works.get(asked.get("work")), [row for row in rows if _same(row, asked)])
        for asked in exhibition.opened["asked"]
        if asked.get("work") is None or asked["work"] in works
    )


def is_recountable(exhibition: Exhibition) -> bool:
    """Whether the key was published, so that anyone may count again."""
    return exhibition.tally is not None and exhibition.tally.get("key") is not None


def _same(row: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    return row["question"] == asked["question"] and row.get("work") == asked.get("work")


def _result(asked: Mapping[str, Any], work: Shown | None, rows: Sequence[Mapping[str, Any]]) -> Result:
    [together] = [row for row in rows if row.get("role") is None]
    roles = tuple((row["role"], _answered(row)) for row in rows if row.get("role") is not None)
    return Result(asked["question"], asked["kind"], work, _answered(together), roles)


def _answered(row: Mapping[str, Any]) -> Answered:
    counts = tuple((count["option"], count["count"]) for count in row.get("counts", ()))
    withheld = None if counts else FEW if row["answers"] < ENOUGH else TELLING
    return Answered(row["answers"], row["abstained"], counts, withheld)
