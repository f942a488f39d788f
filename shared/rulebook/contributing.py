"""From the entries of one learner to what the fold needs: contributions and overrides a competency, and the schools.

`mastery` takes the steps one by one as entries arrive and keeps the contributions; `audit` gathers a learner's whole
record at once. Both read entries with the same functions. A body comes decoded, as its contract names it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from shared.ledger.decimals import scaled
from shared.ledger.entry import Entry
from shared.rulebook.contribution import Contribution, Kind, Result, Withdrawal
from shared.rulebook.definitions import Enrolment, school_history
from shared.rulebook.override import Override, cleared, clearing_of, override_of

Body: TypeAlias = Mapping[str, Any]

_KINDS = {
    "AttemptRecorded": Kind.ATTEMPT.value,
    "RubricScored": Kind.RUBRIC_SCORE.value,
    "ObservationRecorded": Kind.OBSERVATION.value,
    "ReflectionRecorded": Kind.REFLECTION.value,
    "PriorMasteryAttested": Kind.ATTESTATION.value,
    "AudienceTallied": Kind.AUDIENCE.value,
}

_REFLECTION, _AUDIENCE = Kind.REFLECTION.value, Kind.AUDIENCE.value

EVIDENCE = frozenset(_KINDS)
"""The events that are evidence."""

_scaled = lru_cache(maxsize=65_536)(scaled)


def contributions_of(entry: Entry, body: Body) -> dict[str, Contribution]:
    """What an entry says, one contribution a competency; empty for an entry that is no evidence.

    Several results of one competency are one contribution, results in the body's order. What a reflection rates is
    one too, which is never counted; a reflection without ratings says nothing here. What an audience gave a work is one
    of each competency that the class said it could speak of, under the questions' names; choices are not in it.
    Raises KeyError or ValueError for a body that breaks its contract.
    """
    kind = _KINDS.get(entry.event)
    if kind is None:
        return {}
    results: dict[str, list[Result]] = {}
    for row in _rows(kind, body):
        result = Result(_scaled(row["earned"]), _scaled(row["possible"]), row.get("criterion"))
        if not 0 <= result.earned <= result.possible or not result.possible:
            raise ValueError(f"Evidence {entry.id} earned {row['earned']} of {row['possible']} possible.")
        results.setdefault(row["competency"], []).append(result)
    purpose = "" if kind == _REFLECTION else kind if kind == _AUDIENCE else body["purpose"]
    return {
        competency: Contribution(
            entry.id,
            kind,
            purpose,
            entry.occurred_at,
            entry.recorded_at,
            entry.position,
            tuple(own),
            body.get("task"),
            body.get("work"),
            body.get("course"),
            body.get("redo_of"),
        )
        for competency, own in results.items()
    }


def _rows(kind: str, body: Body) -> Iterable[Mapping[str, Any]]:
    """What was earned of what was possible, a row a competency."""
    if kind == _AUDIENCE:
        return [
            {**rated, "competency": competency, "criterion": rated["question"]}
            for rated in body["ratings"]
            for competency in rated.get("competencies", ())
        ]
    rows: Iterable[Mapping[str, Any]] = body.get("ratings", ()) if kind == _REFLECTION else body["results"]
    return rows


def withdrawal_of(entry: Entry, body: Body) -> tuple[str, Withdrawal] | None:
    """The evidence that an entry withdraws, and the withdrawal; None for an entry that withdraws nothing."""
    if entry.event == "EvidenceVoided":
        return body["evidence"], Withdrawal(entry.position, entry.recorded_at, entry.id)
    if entry.event == "EvidenceSuperseded":
        return body["evidence"], Withdrawal(entry.position, entry.recorded_at, entry.id, body["by"])
    return None


def withdrawn(contribution: Contribution, withdrawal: Withdrawal) -> Contribution:
    """The contribution marked; the first withdrawal by position stands, whichever comes to be read first."""
    if contribution.withdrawn is not None and contribution.withdrawn.position <= withdrawal.position:
        return contribution
    return contribution._replace(withdrawn=withdrawal)


def enrolment_of(entry: Entry, body: Body) -> Enrolment | None:
    """The school that an entry brought the learner to; None for an entry that is no enrolment."""
    if entry.event != "LearnerEnrolled":
        return None
    return Enrolment(body["school"], entry.position, entry.recorded_at)


@dataclass(frozen=True, slots=True)
class LearnerRecord:
    """All that one learner's entries say: contributions and overrides by competency, in order of position; schools."""

    contributions: Mapping[str, tuple[Contribution, ...]]
    overrides: Mapping[str, tuple[Override, ...]]
    schools: tuple[Enrolment, ...]

    @property
    def competencies(self) -> set[str]:
        """Those that there is a state of: with evidence, or with a level that was set."""
        return {*self.contributions, *self.overrides}


def gather(entries: Iterable[tuple[Entry, Body]]) -> LearnerRecord:
    """The record of one learner from its entries, each with its decoded body, in any order and any number of times."""
    once = {entry.id: (entry, body) for entry, body in entries}
    said: dict[str, list[Contribution]] = {}
    withdrawals: dict[str, Withdrawal] = {}
    overrides: dict[str, dict[str, Override]] = {}
    enrolments: list[Enrolment] = []
    for entry, body in sorted(once.values(), key=lambda pair: pair[0].position):
        for competency, contribution in contributions_of(entry, body).items():
            said.setdefault(competency, []).append(contribution)
        if (voided := withdrawal_of(entry, body)) is not None:
            withdrawals.setdefault(*voided)
        if (set_by := override_of(entry, body)) is not None:
            competency, override = set_by
            overrides.setdefault(competency, {})[override.event] = override
        if (lifted := clearing_of(entry, body)) is not None:
            competency, event, clearing = lifted
            if (judged := overrides.get(competency, {}).get(event)) is not None:
                overrides[competency][event] = cleared(judged, clearing)
        if (enrolment := enrolment_of(entry, body)) is not None:
            enrolments.append(enrolment)
    return LearnerRecord(
        contributions={
            competency: tuple(
                withdrawn(piece, withdrawals[piece.event]) if piece.event in withdrawals else piece for piece in pieces
            )
            for competency, pieces in said.items()
        },
        overrides={competency: tuple(own.values()) for competency, own in overrides.items()},
        schools=school_history(enrolments),
    )
