"""Turns what the API tells of grades and histories into what an auditor's pages show. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Told: TypeAlias = Mapping[str, Any]

BODY_REFERENCES = ("grade", "evidence", "override", "review")
"""Members of an entry's body by which it speaks of another entry."""


@dataclass(frozen=True, slots=True)
class Line:
    """A competency: what the grade says of it, what grade and record said on another day, and what the record says now.

    `former`, `then` and `now` are None where there was nothing of it. `differs` says whether the grade and that day's
    record (or, where no day was asked for, the record as it is now) are two levels.
    """

    competency: str
    code: str
    statement: str
    graded: Told
    former: Told | None
    then: Told | None
    now: Told | None
    differs: bool


def lines(
    levels: Iterable[Told], now: Iterable[Told], then: Iterable[Told] | None = None, former: Iterable[Told] = ()
) -> list[Line]:
    """The competencies of a grade, by their codes, beside the states of `now` and, where asked for, of `then`; and
    beside the levels that the grade had then, its `former` ones.
    """
    current, past = _by_competency(now), None if then is None else _by_competency(then)
    graded = _by_competency(former)
    found = [_line(level, current, past, graded.get(level["competency"])) for level in levels]
    return sorted(found, key=lambda line: (line.code, line.competency))


def _by_competency(states: Iterable[Told]) -> Mapping[str, Told]:
    return {state["competency"]: state for state in states}


def _line(level: Told, now: Mapping[str, Told], then: Mapping[str, Told] | None, former: Told | None) -> Line:
    id_ = level["competency"]
    state, past = now.get(id_), None if then is None else then.get(id_)
    compared = state if then is None else past
    return Line(
        id_,
        str((state or level).get("code") or ""),
        str((state or {}).get("statement") or ""),
        level,
        former,
        past,
        state,
        _stand(level) != _stand(compared),
    )


@dataclass(frozen=True, slots=True)
class Change:
    """A competency then and now; either is None where there was no state of it."""

    competency: str
    code: str
    statement: str
    then: Told | None
    now: Told | None
    differs: bool


def changes(then: Iterable[Told], now: Iterable[Told]) -> list[Change]:
    """All competencies of a learner, then beside now, by their codes."""
    former, current = _by_competency(then), _by_competency(now)
    found = []
    for id_ in former.keys() | current.keys():
        past, state = former.get(id_), current.get(id_)
        one: Told = state or past or {}
        code, statement = str(one.get("code") or ""), str(one.get("statement") or "")
        found.append(Change(id_, code, statement, past, state, _stand(past) != _stand(state)))
    return sorted(found, key=lambda change: (change.code, change.competency))


def _stand(state: Told | None) -> tuple[Any, Any]:
    return (None, None) if state is None else (state["status"], state["level"])


def bearing(entries: Sequence[Told], grade: str, competencies: Iterable[str]) -> list[Told]:
    """The entries that bear on a grade: evidence, judgements and questions of its competencies, what was said of the
    grade itself, and whatever speaks of one of these. In the order of the record.
    """
    asked, related = set(competencies), {grade}
    for entry in entries:  # what is spoken of stands before what speaks of it
        body = entry["body"] or {}
        named = {body[name] for name in BODY_REFERENCES if isinstance(body.get(name), str)}
        if entry["id"] == grade or asked & set(of_entry(entry)) or named & related:
            related.add(entry["id"])
    return [entry for entry in entries if entry["id"] in related]


def of_entry(entry: Told) -> list[str]:
    """The competencies that an entry names, each once."""
    body = entry["body"] or {}
    results = body.get("results")
    rows = [row for row in results if isinstance(row, dict)] if isinstance(results, list) else []
    named = [body.get("competency"), *(row.get("competency") for row in rows)]
    return [name for name in dict.fromkeys(named) if isinstance(name, str)]
