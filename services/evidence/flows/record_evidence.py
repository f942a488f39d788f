"""Record pieces of evidence: each is judged and answered by itself, all are appended together."""

import asyncio
from collections.abc import Sequence
from typing import TypeAlias

from services.evidence.domain.commands import Command
from services.evidence.domain.errors import Invalid, NotFound, Refusal
from services.evidence.domain.pieces import EVIDENCE
from services.evidence.domain.receipts import Receipt, receipt_or_refusal
from services.evidence.domain.recording import Item, Known, decide_record
from services.evidence.ports import District
from shared.contracts.bodies import RubricScored

Answer: TypeAlias = Receipt | Refusal

BREATH = 50
"""Items judged in one go; others' requests are served before the next ones."""


async def record_evidence(items: Sequence[Item | Refusal], actor: str, district: District) -> list[Answer]:
    """One answer an item, in order: a receipt, or why it was refused. A refused item leaves nothing behind.

    Items that were refused before they came here keep their refusal. Raises LedgerUnavailable.
    """
    judged = await _judge(items, actor, district)
    commands = [command for command in judged if isinstance(command, Command)]
    outcomes = iter(await district.ledger.append(commands) if commands else [])
    return [
        _told(command, receipt_or_refusal(command, next(outcomes))) if isinstance(command, Command) else command
        for command in judged
    ]


async def _judge(items: Sequence[Item | Refusal], actor: str, district: District) -> list[Command | Refusal]:
    known = await _known([item for item in items if isinstance(item, Item)], actor, district)
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


async def _known(items: Sequence[Item], actor: str, district: District) -> Known:
    learners = await district.rights.recordable(actor, list({item.body.learner for item in items}))
    items = [item for item in items if item.body.learner in learners]
    scored = {item.body.rubric for item in items if isinstance(item.body, RubricScored)}
    named = {
        result.competency for item in items if not isinstance(item.body, RubricScored) for result in item.body.results
    }
    redone = {item.body.redo_of for item in items if item.body.redo_of is not None}
    entries = await district.ledger.entries(list(redone)) if redone else {}
    return Known(
        learners=learners,
        competencies=await district.definitions.competencies(named) if named else (),
        rubrics=await district.definitions.rubrics(scored) if scored else {},
        pieces={id_: entry.owner for id_, entry in entries.items() if entry.event in EVIDENCE},
    )


def _told(command: Command, answer: Answer) -> Answer:
    """The answer in the item's words: what the ledger says of another stream is said of the field that named it."""
    if not isinstance(answer, NotFound):
        return answer
    if answer.what == "learner":
        return NotFound("learner", field="/body/learner")
    return Invalid(f"redo_of names a piece that was not recorded; {command.id} was not either.", field="/body/redo_of")
