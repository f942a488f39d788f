"""The package `eventsourcing` on PostgreSQL: one event saved at a time, and its recorder's batched insert.

Asked: `dsn` of an empty database, `singles` and `rows` to be written, `body` of an event. Answers events a second:
`save`, the best over a few numbers of threads, each saving aggregates of one event through an application as its
manual has it; `batch`, the best over sizes, threads, and both of its ways of inserting.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from tests.performance.peers import asked_for, tell

THREADS = (1, 4, 16)
BATCHES = (500, 2_000, 10_000)


class Piece(Aggregate):  # type: ignore[misc]  # its package is not installed where types are checked
    """One piece of evidence, of which nothing more happens: one event."""

    def __init__(self, body: str) -> None:
        self.body = body


def main() -> None:
    asked = asked_for()
    place = {
        "dbname": (dsn := urlsplit(asked["dsn"])).path[1:],
        "host": dsn.hostname,
        "port": str(dsn.port),
        "user": dsn.username,
        "password": dsn.password,
    }
    tell(
        save=max(save(place, asked["body"], asked["singles"], threads) for threads in THREADS),
        batch=max(
            insert(place, asked["body"].encode(), asked["rows"], size, threads, in_function=in_function)
            for size, threads, in_function in product(BATCHES, (1, 2), (False, True))
        ),
    )


def save(place: dict[str, Any], body: str, count: int, threads: int) -> float:
    """Events a second, saved one by one."""
    settings = {f"POSTGRES_{name.upper()}": value for name, value in place.items()}
    app: Application[UUID] = Application(
        {"PERSISTENCE_MODULE": "eventsourcing.postgres", "POSTGRES_POOL_SIZE": str(threads), **settings}
    )
    app.save(Piece(body))  # makes tables and connections
    pieces = [Piece(body) for _ in range(count)]
    try:
        return count / _seconds(threads, app.save, pieces)
    finally:
        app.close()


def insert(place: dict[str, Any], state: bytes, count: int, size: int, threads: int, *, in_function: bool) -> float:
    """Events a second, handed to its recorder in batches: without its mapper's and application's own work."""
    with PostgresDatastore(**place, pool_size=threads, enable_db_functions=in_function) as datastore:
        recorder = PostgresApplicationRecorder(datastore, events_table_name="inserted")
        recorder.create_table()
        topic = "ascertain:AttemptRecorded"
        events = [StoredEvent(uuid4(), 1, topic, state) for _ in range(count)]
        batches = [events[first : first + size] for first in range(0, count, size)]
        recorder.insert_events([StoredEvent(uuid4(), 1, topic, state)])
        return count / _seconds(threads, recorder.insert_events, batches)


def _seconds(threads: int, work: Callable[[Any], object], on: list[Any]) -> float:
    with ThreadPoolExecutor(threads) as pool:
        begun = time.perf_counter()
        for _ in pool.map(work, on):
            pass
        return time.perf_counter() - begun


main()
