"""Record a seminar: one command, one observation a learner, all or none."""

from collections.abc import Sequence

from services.evidence.domain.commands import Command, Guard, Mismatch
from services.evidence.domain.errors import Forgotten, Refusal
from services.evidence.domain.receipts import Receipt, receipts, recorded_receipt
from services.evidence.domain.recording import Item, decide_record, text_of, with_text
from services.evidence.domain.seminars import (
    RecordSeminar,
    check_may_observe,
    decide_seminar,
    forgotten_learner,
    items_of,
    refused_learner,
    unrecorded,
    where,
)
from services.evidence.flows.judge_evidence import known_of
from services.evidence.ports import District

TRIES = 2
"""How often it is looked at what the ledger holds: a part of the same seminar may be recorded at the same moment."""


async def record_seminar(seminar: RecordSeminar, actor: str, district: District) -> tuple[tuple[str, Receipt], ...]:
    """Each learner with the receipt of her observation; repeated where that very one was recorded before.

    What was recorded already, word for word, is left as it is, however it was sent; only what is new is appended.
    Raises NotFound and Gone, which name who stands in the way, Invalid, Mismatch, VaultUnavailable, LedgerUnavailable.
    """
    recordable = await district.rights.recordable(actor, seminar.learners)
    others = [learner for learner in seminar.learners if learner not in recordable]
    check_may_observe(seminar, recordable, await district.forgettings.known_to(actor, others) if others else ())
    lists = await district.definitions.moves([seminar.moves_by])
    items = items_of(seminar, lists.get(seminar.moves_by))
    commands = await _judged(items, actor, district)
    commands = await _with_texts(seminar, items, commands, district)
    for last in range(TRIES):
        told = await _recorded(seminar, commands, actor, district, is_last=last == TRIES - 1)
        if told is not None:
            return tuple(zip(seminar.learners, told, strict=True))
    raise AssertionError("the last try answers or raises")


async def _judged(items: Sequence[Item], actor: str, district: District) -> list[Command]:
    """The command of each observation as if it stood alone. Raises refusals with the fields of the request."""
    known = await known_of(items, actor, district)
    commands = []
    for n, item in enumerate(items):
        try:
            commands.append(
                decide_record(item, {}, known=known, tenant=district.tenant, actor=actor, now=district.now())
            )
        except Refusal as refusal:
            refusal.field = where(refusal.field, n)
            raise
    return commands


async def _with_texts(
    seminar: RecordSeminar, items: Sequence[Item], commands: Sequence[Command], district: District
) -> list[Command]:
    texts = {item.id: text for item in items if (text := text_of(item)) is not None}
    if not texts:
        return list(commands)
    try:
        refs = dict(zip(texts, await district.vault.keep(list(texts.values())), strict=True))
    except Forgotten as found:
        raise forgotten_learner(seminar, next(one for one in seminar.learners if one in found.owners)) from found
    return [
        with_text(command, item, refs[item.id], tenant=district.tenant) if item.id in refs else command
        for item, command in zip(items, commands, strict=True)
    ]


async def _recorded(
    seminar: RecordSeminar, commands: Sequence[Command], actor: str, district: District, *, is_last: bool
) -> list[Receipt] | None:
    """A receipt an observation; None where some of them came to be recorded meanwhile."""
    events = [command.events[0] for command in commands]
    held = await district.ledger.entries([event.id for event in events])
    new = unrecorded(events, held)
    told = {entry.id: recorded_receipt(entry) for entry in held.values()}
    if new:
        ids = {event.id for event in new}
        guards: list[Guard] = [guard for command in commands if command.id in ids for guard in command.guards]
        command = decide_seminar(new, guards, actor=actor)
        [outcome] = await district.ledger.append([command])
        if isinstance(outcome, Mismatch) and not is_last:
            return None
        refusal = refused_learner(outcome, seminar)
        if refusal is not None:
            raise refusal
        told |= {receipt.id: receipt for receipt in receipts(command, outcome)}
    return [told[event.id] for event in events]
