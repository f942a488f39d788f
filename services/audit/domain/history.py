"""A learner's history: each entry with the policies that were in force at that moment, and what voided it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.contracts.upcasting import as_current
from shared.ledger.canonical import JsonValue, parse
from shared.ledger.entry import Entry
from shared.rulebook.contributing import enrolment_of, withdrawal_of
from shared.rulebook.definitions import Definitions, Enrolment, Learner, school_history
from shared.rulebook.known import Known


@dataclass(frozen=True, slots=True)
class InForce:
    """The digest of the policy in force for one competency when an entry was recorded; None where there was none."""

    competency: str
    policy: str | None


@dataclass(frozen=True, slots=True)
class Passage:
    """One entry of a history. `body` is None where it is no JSON object; `voided_by` names the event that voided it."""

    entry: Entry
    body: Mapping[str, JsonValue] | None
    policies: tuple[InForce, ...]
    voided_by: str | None


def told(
    learner: str, shard: int, page: Iterable[Entry], context: Iterable[Entry], definitions: Definitions
) -> list[Passage]:
    """The passages of a page of entries. `context` are all enrolments and withdrawals of the learner."""
    voids, schools = _context(context)
    who = Learner(learner, shard, schools)
    return [_passage(who, entry, voids, definitions) for entry in page]


def _passage(who: Learner, entry: Entry, voids: Mapping[str, str], definitions: Definitions) -> Passage:
    body = _body(entry)
    known = Known(evidence=entry.position, at=entry.recorded_at)
    policies = []
    for competency in _competencies(body):
        adoption = definitions.in_force(who, competency, known)
        policies.append(InForce(competency, None if adoption is None else adoption.policy.digest))
    return Passage(entry, body, tuple(policies), voids.get(entry.id))


def _context(entries: Iterable[Entry]) -> tuple[dict[str, str], tuple[Enrolment, ...]]:
    voids: dict[str, str] = {}
    enrolments = []
    for entry in sorted(entries, key=lambda entry: entry.position):
        body = _body(entry) or {}
        try:
            withdrawal, enrolment = withdrawal_of(entry, body), enrolment_of(entry, body)
        except KeyError:  # held back as it is, and shown as it is
            continue
        if withdrawal is not None:
            voids.setdefault(withdrawal[0], withdrawal[1].event)
        if enrolment is not None:
            enrolments.append(enrolment)
    return voids, school_history(enrolments)


def _competencies(body: Mapping[str, Any] | None) -> list[str]:
    """The competencies of an entry that is evidence, each once, in the body's order."""
    results = (body or {}).get("results")
    rows = results if isinstance(results, list) else []
    named = [row["competency"] for row in rows if isinstance(row, dict) and isinstance(row.get("competency"), str)]
    return list(dict.fromkeys(named))


def _body(entry: Entry) -> Mapping[str, JsonValue] | None:
    try:
        body = as_current(entry, parse(entry.body))
    except ValueError:
        return None
    return body if isinstance(body, dict) else None
