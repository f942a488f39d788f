"""Real answers of middle-school learners, beside the project, as evidence: never committed to it."""

import csv
import gzip
import itertools
from pathlib import Path
from uuid import UUID, uuid5

import pytest

from shared.ledger.instants import instant
from tests.support.ledger_writer import LedgerWriter, framework_document, named, policy_document, result

FILE = Path(__file__).parents[3] / "shared" / "data" / "assistments2009" / "responses.csv.gz"
BEGINS = instant("2009-09-01T00:00:00.000Z")


def real_answers(count: int) -> LedgerWriter:
    """The first `count` answers, after their framework and a decaying average; skips the test where there are none."""
    if not FILE.exists():
        pytest.skip(f"the real answers are not here: {FILE.parent.name}/{FILE.name} beside the project")
    ledger = LedgerWriter()
    policy = policy_document("ascertain.decaying_average@1", weight="0.65", counts=["practice"], pieces=3, redo="adds")
    ledger.publish(policy)
    with gzip.open(FILE, "rt", encoding="utf-8", newline="") as file:
        rows = list(itertools.islice(csv.DictReader(file), count))
    ledger.publish(framework_document(named("skills"), [named(skill) for skill in sorted({r["skill"] for r in rows})]))
    ledger.adopt("district", policy)
    for row in rows:
        ledger.now += 1
        learner = named(f"learner {row['learner']}")
        ledger.attempt(
            learner,
            result(named(row["skill"]), row["correct"], "1"),
            purpose="practice",
            occurred=BEGINS + int(row["order"]) * 1000,
            id=str(uuid5(UUID(learner), row["order"])),
        )
    return ledger
