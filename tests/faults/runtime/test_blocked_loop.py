"""A projection that blocks the event loop for longer than the group's patience: it must not, but nothing is lost."""

import time
from collections.abc import Sequence

import asyncpg
import pytest

from shared.ledger.entry import Entry
from tests.integration.runtime.test_projector import applied
from tests.support.corner import Corner, running
from tests.support.counting import Counting
from tests.support.real_ledger import owners_of

pytestmark = pytest.mark.faults


class Blocking(Counting):
    """Blocks the whole loop once, heartbeats and all, for longer than the session timeout of 6 s."""

    blocked = False

    async def apply(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        await super().apply(connection, entries)
        if not self.blocked:
            self.blocked = True
            time.sleep(8)  # noqa: ASYNC251 - the fault itself


@pytest.mark.long
async def test_a_loop_blocked_past_the_session_timeout_loses_no_shard(corner: Corner) -> None:
    owners = [owners_of(shard, 1)[0] for shard in range(0, 64, 8)]
    entries = await corner.ledger.grow(owners, 10)
    async with running(corner.relay(), corner.projector(blocking := Blocking(), stalled=600.0)):
        await applied(corner, entries, seconds=60)
        assert blocking.blocked
        more = await corner.ledger.grow(owners, 10)
        await applied(corner, entries + more, seconds=60)
