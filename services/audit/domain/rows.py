"""Rows that repeat what a learner's entries say, as `mastery` keeps them beside states: schools, grades, reviews,
redos, and the words that scores came with.

Each row is a flat set of members, each with the position of the entry that says it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypeAlias

from services.audit.domain.bodies import body_of
from shared.ledger.canonical import JsonValue
from shared.ledger.entry import Entry, type_name
from shared.rulebook.contributing import enrolment_of
from shared.rulebook.definitions import Enrolment, school_history

What: TypeAlias = Literal["enrolled", "forgotten", "grade", "graded", "review", "redo", "feedback"]

Body: TypeAlias = Mapping[str, Any]


class Key(NamedTuple):
    """Which row: what it is, whose or which by its id, and of a redo and of a state last looked at the competency."""

    what: What
    id: str
    competency: str = ""


Members: TypeAlias = Mapping[str, JsonValue]
"""The members of a row by their paths, such as `decisions/0/actor`; those that are null are left out."""


@dataclass(slots=True)
class Said:
    """A row as entries say it, and at which position each member is said; how many words say a grade or a redo."""

    members: dict[str, JsonValue] = field(default_factory=dict)
    at: dict[str, int] = field(default_factory=dict)
    words: int = 0

    def say(self, entry: Entry, value: object, path: str = "") -> None:
        told = dict(members_of(value, path))
        self.members |= told
        self.at |= dict.fromkeys(told, entry.position)


Rows: TypeAlias = dict[Key, Said]


def members_of(value: Any, path: str = "") -> Iterator[tuple[str, JsonValue]]:
    """The members of a JSON value by their paths."""
    if isinstance(value, Mapping | list):
        named = value.items() if isinstance(value, Mapping) else enumerate(value)
        for name, one in named:
            yield from members_of(one, f"{path}/{name}" if path else str(name))
    elif value is not None:
        yield path, value


def said_by(entries: Sequence[Entry]) -> Rows:
    """The rows that a learner's entries say. Raises as the bodies are broken, KeyError for a word about nothing."""
    rows: Rows = {}
    enrolments: list[tuple[Entry, Enrolment]] = []
    for entry in sorted(entries, key=lambda entry: entry.position):
        say = _SAYING.get(entry.event)
        if say is not None:
            say(rows, entry, body_of(entry))
        elif entry.event == "LearnerEnrolled" and (enrolment := enrolment_of(entry, body_of(entry))) is not None:
            enrolments.append((entry, enrolment))
    if enrolments:
        rows[Key("enrolled", entries[0].owner)] = _schools(enrolments)
    return rows


def said_by_forgetting(entry: Entry) -> Rows:
    """Nothing but that she is forgotten."""
    row = Said()
    row.say(entry, {"position": entry.position})
    return {Key("forgotten", entry.owner): row}


def _schools(enrolments: Sequence[tuple[Entry, Enrolment]]) -> Said:
    row = Said()
    entries = {enrolment.position: entry for entry, enrolment in enrolments}
    for number, one in enumerate(school_history(enrolment for _, enrolment in enrolments)):
        entry = entries[one.position]
        told = {"school": one.school, "position": one.position, "recorded_ms": one.recorded_at}
        row.say(entry, told, f"schools/{number}")
        row.say(entry, one.school, "school")
    return row


def _release(rows: Rows, entry: Entry, body: Body) -> None:
    row = rows[Key("grade", entry.id)] = Said()
    row.say(entry, {"course": body["course"], "period": body["period"]})
    _decide(row, entry, body, "released", body["levels"])
    _look(rows, entry, entry.id, body["levels"])


def _amend(rows: Rows, entry: Entry, body: Body) -> None:
    _decide(_graded(rows, body), entry, body, "amended", body["levels"])
    for key in _looked_at(rows, body["grade"]):
        del rows[key]
    _look(rows, entry, body["grade"], body["levels"])


def _uphold(rows: Rows, entry: Entry, body: Body) -> None:
    _decide(_graded(rows, body), entry, body, "upheld", body["states"])
    known = {key.competency for key in _looked_at(rows, body["grade"])}
    _look(rows, entry, body["grade"], [seen for seen in body["states"] if seen["competency"] in known])


def _decide(row: Said, entry: Entry, body: Body, spoken: str, states: Sequence[Body]) -> None:
    """One more word of a grade, and the states that were looked at for it."""
    decision = {
        "event": entry.id,
        "state": spoken,
        "version": entry.version,
        "position": entry.position,
        "recorded_ms": entry.recorded_at,
        "actor": entry.actor,
        "reason_ref": body.get("reason_ref"),
        "levels": body.get("levels"),
        "seen": {one["competency"]: one["state"] for one in states},
        "pins": body["pins"],
    }
    row.say(entry, decision, f"decisions/{row.words}")
    row.words += 1


def _graded(rows: Rows, body: Body) -> Said:
    """The grade that a later word is about. Raises KeyError or ValueError where there is no such one."""
    row = rows[Key("grade", body["grade"])]
    if (body["course"], body["period"]) != (row.members["course"], row.members["period"]):
        raise ValueError("A word of a grade names another course or period than its release.")
    return row


def _looked_at(rows: Rows, grade: str) -> list[Key]:
    return [key for key in rows if key.what == "graded" and key.id == grade]


def _look(rows: Rows, entry: Entry, grade: str, states: Sequence[Body]) -> None:
    for one in states:
        row = rows[Key("graded", grade, one["competency"])] = Said()
        row.say(entry, {"digest": one["state"]})


def _ask(rows: Rows, entry: Entry, body: Body) -> None:
    [about] = [name for name in ("competency", "evidence", "grade") if body.get(name) is not None]
    asked = {
        "about": about,
        "about_id": body[about],
        "requested_ms": entry.recorded_at,
        "asked_by": entry.actor,
        "reason_ref": body["reason_ref"],
    }
    row = rows[Key("review", entry.id)] = Said()
    row.say(entry, asked)


def _answer(rows: Rows, entry: Entry, body: Body) -> None:
    answered = {
        "answer": entry.id,
        "answered_by": entry.actor,
        "answered_ms": entry.recorded_at,
        "outcome": body["outcome"],
        "change": body.get("change"),
        "answer_ref": body["answer_ref"],
    }
    rows[Key("review", body["review"])].say(entry, answered)


def _begin(rows: Rows, entry: Entry, body: Body) -> None:
    row = rows[Key("redo", entry.id, body["competency"])] = Said()
    told = {
        "id": entry.id,
        "learner": entry.owner,
        "competency": body["competency"],
        "begun": "offered" if entry.event == "RedoOffered" else "requested",
        **_step(entry, body),
    }
    row.say(entry, {"began": entry.position, "opened": False, "cycle": told})


def _relearn(rows: Rows, entry: Entry, body: Body) -> None:
    row = rows[Key("redo", body["cycle"], body["competency"])]
    row.say(entry, {"event": entry.id, "kind": body["kind"], **_step(entry, body)}, f"cycle/relearned/{row.words}")
    row.words += 1


def _open(rows: Rows, entry: Entry, body: Body) -> None:
    row = rows[Key("redo", body["cycle"], body["competency"])]
    told = {"event": entry.id, "task": body.get("task"), "work": body.get("work"), **_step(entry, body)}
    row.say(entry, told, "cycle/opened")
    row.say(entry, {"opened": True, "work": body.get("work")})


def _step(entry: Entry, body: Body) -> dict[str, object]:
    return {
        "position": entry.position,
        "version": entry.version,
        "recorded_ms": entry.recorded_at,
        "actor": entry.actor,
        "evidence": body.get("evidence"),
        "note_ref": body.get("note_ref"),
    }


def _say_beside(rows: Rows, entry: Entry, body: Body) -> None:
    ref = body.get(_BESIDE[entry.event])
    if ref is not None:
        row = rows[Key("feedback", entry.id)] = Said()
        row.say(entry, {"ref": ref})


_BESIDE = MappingProxyType({"RubricScored": "feedback_ref", "ObservationRecorded": "note_ref"})

_SAYING: Mapping[str, Callable[[Rows, Entry, Body], None]] = MappingProxyType(
    {
        "GradeReleased": _release,
        "GradeAmended": _amend,
        "GradeUpheld": _uphold,
        "ReviewRequested": _ask,
        "ReviewAnswered": _answer,
        "RedoOffered": _begin,
        "RedoRequested": _begin,
        "RelearnLogged": _relearn,
        "RedoOpened": _open,
        "RubricScored": _say_beside,
        "ObservationRecorded": _say_beside,
    }
)

TYPES = tuple(type_name(name) for name in sorted({*_SAYING, "LearnerEnrolled", "LearnerForgotten"}))
"""The types of the entries that say something of these rows."""
