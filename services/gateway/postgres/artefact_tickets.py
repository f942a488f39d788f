"""Tickets for files, in PostgreSQL."""

import asyncpg

from services.gateway.domain.artefact_tickets import Ticket
from shared.ledger.instants import Instant


class StoredTickets:
    """Implements ports.Tickets."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def add(self, ticket: Ticket, now: Instant) -> None:
        await self._pool.execute(
            "WITH over AS (DELETE FROM gateway.artefact_ticket WHERE ends_ms <= $5)"
            " INSERT INTO gateway.artefact_ticket (digest, person, ref, ends_ms) VALUES ($1, $2, $3, $4)",
            ticket.digest,
            ticket.person,
            ticket.ref,
            ticket.ends_at,
            now,
        )

    async def take(self, digest: str, now: Instant) -> Ticket | None:
        row = await self._pool.fetchrow(
            "DELETE FROM gateway.artefact_ticket WHERE digest = $1 RETURNING digest, person::text, ref, ends_ms", digest
        )
        ticket = None if row is None else Ticket(*row)
        return ticket if ticket is not None and now < ticket.ends_at else None
