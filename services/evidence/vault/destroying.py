"""Destroy the keys of those who are forgotten: after the ledger says so, and again until every one is gone."""

from collections.abc import Sequence
from typing import Protocol

from shared.runtime.stepping import Stepping, each, keep_stepping

POLL = 1.0
"""Seconds between two looks for keys that are to be destroyed; one small query each."""

LONGEST = 30.0
"""Seconds between two tries at most, while the keys cannot be reached."""

TOGETHER = 100
"""Keys destroyed between two looks."""


class Destructions(Protocol):
    """The keys that are to be destroyed, as they follow from the ledger."""

    async def pending(self, limit: int) -> Sequence[str]:
        """Owners whose keys are not destroyed yet, those longest asked for first, at most `limit`."""
        ...

    async def done(self, owner: str) -> None:
        """Note that an owner's key is destroyed."""
        ...


class Destroys(Protocol):
    """Whatever destroys an owner's key, and what else is to go with it."""

    async def destroy(self, owner: str) -> None: ...


class KeyDestruction:
    """The worker. Several may run; what is destroyed twice is destroyed all the same.

    What is to be destroyed lies in a table that follows from the ledger, so nothing is lost if this is killed between
    an approval and the destruction, or while the database of the keys is not there. `failing` says what stood in the
    way of the last step, None where nothing did.
    """

    def __init__(self, destructions: Destructions, vault: Destroys, *, poll: float = POLL) -> None:
        self._destructions, self._vault, self._poll = destructions, vault, poll
        self._stepping = Stepping()

    async def run(self) -> None:
        """Destroy whatever is to be destroyed, until cancelled. What fails is tried again later, and told."""
        waits = "keys wait for their destruction"
        await keep_stepping(self.step, poll=self._poll, waits=waits, longest=LONGEST, told=self._stepping)

    @property
    def failing(self) -> str | None:
        return self._stepping.failing

    async def step(self) -> bool:
        """Destroy some of the keys that are to be destroyed; whether there were any.

        One that cannot be destroyed keeps no other back: what it raised is raised once all were tried.
        """
        owners = await self._destructions.pending(TOGETHER)
        await each(owners, self._destroy)
        return bool(owners)

    async def _destroy(self, owner: str) -> None:
        await self._vault.destroy(owner)
        await self._destructions.done(owner)
