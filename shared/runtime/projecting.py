"""Wiring: the projectors as services run them."""

from collections.abc import Sequence

import asyncpg

from shared.runtime.kafka_source import KafkaSource
from shared.runtime.ledger_reader import LedgerReader
from shared.runtime.projection import Keeper, Projection
from shared.runtime.projector import Projector
from shared.runtime.settings import Settings
from shared.runtime.tracing import Tracing


def kafka_projector(  # noqa: PLR0913 - what it is wired to
    settings: Settings,
    service: str,
    pool: asyncpg.Pool,
    projections: Sequence[Projection],
    door: LedgerReader,
    *,
    keepers: Sequence[Keeper] = (),
    tracing: Tracing | None = None,
) -> Projector:
    """The projector of a service over Kafka: both ledgers, in the service's own consumer group.

    Run it with `await projector.run()` as a worker. `pool` needs 5 connections. `projections` are applied in order;
    `keepers` are given every entry as it came, also those that a quarantine holds back. With `tracing`, entries
    that are traced are followed to the tables.
    """
    source = KafkaSource(
        settings.kafka_access(),
        settings.group(service),
        {"evidence": settings.topic("evidence"), "definitions": settings.topic("definitions")},
        tenant=settings.tenant,
        traced=tracing is not None,
    )
    return Projector(pool, source, projections, refill=door, keepers=keepers, tracing=tracing)
