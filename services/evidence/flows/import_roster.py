"""Import a roster, or any part of one: what differs from what is known becomes events, and nothing else does."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.evidence.domain.commands import Appended, Command, Mismatch, Outcome, Refused, Repeated, Stale
from services.evidence.domain.errors import Gone, NotFound, NotNow
from services.evidence.domain.roster_changes import decide_roster
from services.evidence.domain.roster_commands import commands_of
from services.evidence.domain.roster_known import Session
from services.evidence.domain.roster_names import names_of
from services.evidence.domain.roster_reading import Reading, named
from services.evidence.domain.roster_rows import RefusedRow, Rows
from services.evidence.ports import District
from shared.runtime.shards import Shard

ROUNDS = 4
"""Times that the changes are decided anew where others change the same people at the same moment."""


@dataclass(slots=True)
class Imported:
    """How a roster fared: events appended, rows that changed nothing, rows refused, and the positions reached."""

    appended: int = 0
    unchanged: int = 0
    refused: Sequence[RefusedRow] = ()
    positions: dict[Shard, int] = field(default_factory=dict)

    def refuse_forgotten(self, refused: Sequence[RefusedRow]) -> None:
        """Add the rows of learners who were forgotten since the first round."""
        known = {(row.file, row.index) for row in self.refused}
        new = [row for row in refused if isinstance(row.refusal, Gone) and (row.file, row.index) not in known]
        self.refused = [*self.refused, *new]

    def receive(self, command: Command, outcome: Outcome) -> None:
        """Count what became of a command."""
        if isinstance(outcome, Appended):
            self.appended += len(outcome.events)
        if isinstance(outcome, Appended | Repeated):
            for placed in outcome.events:
                shard = Shard(command.ledger, placed.shard)
                self.positions[shard] = max(self.positions.get(shard, 0), placed.position)


async def import_roster(rows: Rows, actor: str, district: District) -> Imported:
    """Judge and append the rows; those refused leave the others be. The names of people in sound rows are kept.

    Raises NotFound where the caller is no administrator of the district, NotNow where others were quicker again and
    again, VaultUnavailable before anything is appended, and LedgerUnavailable. Whatever was raised: the same rows may
    be sent again.
    """
    if not await district.rights.is_administrator(actor, "district"):
        raise NotFound("roster")
    reading = Reading(district.roster_key, district.zone, district.now())
    await _remember(rows, reading, district)
    imported = Imported()
    for number in range(ROUNDS):
        if await _round(rows, reading, actor, district, imported, is_first=number == 0):
            await district.applied.reached(imported.positions)
            return imported
    raise NotNow("Others change the same people at this moment; send these rows again.")


async def _round(  # noqa: PLR0913 - one pass over everything that the import is about
    rows: Rows, reading: Reading, actor: str, district: District, imported: Imported, *, is_first: bool
) -> bool:
    """Decide and append once; whether all of it was decided on what was so.

    What is worked out of the rows is worked out in a thread: of many, it takes seconds, and others are not to wait.
    """
    ids = await asyncio.to_thread(named, rows, reading)
    known = await district.roster.known(orgs=ids.orgs, sessions=ids.sessions, sections=ids.sections, people=ids.people)
    changes = await asyncio.to_thread(decide_roster, rows, known, reading)
    if is_first:
        imported.refused = [*rows.refused, *changes.refused]
        imported.unchanged = rows.count() - changes.changed - len(changes.refused)
        names = await asyncio.to_thread(names_of, rows, changes.refused, reading)
        if names:
            await district.vault.keep_names(names)
    else:
        imported.refuse_forgotten(changes.refused)
    commands = await asyncio.to_thread(commands_of, changes, known.versions, tenant=district.tenant, actor=actor)
    outcomes = await district.ledger.append(commands) if commands else []
    for command, outcome in zip(commands, outcomes, strict=True):
        imported.receive(command, outcome)
    if any(isinstance(outcome, Stale | Mismatch | Refused) for outcome in outcomes):
        return False
    if changes.said_guardians:  # after the events: broken off between the two, the same rows find them done
        await district.roster.remember_guardians(changes.said_guardians)
    return True


async def _remember(rows: Rows, reading: Reading, district: District) -> None:
    orgs = {reading.id("org", row.sourced_id): row.type for _, row in rows.orgs if row.is_active}
    sessions = {
        reading.id("academicSession", row.sourced_id): Session(
            reading.moment(row.start_date), reading.moment(row.end_date)
        )
        for _, row in rows.sessions
        if row.is_active
    }
    if orgs or sessions:
        await district.roster.remember(orgs, sessions)
