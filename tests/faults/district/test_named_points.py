"""F1, F4: kill −9 at named points around every commit, while clients write; afterwards I1–I5 hold.

The points are reached from outside (`tests/support/parking.py`). What runs at a point that no traffic reaches by
itself, a refold or the destruction of a key, is asked for in the round.
"""

import itertools
from uuid import uuid4

import pytest

from cli.importing.commands import publish
from tests.support.effort import Effort
from tests.support.ledger_writer import policy_document
from tests.support.parking import (
    Point,
    after_writing,
    before_commit,
    committed_unheard,
    killed_at,
    locked_rows,
    moved,
    unheard,
)
from tests.support.trial import Trial

pytestmark = [pytest.mark.faults, pytest.mark.stack, pytest.mark.timeout(1800)]

POLICY = "ascertain.policy@1"
HEADS = "SELECT coalesce(sum(position), 0) FROM ledger.head"
CURSORS = "SELECT coalesce(sum(position), 0) FROM ledger.cursor"

APPEND = (
    Point("evidence before the append takes its heads", "evidence", locked_rows("evidence", "head")),
    Point(
        "evidence, entries written, heads not moved", "evidence", after_writing("evidence", "stored_entry", "INSERT")
    ),
    Point("evidence before an append's commit", "evidence", before_commit("evidence", "head", "UPDATE")),
    Point(
        "evidence, appended, and the lane has not heard of it",
        "evidence",
        unheard(("evidence", "postgres"), "replies", moved("evidence", HEADS)),
    ),
    Point(
        "evidence, receipted, and the gateway has not heard of it",
        "evidence",
        unheard(("gateway", "evidence"), "replies", moved("evidence", HEADS)),
    ),
    Point(
        "the gateway, receipted, and it has not heard of it",
        "gateway",
        unheard(("gateway", "evidence"), "replies", moved("evidence", HEADS)),
    ),
)
RELAY = (
    Point(
        "the relay before its batch is sent",
        "evidence",
        unheard(("evidence", "kafka"), "requests", moved("evidence", HEADS)),
    ),
    Point(
        "the relay, sent, and it has not heard the acknowledgement",
        "evidence",
        unheard(("evidence", "kafka"), "replies", moved("evidence", HEADS)),
    ),
    Point("the relay, acknowledged, cursor not moved", "evidence", locked_rows("evidence", "cursor")),
    Point("the relay before its cursor's commit", "evidence", before_commit("evidence", "cursor", "UPDATE")),
    Point(
        "the relay, cursor moved, and it has not heard of it",
        "evidence",
        committed_unheard("evidence", "cursor", moved("evidence", CURSORS)),
    ),
)


def _projecting(service: str) -> tuple[Point, ...]:
    return (
        Point(f"{service} before it moves its watermark", service, locked_rows(service, "watermark")),
        Point(f"{service} before its projection's commit", service, before_commit(service, "watermark", "UPDATE")),
        *(
            ()
            if service == "evidence"
            else (
                Point(
                    f"{service}, records sent, and it has not heard of them",
                    service,
                    unheard((service, "kafka"), "replies", moved("evidence", HEADS)),
                ),
            )
        ),
    )


PROJECTION = tuple(
    point for service in ("mastery", "evidence", "portfolio", "audit", "gateway") for point in _projecting(service)
)
REFOLD = (
    Point(
        "mastery before a refolded chunk's commit",
        "mastery",
        before_commit("mastery", "refold_part", "UPDATE OR DELETE"),
    ),
    Point("mastery, a refold asked for, not committed", "mastery", after_writing("mastery", "refold", "INSERT")),
)
DATABASE = (
    Point("PostgreSQL before an append's commit", "postgres", before_commit("evidence", "head", "UPDATE")),
    Point("PostgreSQL before a projection's commit", "postgres", before_commit("mastery", "watermark", "UPDATE")),
)


@pytest.mark.fault("F1", "kill −9 of evidence and the gateway at points around an append's commit", share=3)
async def test_killed_around_an_appends_commit(trial: Trial, effort: Effort) -> None:
    await _rounds(trial, effort, APPEND, short=1)


@pytest.mark.long
@pytest.mark.fault("F1", "kill −9 of the relay at points around its acknowledgement and its cursor", share=3)
async def test_killed_around_the_relays_acknowledgement(trial: Trial, effort: Effort) -> None:
    await _rounds(trial, effort, RELAY, short=2)


@pytest.mark.long
@pytest.mark.fault("F1", "kill −9 of each projecting service at points around its watermark's commit", share=4)
async def test_killed_around_a_projections_commit(trial: Trial, effort: Effort) -> None:
    await _rounds(trial, effort, PROJECTION, short=1)


@pytest.mark.long
@pytest.mark.fault("F4", "kill −9 of PostgreSQL while a commit is under way", share=2)
async def test_postgresql_killed_amid_a_commit(trial: Trial, effort: Effort) -> None:
    await _rounds(trial, effort, DATABASE, short=1)


@pytest.mark.long
@pytest.mark.fault("F1", "kill −9 of mastery at points of a refold", share=2)
async def test_killed_amid_a_refold(trial: Trial, effort: Effort) -> None:
    stricter = policy_document(cut="4")
    documents = trial.district.documents
    documents[await publish(trial.gateway, stricter)] = stricter
    policies = itertools.cycle([digest for digest, document in documents.items() if document["format"] == POLICY][::-1])

    async def adopted() -> None:
        adoption = {"id": str(uuid4()), "scope": "district", "policy": next(policies), "mode": "recompute"}
        await trial.gateway.post("/v1/adoptions", adoption)

    for number in effort.rounds(short=1):
        async with trial.writing():
            await trial.accepted(20)
            await killed_at(trial, REFOLD[number % len(REFOLD)], adopted)
    await trial.check(effort)


async def _rounds(trial: Trial, effort: Effort, points: tuple[Point, ...], *, short: int) -> None:
    """One point a round, in turn from one that the seed chooses; all of them where there is time."""
    order = list(points)
    trial.chance.shuffle(order)
    for number in effort.rounds(short):
        async with trial.writing():
            await killed_at(trial, order[number % len(order)])
            await trial.accepted(20)
    await trial.check(effort)
