"""Wiring of the role `projector`: who may see whom, from both ledgers, in the gateway's own consumer group."""

from collections.abc import Mapping

import asyncpg

from services.gateway.postgres.forgetting import Forgetting
from shared.runtime.access.lag import AccessLag
from shared.runtime.access.projection import AccessProjection
from shared.runtime.ledger_reader import LedgerReader
from shared.runtime.projecting import kafka_projector
from shared.runtime.projection import Projection
from shared.runtime.serve import Worker
from shared.runtime.settings import Settings

CONNECTIONS = 6
"""Five for the projector, one for the comparison with the ledger's heads."""


def projections() -> list[Projection]:
    """What the gateway folds; also for the release of an owner in quarantine."""
    return [AccessProjection(), Forgetting()]


def projector_workers(settings: Settings, pool: asyncpg.Pool, ledger: LedgerReader) -> Mapping[str, Worker]:
    """The workers of the role, by name. `pool` needs CONNECTIONS connections."""
    return {
        "projector": kafka_projector(settings, "gateway", pool, projections(), ledger).run,
        "access lag": AccessLag(pool, ledger).run,
    }
