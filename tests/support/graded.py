"""Grades as a test releases them: levels and digests worked out by the plain fold, never by the code under test."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.ledger.identifiers import shard_of
from tests.support import oracle
from tests.support.ledger_writer import TENANT, LedgerWriter, named

COURSE, PERIOD = named("English"), named("the autumn term")


def release(writer: LedgerWriter, learner: str, competencies: Sequence[str], *, period: str = PERIOD) -> str:
    """Release a grade of what the writer's ledger now comes to. Returns the event's id."""
    body = {"levels": levels(writer, learner, competencies), "pins": pins(writer, learner)}
    return _say(writer, "GradeReleased", learner, period, body)


def release_all(writer: LedgerWriter, periods: Sequence[str]) -> int:
    """Release for everyone of whom there is evidence a grade a period, with all her competencies. Returns how many."""
    graded: dict[str, list[dict[str, Any]]] = {}
    for (learner, _), state in sorted(oracle.states(writer.entries, writer.documents).items()):
        graded.setdefault(learner, []).append(_level(state, writer))
    last = {entry["envelope"]["owner"]: entry["envelope"]["position"] for entry in writer.entries}
    definitions = _definitions(writer)
    for period in periods:
        for learner, own in graded.items():
            _say(writer, "GradeReleased", learner, period, {"levels": own, "pins": _pins(learner, definitions, last)})
    return len(graded) * len(periods)


def amend(writer: LedgerWriter, learner: str, grade: str, competencies: Sequence[str], *, period: str = PERIOD) -> str:
    """Set a released grade anew."""
    body = {"levels": levels(writer, learner, competencies), "pins": pins(writer, learner), **_because(grade)}
    return _say(writer, "GradeAmended", learner, period, body)


def uphold(writer: LedgerWriter, learner: str, grade: str, competencies: Sequence[str], *, period: str = PERIOD) -> str:
    """Leave a released grade as it is."""
    states = [{"competency": one["competency"], "state": one["state"]} for one in levels(writer, learner, competencies)]
    body = {"states": states, "pins": pins(writer, learner), **_because(grade)}
    return _say(writer, "GradeUpheld", learner, period, body)


def levels(writer: LedgerWriter, learner: str, competencies: Sequence[str]) -> list[dict[str, Any]]:
    """What a grade says of each competency now, ascending."""
    states = oracle.states(writer.entries, writer.documents)
    return [_level(states[learner, competency], writer) for competency in sorted(competencies)]


def pins(writer: LedgerWriter, learner: str) -> list[dict[str, Any]]:
    """How far both ledgers are now; the definitions begin with the first administrator, of whom no writer knows."""
    last = {entry["envelope"]["owner"]: entry["envelope"]["position"] for entry in writer.entries}
    return _pins(learner, _definitions(writer), last)


def _definitions(writer: LedgerWriter) -> int:
    return 1 + len([entry for entry in writer.entries if entry["envelope"]["ledger"] == "definitions"])


def _pins(learner: str, definitions: int, last: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {"ledger": "definitions", "shard": 0, "position": definitions},
        {"ledger": "evidence", "shard": shard_of(TENANT, learner), "position": last[learner]},
    ]


def _level(state: oracle.OracleState, writer: LedgerWriter) -> dict[str, Any]:
    level = {"competency": state.competency, "status": state.status, "state": state.digest}
    if state.policy is not None and state.level is not None:
        starts = {one["name"]: one["at"] for one in writer.documents[state.policy]["scale"]["levels"]}
        level |= {"policy": state.policy, "at": starts[state.level]}
    if state.override is not None:
        level["override"] = state.override
    return level


def _because(grade: str) -> dict[str, str]:
    return {"grade": grade, "reason_ref": "cd" * 32}


def _say(writer: LedgerWriter, name: str, learner: str, period: str, body: dict[str, Any]) -> str:
    stream = f"grade/{learner}/{COURSE}/{period}"
    return writer.say(name, learner, stream, {"course": COURSE, "period": period, **body})
