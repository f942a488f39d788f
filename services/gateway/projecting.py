"""Wiring of the role `projector`: who may see whom, from both ledgers, in the gateway's own consumer group."""

from collections.abc import Mapping

import asyncpg

from services.gateway.postgres.forgetting import Forgetting
from shared.runtime.access.lag import AccessLag
from shared.runtime.access.projection import AccessProjection
from shared.runtime.ledger_reader import LedgerReader
from shared.runtime.observing import Observing
from shared.runtime.projecting import kafka_projector
from shared.runtime.projection import Projection
from shared.runtime.projection_measures import projector_measures
from shared.runtime.serve import Worker
from shared.runtime.settings import Settings

CONNECTIONS = 6
"""Five for the projector, one for the comparison with the ledger's heads."""


def projections() -> list[Projection]:
    """What the gateway folds; also for the release of an owner in quarantine."""
    return [AccessProjection(), Forgetting()]


def projector_workers(
    settings: Settings, pool: asyncpg.Pool, ledger: LedgerReader, observing: Observing
) -> Mapping[str, Worker]:
    """The workers of the role, by name. `pool` needs CONNECTIONS connections."""
    projector = kafka_projector(settings, "gateway", pool, projections(), ledger, tracing=observing.tracing)
    lag = AccessLag(pool, ledger)
    observing.measures.read_by(*projector_measures(projector, lag))
    return {"projector": projector.run, "access lag": lag.run}
