"""How what the flows give back is written as JSON."""

from dataclasses import asdict
from typing import Any

from services.audit.domain.history import Passage
from services.audit.domain.telling import told_by_copy
from services.audit.domain.verification import UNITS, Verification
from services.audit.flows.read_history import HistoryPage
from services.audit.flows.read_verified import Verified
from shared.ledger.instants import instant_text
from shared.runtime.shards import Shard


def history_document(learner: str, page: HistoryPage, limit: int) -> dict[str, Any]:
    passages = page.passages
    full = len(passages) == limit
    return {
        "learner": learner,
        "as_of": {"pins": [_position(shard, position) for shard, position in sorted(page.as_of.items())]},
        "entries": [_passage(passage) for passage in passages],
        "next": passages[-1].entry.position if full else None,
    }


def verified_document(learner: str, verified: Verified) -> dict[str, Any]:
    check = verified.check
    return {
        "learner": learner,
        "state": None if check is None else check.found,
        "ended_at": None if check is None else instant_text(check.ended_at),
        "through": None if verified.through is None else instant_text(verified.through),
    }


def verification_document(verification: Verification) -> dict[str, Any]:
    learner = verification.subject.learner
    return {
        **_head(verification, {"scope": "district"} if learner is None else {"learner": learner}),
        "set_aside": verification.set_aside,
        "differences": _differences(verification),
    }


def audit_document(audit: Verification) -> dict[str, Any]:
    grade = audit.subject.grade
    return {
        **_head(audit, {"scope": "district"} if grade is None else {"grade": grade}),
        "different": audit.different,
        "grades": list(audit.verdicts),
        "differences": _differences(audit),
    }


def _head(verification: Verification, subject: dict[str, str]) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": verification.id,
        "state": verification.state,
        **subject,
        "began_at": instant_text(verification.began_at),
        "phases": [{**asdict(phase), "unit": UNITS[phase.name]} for phase in verification.phases],
        "found": verification.found,
    }
    if verification.ended_at is not None:
        document["ended_at"] = instant_text(verification.ended_at)
    if verification.reason is not None:
        document["reason"] = verification.reason
    return document


def _differences(verification: Verification) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in asdict(difference).items() if value is not None and value != ()}
        for difference in verification.differences
    ]


def _passage(passage: Passage) -> dict[str, Any]:
    entry = passage.entry
    document: dict[str, Any] = {
        "id": entry.id,
        "type": entry.event,
        "occurred_at": instant_text(entry.occurred_at),
        "recorded_at": instant_text(entry.recorded_at),
        "actor": entry.actor,
        "position": _position(Shard(entry.ledger, entry.shard), entry.position),
        "leaf": told_by_copy(entry).leaf(),
        "body": passage.body,
    }
    if passage.policies:
        document["policies"] = [asdict(in_force) for in_force in passage.policies]
        if len({in_force.policy for in_force in passage.policies}) == 1:
            document["policy"] = passage.policies[0].policy
    if passage.voided_by is not None:
        document["voided_by"] = passage.voided_by
    return document


def _position(shard: Shard, position: int) -> dict[str, Any]:
    return {"ledger": shard.ledger, "shard": shard.number, "position": position}
