"""Answers as a file has them, by skill: one sequence a learner, in order."""

import csv
import gzip
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from cli.errors import CommandError

COLUMNS = ("learner", "order", "skill", "correct")


@dataclass(frozen=True, slots=True)
class Answers:
    """What one learner answered for one skill, oldest first: right or wrong, and the template of each."""

    learner: str
    right: tuple[bool, ...]
    templates: tuple[str, ...]


BySkill: TypeAlias = Mapping[str, Sequence[Answers]]


def read_answers(file: Path, template: str | None = None) -> BySkill:
    """The answers of a CSV file (or .csv.gz), skills and learners in order; `template` names a column.

    Raises CommandError, which names the line and what would be right.
    """
    columns = (*COLUMNS, *([template] if template else []))
    try:
        with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as text:
            rows = csv.DictReader(text)
            missing = [name for name in columns if name not in (rows.fieldnames or ())]
            if missing:
                raise CommandError(f"{file} has no column {missing[0]}; it needs {', '.join(columns)}.")
            return _gathered(_rows(rows, file, template))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CommandError(f"{file} cannot be read: {error}") from error


def _rows(rows: "csv.DictReader[str]", file: Path, template: str | None) -> Iterator[tuple[str, str, int, bool, str]]:
    for row in rows:
        order, correct = row["order"] or "", row["correct"]
        if not order.isdecimal():
            raise CommandError(f"{file}, line {rows.line_num}: order must be a whole number, not {order!r}.")
        if correct not in {"0", "1"}:
            raise CommandError(f"{file}, line {rows.line_num}: correct must be 0 or 1, not {correct!r}.")
        yield row["skill"], row["learner"], int(order), correct == "1", row[template] if template else ""


def _gathered(rows: Iterable[tuple[str, str, int, bool, str]]) -> BySkill:
    own: dict[str, dict[str, list[tuple[int, bool, str]]]] = {}
    for skill, learner, order, right, template in rows:
        own.setdefault(skill, {}).setdefault(learner, []).append((order, right, template))
    return {
        skill: [
            Answers(learner, tuple(right for _, right, _ in given), tuple(template for _, _, template in given))
            for learner, unordered in sorted(learners.items())
            for given in [sorted(unordered)]
        ]
        for skill, learners in sorted(own.items())
    }


def held_back(learner: str, share: float, seed: int) -> bool:
    """Whether a learner is kept out of the fit: by name and seed alone, so that the split is the same for ever."""
    drawn = hashlib.sha256(f"{seed} {learner}".encode()).digest()
    return int.from_bytes(drawn[:6], "big") < share * 2**48
