"""Count the votes of a closed exhibition and tell what came of it: after the close, and again until all of it is done.

Every step follows from the ledger and has ids of its own, so it may be cut anywhere and begun anew, by anybody.
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from services.evidence.domain.commands import Appended, Refused, Repeated
from services.evidence.domain.errors import NotNow
from services.evidence.domain.exhibitions import Exhibition, exhibition_of
from services.evidence.domain.receipts import receipt
from services.evidence.domain.tallying import (
    decide_audience,
    decide_tally,
    published_tally,
    rated,
    tally,
    votes_of,
)
from services.evidence.flows.exhibiting import questions_of
from services.evidence.flows.working import works_known
from services.evidence.ports import BallotBox, BallotBoxes, Documents, Ledger
from shared.contracts.exhibitions import TallyPublished
from shared.ledger.entry import Entry
from shared.ledger.streams import exhibition_stream, tally_stream


class Counting(Protocol):
    """What counting needs of a district."""

    @property
    def tenant(self) -> str: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def boxes(self) -> BallotBoxes: ...
    @property
    def documents(self) -> Documents: ...


async def count_votes(exhibition: str, district: Counting) -> None:
    """Publish the tally, tell it in each member's record, and destroy the exhibition's secret. Repeatable.

    Raises NotNow where it is not closed or its secret cannot be had, VaultUnavailable and LedgerUnavailable.
    """
    entries = await district.ledger.since(exhibition, 0)
    found = exhibition_of([entry for entry in entries if entry.stream == exhibition_stream(exhibition)])
    if found is None or found.closed_by is None:
        raise NotNow("The exhibition is not closed.")
    if found.opened is not None:
        known = published_tally(await district.ledger.stream(tally_stream(found.id)))
        box = await district.boxes.known(exhibition)
        if box is None:
            if known is None:
                raise NotNow("The key of the votes is not in the database of keys.")
            return  # all was told before it was destroyed
        told, by = known or await _published(found, entries, box, district)
        await _tell_members(found, told, by, box, district)
    await district.boxes.destroy(exhibition)


async def _published(
    found: Exhibition, entries: Sequence[Entry], box: BallotBox, district: Counting
) -> tuple[TallyPublished, str]:
    """The tally, and the event that tells it."""
    told = await asyncio.to_thread(_counted, found, entries, box)
    command = decide_tally(told, box.tally(), tenant=district.tenant)
    [outcome] = await district.ledger.append([command])
    receipt(command, outcome)
    return told, command.id


def _counted(found: Exhibition, entries: Sequence[Entry], box: BallotBox) -> TallyPublished:
    assert found.opened is not None
    issued, votes = votes_of(entries, box.opened)
    return tally(found.id, found.opened.asked, issued, votes, box.key)


async def _tell_members(found: Exhibition, told: TallyPublished, by: str, box: BallotBox, district: Counting) -> None:
    """One event a member of each rated work, in her own shard; whoever is forgotten has none."""
    if found.plan.questions is None:
        return
    ratings = rated(told, await questions_of(found.plan.questions, district.documents))
    works = await works_known(ratings, district.ledger)
    for work, own in ratings.items():
        commands = [
            decide_audience(found.id, work, member, own, id_=box.audience(work, member), by=by, tenant=district.tenant)
            for member in (works[work].members if work in works else ())
        ]
        for command, outcome in zip(commands, await district.ledger.append(commands), strict=True):
            if not isinstance(outcome, Appended | Repeated | Refused):
                receipt(command, outcome)
