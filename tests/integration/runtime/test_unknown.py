"""Entries that this version does not know: the shard says "upgrade me" and waits, and goes on once it is upgraded."""

import pytest

from shared.contracts.events import is_known
from tests.integration.runtime.test_projector import applied
from tests.support.corner import Corner, running
from tests.support.real_ledger import owners_of
from tests.support.waiting import until


@pytest.mark.parametrize(
    ("event", "number", "named"),
    [
        ("MoonPhaseObserved", 1, "ascertain.MoonPhaseObserved as urn:ascertain:MoonPhaseObserved:1"),
        ("AttemptRecorded", 2, "ascertain.AttemptRecorded as urn:ascertain:AttemptRecorded:2"),
    ],
)
async def test_an_unknown_type_or_version_pauses_its_shard_until_an_upgrade(
    corner: Corner, event: str, number: int, named: str
) -> None:
    before = await corner.ledger.grow(owners_of(0, 3), 4)
    stranger = corner.ledger.make(owners_of(0, 1)[0], event=event, number=number)
    await corner.ledger.append([stranger])
    after = await corner.ledger.grow(owners_of(0, 3), 4)
    elsewhere = await corner.ledger.grow(owners_of(1, 2), 4)
    async with running(corner.relay(), corner.projector()):
        await applied(corner, before + elsewhere)
        reason = await until(corner.paused, "the shard is paused")
        assert reason == f"upgrade me: this version does not know {named}, at position 13"
        more = await corner.ledger.grow(owners_of(1, 2), 4)
        await applied(corner, before + elsewhere + more)
    assert await corner.watermark() == 12
    upgraded = corner.projector(known=lambda entry: is_known(entry) or entry.type == stranger.type)
    async with running(corner.relay(), upgraded):
        await applied(corner, [*before, stranger, *after, *elsewhere, *more])
    assert await corner.paused() is None


async def test_an_unknown_entry_that_only_the_ledger_holds_pauses_too(corner: Corner) -> None:
    before = await corner.ledger.grow(owners_of(0, 3), 4)
    stranger = corner.ledger.make(owners_of(0, 1)[0], event="MoonPhaseObserved")
    await corner.ledger.append([stranger])
    after = await corner.ledger.grow(owners_of(0, 3), 4)
    await corner.publish([*before[:5], *after])
    async with running(corner.projector()):
        reason = await until(corner.paused, "the shard is paused")
    assert reason.startswith("upgrade me")
    assert await corner.watermark() == 12
