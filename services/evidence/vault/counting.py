"""Count the votes of exhibitions that were closed and not counted: at the start, and whenever a close was cut."""

from dataclasses import dataclass

from services.evidence.flows.count_votes import Counting, count_votes
from services.evidence.ports import BallotBoxes, Documents, Ledger
from shared.ledger.streams import exhibition_stream
from shared.runtime.stepping import Stepping, each, keep_stepping

POLL = 2.0
"""Seconds between two looks for closed exhibitions whose secrets are still there; two small queries each."""

LONGEST = 30.0
"""Seconds between two tries at most."""


@dataclass(frozen=True, slots=True)
class Uncounted:
    """What counting needs of a district; satisfies `Counting`."""

    tenant: str
    ledger: Ledger
    boxes: BallotBoxes
    documents: Documents


class VoteCounting:
    """The worker. Several may run, beside those who close: what is counted twice comes to the same.

    What is to be counted follows from the ledger and the secrets that are not destroyed yet, so nothing is lost if
    this is killed anywhere. `failing` says what stood in the way of the last step, None where nothing did.
    """

    def __init__(self, district: Counting, *, poll: float = POLL) -> None:
        self._district, self._poll = district, poll
        self._stepping = Stepping()

    async def run(self) -> None:
        """Count whatever is to be counted, until cancelled. What fails is tried again later, and told."""
        waits = "votes wait to be counted"
        await keep_stepping(self.step, poll=self._poll, waits=waits, longest=LONGEST, told=self._stepping)

    @property
    def failing(self) -> str | None:
        return self._stepping.failing

    async def step(self) -> bool:
        """Count the votes of every closed exhibition whose secret is still there; whether there was any.

        One that cannot be counted keeps no other back: what it raised is raised once all were tried.
        """
        kept = await self._district.boxes.kept()
        streams = {exhibition_stream(exhibition): exhibition for exhibition in kept}
        closed = await self._district.ledger.closed(streams)
        await each(closed, lambda name: count_votes(streams[name], self._district))
        return bool(closed)
