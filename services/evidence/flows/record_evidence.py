"""Record pieces of evidence: each is judged and answered by itself, all are appended together."""

import asyncio
from collections.abc import Sequence
from typing import TypeAlias

from services.evidence.domain.commands import Command
from services.evidence.domain.errors import Gone, Invalid, NotFound, Refusal
from services.evidence.domain.judging import KINDS
from services.evidence.domain.receipts import Receipt, receipt_or_refusal
from services.evidence.domain.recording import Item, closed_record, decide_record, text_of, with_text
from services.evidence.flows.judge_evidence import known_of
from services.evidence.flows.keep_texts import keep_each
from services.evidence.ports import District

Answer: TypeAlias = Receipt | Refusal

BREATH = 50
"""Items judged in one go; others' requests are served before the next ones."""


async def record_evidence(items: Sequence[Item | Refusal], actor: str, district: District) -> list[Answer]:
    """One answer an item, in order: a receipt, or why it was refused. A refused item leaves nothing behind.

    Items that were refused before they came here keep their refusal. Raises VaultUnavailable, with nothing recorded,
    where there are texts that cannot be kept; LedgerUnavailable.
    """
    judged = await _judge(items, actor, district)
    if any(isinstance(item, Item) and item.text is not None for item in items):
        await _keep_texts(items, judged, district)
    commands = [command for command in judged if isinstance(command, Command)]
    outcomes = iter(await district.ledger.append(commands) if commands else [])
    return [
        _told(item, receipt_or_refusal(command, next(outcomes))) if isinstance(command, Command) else command
        for item, command in zip(items, judged, strict=True)
    ]


async def _judge(items: Sequence[Item | Refusal], actor: str, district: District) -> list[Command | Refusal]:
    known = await known_of([item for item in items if isinstance(item, Item)], actor, district)
    now = district.now()
    earlier: dict[str, str] = {}
    judged: list[Command | Refusal] = []
    for index, item in enumerate(items, start=1):
        if isinstance(item, Refusal):
            judged.append(item)
            continue
        try:
            judged.append(decide_record(item, earlier, known=known, tenant=district.tenant, actor=actor, now=now))
            earlier.setdefault(item.id, item.body.learner)
        except Refusal as refusal:
            judged.append(refusal)
        if index % BREATH == 0:
            await asyncio.sleep(0)
    return judged


async def _keep_texts(items: Sequence[Item | Refusal], judged: list[Command | Refusal], district: District) -> None:
    """Keep the texts of the items that stand, and put their references into the commands."""
    spoken = [
        (index, item, command, text)
        for index, (item, command) in enumerate(zip(items, judged, strict=True))
        if isinstance(item, Item) and item.text is not None and isinstance(command, Command) and (text := text_of(item))
    ]
    if not spoken:
        return
    refs = await keep_each([text for _, _, _, text in spoken], district)
    for (index, item, command, _), ref in zip(spoken, refs, strict=True):
        if ref is None:
            judged[index] = closed_record()
            continue
        try:
            judged[index] = with_text(command, item, ref, tenant=district.tenant)
        except Refusal as refusal:
            judged[index] = refusal


def _told(item: Item | Refusal, answer: Answer) -> Answer:
    """The answer in the item's words: what the ledger says of another stream is said of the field that named it."""
    if isinstance(answer, Gone):
        return closed_record()
    if not isinstance(answer, NotFound) or not isinstance(item, Item):
        return answer
    if answer.what == "learner":
        return NotFound("learner", field="/body/learner")
    member = KINDS[type(item.body)].earlier
    return Invalid(f"{member} names a piece that was not recorded; {item.id} was not either.", field=f"/body/{member}")
