"""The part of the projection that exhibitions are kept by: what was planned, how far it came, and how many voted."""

from collections import Counter
from collections.abc import Mapping, Sequence

import asyncpg

from shared.contracts.events import decode
from shared.contracts.exhibitions import (
    BallotIssued,
    ExhibitionClosed,
    ExhibitionOpened,
    ExhibitionPlanned,
    ExhibitionVoteCast,
    TallyPublished,
)
from shared.contracts.upcasting import current_bytes
from shared.contracts.values import Contract
from shared.ledger.entry import Entry

_STEPS: Mapping[str, type[Contract]] = {
    "ExhibitionPlanned": ExhibitionPlanned,
    "ExhibitionOpened": ExhibitionOpened,
    "ExhibitionClosed": ExhibitionClosed,
    "TallyPublished": TallyPublished,
}
_BALLOTS: Mapping[str, type[Contract]] = {"BallotIssued": BallotIssued, "ExhibitionVoteCast": ExhibitionVoteCast}

_PLAN = """
    INSERT INTO portfolio.exhibition (owner, shard, version, planned_by, planned_ms, school, section, plan)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (owner) DO UPDATE SET version = EXCLUDED.version, school = EXCLUDED.school,
        section = EXCLUDED.section, plan = EXCLUDED.plan
"""
_OPEN = "UPDATE portfolio.exhibition SET version = $2, opened_ms = $3, opened = $4 WHERE owner = $1"
_CLOSE = "UPDATE portfolio.exhibition SET version = $2, closed_ms = $3 WHERE owner = $1"
_TALLY = "UPDATE portfolio.exhibition SET tally_ms = $2, tally = $3 WHERE owner = $1"
_COUNT = """
    UPDATE portfolio.exhibition AS one SET issued = issued + more.ballots, voted = voted + more.votes
    FROM unnest($1::uuid[], $2::int[], $3::int[]) AS more (owner, ballots, votes) WHERE one.owner = more.owner
"""


async def write_exhibitions(connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
    """Apply what is said of exhibitions. Steps are few and go one by one; ballots and votes are many, and counted.

    A plan comes before its ballots, for both are its owner's. Raises what `decode` raises.
    """
    for entry in entries:
        if entry.event in _STEPS:
            await _step(connection, entry, decode(entry, _STEPS[entry.event]))
    counted = [entry for entry in entries if entry.event in _BALLOTS]
    for entry in counted:
        _check_owner(entry, decode(entry, _BALLOTS[entry.event]))
    if counted:
        by = Counter((entry.owner, entry.event) for entry in counted)
        owners = sorted({entry.owner for entry in counted})
        issued, voted = ([by[owner, event] for owner in owners] for event in ("BallotIssued", "ExhibitionVoteCast"))
        await connection.execute(_COUNT, owners, issued, voted)


async def forget_exhibition(connection: asyncpg.Connection, owner: str) -> None:
    """Drop what is kept of an exhibition."""
    await connection.execute("DELETE FROM portfolio.exhibited WHERE owner = $1", owner)
    await connection.execute("DELETE FROM portfolio.exhibition WHERE owner = $1", owner)


async def _step(connection: asyncpg.Connection, entry: Entry, body: Contract) -> None:
    _check_owner(entry, body)
    written, at = current_bytes(entry), entry.recorded_at
    match body:
        case ExhibitionPlanned():
            place = entry.shard, entry.version, entry.actor, at
            await connection.execute(_PLAN, entry.owner, *place, body.school, body.section, written)
            await _show(connection, entry.owner, body.works)
        case ExhibitionOpened():
            await connection.execute(_OPEN, entry.owner, entry.version, at, written)
        case ExhibitionClosed():
            await connection.execute(_CLOSE, entry.owner, entry.version, at)
        case TallyPublished():
            await connection.execute(_TALLY, entry.owner, at, written)


async def _show(connection: asyncpg.Connection, exhibition: str, works: Sequence[str]) -> None:
    """A later plan's works take the place of an earlier one's."""
    await connection.execute("DELETE FROM portfolio.exhibited WHERE owner = $1", exhibition)
    await connection.execute(
        "INSERT INTO portfolio.exhibited (owner, work, place)"
        " SELECT $1, work, place FROM unnest($2::uuid[]) WITH ORDINALITY AS shown (work, place)",
        exhibition,
        works,
    )


def _check_owner(entry: Entry, body: Contract) -> None:
    if getattr(body, "exhibition", None) != entry.owner:
        raise ValueError(f"Entry {entry.id} speaks of another exhibition than its owner.")
