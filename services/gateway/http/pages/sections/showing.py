"""What a teacher sees of a section's grid: rows by name or by need, never by level, and which cells she looks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Self, TypeAlias
from urllib.parse import urlencode

from services.gateway.domain.disclosures import RevealedName, by_family
from shared.ledger.identifiers import is_id

Filter: TypeAlias = Literal["needs_evidence", "slipped", "ready", "waiting"]
FILTERS: tuple[Filter, ...] = ("needs_evidence", "slipped", "ready", "waiting")

POINTS = "4"
"""Out of how many, where nobody says."""

NO_TASK = "none"
"""Instead of a task: an observation without one."""

ALL = "all"
"""Instead of a framework: all that the class has evidence of, whatever course it is of."""


@dataclass(frozen=True, slots=True)
class View:
    """How she looks at a section, as the address has it: nothing of it is kept anywhere else.

    `task` and `of` are what she scores, of how many points; `within`, `after` which columns: where nobody
    says, those that the class is about.
    """

    task: str | None = None
    of: str = POINTS
    within: str | None = None
    after: str | None = None
    order: Literal["name", "need"] = "name"
    show: Filter | None = None

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Self:
        """What an address or a form says; what it cannot say is passed over."""
        task, of = given.get("task"), given.get("of", "")
        show = next((one for one in FILTERS if one == given.get("show")), None)
        points = of.isascii() and of.isdigit() and len(of) < 5 and int(of) > 0
        within = given.get("within", "")
        return cls(
            task=task if task == NO_TASK or (task is not None and is_id(task)) else None,
            of=str(int(of)) if points else POINTS,
            within=within if within == ALL or is_id(within) else None,
            after=given.get("after") or None,
            order="need" if given.get("order") == "need" else "name",
            show=show,
        )

    def fields(self) -> dict[str, str]:
        """What an address or a form needs to say, to come to the same."""
        told = {
            "task": self.task,
            "of": self.of if self.task else None,
            "within": self.within,
            "after": self.after,
            "order": "need" if self.order == "need" else None,
            "show": self.show,
        }
        return {name: value for name, value in told.items() if value}

    def query(self, **changes: Any) -> str:
        """The end of the address of another view, that differs in this; what is no part of it comes behind."""
        known = {name: value for name, value in changes.items() if name in View.__dataclass_fields__}
        more = {name: value for name, value in changes.items() if name not in known}
        fields = {**replace(self, **known).fields(), **more}
        return f"?{urlencode(fields)}" if fields else "?"


def fits(cell: Mapping[str, Any], wanted: Filter) -> bool:
    """Whether a cell is one of those that she looks for."""
    match wanted:
        case "slipped":
            return bool(cell["status"] == "slipped")
        case "needs_evidence" | "ready":
            return bool(cell[wanted])
        case "waiting":
            return bool(cell["waiting"])


def needed(row: Mapping[str, Any], wanted: Filter) -> bool:
    """Whether a learner has anything that she looks for; what waits may be of no column here."""
    return bool(row["waiting"]) if wanted == "waiting" else any(fits(cell, wanted) for cell in row["cells"])


def counts(rows: Sequence[Mapping[str, Any]]) -> dict[Filter, int]:
    """How many learners each filter leaves."""
    return {wanted: sum(needed(row, wanted) for row in rows) for wanted in FILTERS}


def in_order(
    rows: Sequence[Mapping[str, Any]], names: Mapping[str, RevealedName], view: View
) -> list[Mapping[str, Any]]:
    """Those rows that the view shows: by name; by need, those first with whom something waits, by name among them."""
    chosen = [row for row in rows if view.show is None or needed(row, view.show)]

    def place(row: Mapping[str, Any]) -> tuple[bool, tuple[str, str, str]]:
        return view.order == "need" and not row["waiting"], called(row["learner"], names)

    return sorted(chosen, key=place)


def called(learner: str, names: Mapping[str, RevealedName]) -> tuple[str, str, str]:
    """By what she is looked for in a list: those without a name last."""
    name = names.get(learner)
    return (*by_family(name), learner)
