"""Whether a command repeats what is stored, where it leaves out an `occurred_at` that the first request gave.

For a command of one event the database judges that by itself. For one of several it compares a digest over all of
them, in which that instant stands; so it answers Mismatch, and this looks closer: with what is stored filled in, is it
the same request?
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from services.evidence.domain.commands import Command, Placed, Repeated
from services.evidence.postgres.prepared import request_digest_of
from shared.ledger.entry import Entry


def leaves_out_instants(command: Command) -> bool:
    """Whether a Mismatch of this command might be a repetition after all."""
    return len(command.events) > 1 and any(event.occurred_at is None for event in command.events)


def repetition(command: Command, stored: Mapping[str, Entry]) -> Repeated | None:
    """Its stored events, if the command with their instants filled in is the request that they came from."""
    entries = [stored[event.id] for event in command.events if event.id in stored]
    if len(entries) < len(command.events):
        return None
    stored_digests = {entry.request_digest for entry in entries if entry.ledger == command.ledger}
    if len(stored_digests) != 1 or not stored_digests & {_filled(command, entries, all_=way) for way in (False, True)}:
        return None
    return Repeated(
        tuple(
            Placed(entry.id, entry.stream, entry.shard, entry.position, entry.version, entry.recorded_at)
            for entry in entries
        )
    )


def _filled(command: Command, entries: Sequence[Entry], *, all_: bool) -> str:
    """The request digest with what is stored in the place of what is left out.

    An event whose two instants are equal was most likely sent without one the first time too, and is left so but for
    `all_`.
    """
    return request_digest_of(
        tuple(
            replace(event, occurred_at=entry.occurred_at)
            if event.occurred_at is None and (all_ or entry.occurred_at != entry.recorded_at)
            else event
            for event, entry in zip(command.events, entries, strict=True)
        )
    ).hex()
