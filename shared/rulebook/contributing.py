"""From the entries of one learner to what the fold needs: contributions a competency, and the schools.

`mastery` takes the steps one by one as entries arrive and keeps the contributions; `audit` gathers a learner's whole
record at once. Both read entries with the same four functions. A body comes decoded, as its contract names it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from shared.ledger.decimals import scaled
from shared.ledger.entry import Entry
from shared.rulebook.contribution import Contribution, Kind, Result, Withdrawal
from shared.rulebook.definitions import Enrolment, school_history

Body: TypeAlias = Mapping[str, Any]

_KINDS = {"AttemptRecorded": Kind.ATTEMPT.value, "RubricScored": Kind.RUBRIC_SCORE.value}

_scaled = lru_cache(maxsize=65_536)(scaled)


def contributions_of(entry: Entry, body: Body) -> dict[str, Contribution]:
    """What an entry says, one contribution a competency; empty for an entry that is no evidence.

    Several results of one competency are one contribution, results in the body's order.
    Raises KeyError or ValueError for a body that breaks its contract.
    """
    kind = _KINDS.get(entry.event)
    if kind is None:
        return {}
    results: dict[str, list[Result]] = {}
    for row in body["results"]:
        result = Result(_scaled(row["earned"]), _scaled(row["possible"]), row.get("criterion"))
        if not 0 <= result.earned <= result.possible or not result.possible:
            raise ValueError(f"Evidence {entry.id} earned {row['earned']} of {row['possible']} possible.")
        results.setdefault(row["competency"], []).append(result)
    return {
        competency: Contribution(
            event=entry.id,
            kind=kind,
            purpose=body["purpose"],
            occurred_at=entry.occurred_at,
            recorded_at=entry.recorded_at,
            position=entry.position,
            results=tuple(own),
            task=body.get("task"),
            work=body.get("work"),
            course=body.get("course"),
            redo_of=body.get("redo_of"),
        )
        for competency, own in results.items()
    }


def withdrawal_of(entry: Entry, body: Body) -> tuple[str, Withdrawal] | None:
    """The evidence that an entry withdraws, and the withdrawal; None for an entry that withdraws nothing."""
    if entry.event != "EvidenceVoided":
        return None
    return body["evidence"], Withdrawal(entry.position, entry.recorded_at, entry.id)


def withdrawn(contribution: Contribution, withdrawal: Withdrawal) -> Contribution:
    """The contribution marked; the first withdrawal by position stands, whichever comes to be read first."""
    if contribution.withdrawn is not None and contribution.withdrawn <= withdrawal:
        return contribution
    return contribution._replace(withdrawn=withdrawal)


def enrolment_of(entry: Entry, body: Body) -> Enrolment | None:
    """The school that an entry brought the learner to; None for an entry that is no enrolment."""
    if entry.event != "LearnerEnrolled":
        return None
    return Enrolment(body["school"], entry.position, entry.recorded_at)


@dataclass(frozen=True, slots=True)
class LearnerRecord:
    """All that one learner's entries say: contributions by competency, in order of position, and the schools."""

    contributions: Mapping[str, tuple[Contribution, ...]]
    schools: tuple[Enrolment, ...]


def gather(entries: Iterable[tuple[Entry, Body]]) -> LearnerRecord:
    """The record of one learner from its entries, each with its decoded body, in any order and any number of times."""
    once = {entry.id: (entry, body) for entry, body in entries}
    said: dict[str, list[Contribution]] = {}
    withdrawals: dict[str, Withdrawal] = {}
    enrolments: list[Enrolment] = []
    for entry, body in sorted(once.values(), key=lambda pair: pair[0].position):
        for competency, contribution in contributions_of(entry, body).items():
            said.setdefault(competency, []).append(contribution)
        if (voided := withdrawal_of(entry, body)) is not None:
            withdrawals.setdefault(*voided)
        if (enrolment := enrolment_of(entry, body)) is not None:
            enrolments.append(enrolment)
    return LearnerRecord(
        contributions={
            competency: tuple(
                withdrawn(piece, withdrawals[piece.event]) if piece.event in withdrawals else piece for piece in pieces
            )
            for competency, pieces in said.items()
        },
        schools=school_history(enrolments),
    )
