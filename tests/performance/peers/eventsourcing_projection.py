"""The package `eventsourcing` on PostgreSQL: its projection runner, from its recorder to levels.

Asked: `dsn` of an empty database, `entries`, a file with one JSON array a line of an attempt's headers and body, and
the digest of the `policy`. Answers `rate`, events a second from the first projected until the last is, and `digest`,
of all states. Every event is an aggregate's of its own, inserted in batches before the clock starts; its state is read
and written, and its tracking moved on, in one transaction, as its manual has it.
"""

import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson
from eventsourcing.application import Application
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.utils import get_topic
from psycopg.sql import SQL

from tests.performance.peers import LONGEST, asked_for, tell
from tests.performance.peers.levels import digest_of_all, folded, pieces_of

BATCH = 2_000
COLUMNS = (
    *("contributions", "evidence", "counted", "status", "level", "value", "scope", "policy", "method", "digest"),
    *("evidence_position", "definitions_position"),
)
TABLE = """
CREATE TABLE IF NOT EXISTS state (
    learner uuid, competency uuid, contributions bytea NOT NULL, evidence int NOT NULL, counted int NOT NULL,
    status text NOT NULL, level text, value bigint, scope text, policy text, method text, digest text NOT NULL,
    evidence_position bigint, definitions_position bigint, PRIMARY KEY (learner, competency)
) WITH (fillfactor = 70)
"""
READ = "SELECT contributions FROM state WHERE learner = %s AND competency = %s FOR UPDATE"
WRITE = f"""
INSERT INTO state (learner, competency, {", ".join(COLUMNS)}) VALUES (%s, %s{", %s" * len(COLUMNS)})
ON CONFLICT (learner, competency) DO UPDATE SET {", ".join(f"{name} = EXCLUDED.{name}" for name in COLUMNS)}
"""


class Attempt(Aggregate):  # type: ignore[misc]  # its package is not installed where types are checked
    """One attempt, of which nothing more happens: one event."""

    def __init__(self, facts: dict[str, str], body: dict[str, Any]) -> None:
        self.facts = facts
        self.body = body


class States(PostgresTrackingRecorder):  # type: ignore[misc]  # as above
    """The states, in a table beside the tracking."""

    def __init__(self, datastore: Any, **more: Any) -> None:
        super().__init__(datastore, **more)
        self.sql_create_statements.append(SQL(TABLE))

    def fold(self, facts: dict[str, str], body: dict[str, Any], policy: str, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            for competency, piece in pieces_of(body, facts):
                key = (body["learner"], competency)
                row = cursor.execute(READ, key, prepare=True).fetchone()
                before = None if row is None else {"contributions": orjson.loads(row["contributions"])}
                now = folded(before, piece, *key, policy)
                now["contributions"] = orjson.dumps(now["contributions"])
                cursor.execute(WRITE, (*key, *(now[name] for name in COLUMNS)), prepare=True)

    def digest(self) -> str:
        with self.datastore.transaction() as cursor:
            rows = cursor.execute("SELECT digest FROM state").fetchall()
        return digest_of_all([row["digest"] for row in rows])


class Levels(Projection[States]):  # type: ignore[misc]  # as above
    """Events into states; keeps when the first began and the last ended."""

    name = "levels"
    topics = (get_topic(Attempt.Created),)
    policy = ""
    begun = ended = 0.0

    @singledispatchmethod  # type: ignore[untyped-decorator]  # as above
    def process_event(self, event: Any, tracking: Tracking) -> None:
        self.begun = self.begun or time.perf_counter()
        self.view.fold(event.facts, event.body, self.policy, tracking)
        self.ended = time.perf_counter()


def main() -> None:
    asked = asked_for()
    place = settings(asked["dsn"])
    count = write(place, Path(asked["entries"]))
    Levels.policy = asked["policy"]
    with ProjectionRunner(
        application_class=Application, projection_class=Levels, view_class=States, env=place
    ) as runner:
        runner.wait(runner.app.recorder.max_notification_id(), timeout=LONGEST)
        seconds = runner.projection.ended - runner.projection.begun
        tell(rate=count / seconds, digest=runner.view.digest())


def settings(dsn: str) -> dict[str, str]:
    """How its application reaches the database."""
    parts = urlsplit(dsn)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": parts.path[1:],
        "POSTGRES_HOST": parts.hostname or "",
        "POSTGRES_PORT": str(parts.port),
        "POSTGRES_USER": parts.username or "",
        "POSTGRES_PASSWORD": parts.password or "",
    }


def write(place: dict[str, str], entries: Path) -> int:
    """Write the events into its recorder; how many there are."""
    app: Application[UUID] = Application(place)
    stored = []
    for line in entries.read_bytes().splitlines():
        facts, body = orjson.loads(line)
        stored += [app.mapper.to_stored_event(event) for event in Attempt(facts, body).collect_events()]
    for first in range(0, len(stored), BATCH):
        app.recorder.insert_events(stored[first : first + BATCH])
    app.close()
    return len(stored)


main()
