"""Open a redo: the learner may do it over, now that what the policy and the task ask for was relearned."""

from services.evidence.domain.errors import NotFound
from services.evidence.domain.overriding import learner_of
from services.evidence.domain.pieces import Piece, piece_of
from services.evidence.domain.receipts import Receipt
from services.evidence.domain.redoing import (
    HOW_ELSE,
    OpenRedo,
    check_anew,
    check_piece,
    check_task,
    decide_open,
    done_over_before,
    done_over_in,
    required_for,
    task_of,
)
from services.evidence.flows.keep_texts import keep_texts
from services.evidence.flows.recordable import check_recordable
from services.evidence.flows.redoing import begun, decided
from services.evidence.ports import District
from shared.contracts.events import EVENTS, decode
from shared.ledger.entry import Entry
from shared.ledger.identifiers import shard_of
from shared.ledger.streams import evidence_stream, learner_stream


async def open_redo(open_: OpenRedo, actor: str, district: District) -> Receipt:
    """The receipt of the opening; repeated where this very request was done before.

    Raises NotFound (also where the caller may not record for this learner), Conflict where relearning is still to be
    logged and where the redo is over or was opened before, Invalid, Gone, StaleVersion, Mismatch, VaultUnavailable and
    LedgerUnavailable.
    """
    entry = await begun(open_.redo, district)
    learner = entry.owner
    await check_recordable(learner, actor, district, NotFound("redo"))
    cycle = decode(entry, EVENTS[entry.event].body).model_dump()
    competency = cycle["competency"]
    required: tuple[str, ...]
    before = (await district.ledger.entries([open_.id])).get(open_.id)
    if before is not None:  # recorded before, or something else: the ledger tells which
        done_over, required = done_over_before(open_, before), ()
    else:
        of_cycle = await _in_its_place(cycle["evidence"], district)
        piece = await _done_over(open_, of_cycle, learner, competency, district)
        done_over = done_over_in(piece)
        required = await _required(open_, _task(piece, of_cycle), learner, competency, district)
    ref = (await keep_texts(learner, open_.id, {"note_ref": open_.note}, district)).get("note_ref")
    return await decided(
        open_,
        learner,
        competency,
        lambda redoing: decide_open(open_, redoing, required, done_over, ref, tenant=district.tenant, actor=actor),
        district,
    )


async def _in_its_place(named: str | None, district: District) -> Piece | None:
    """The piece that the cycle began with, or what stands in its place by now."""
    piece = None
    while named is not None:
        piece = piece_of(await district.ledger.stream(evidence_stream(named)))
        named = None if piece is None else piece.replacement
    return piece


async def _done_over(
    open_: OpenRedo, of_cycle: Piece | None, learner: str, competency: str, district: District
) -> Entry | None:
    """What is done over: the piece named, else the one of the cycle; none where it is shown anew."""
    check_anew(open_)
    if open_.evidence is not None:
        named = piece_of(await district.ledger.stream(evidence_stream(open_.evidence)))
        return check_piece(named, learner, competency)
    return None if open_.anew or of_cycle is None else check_piece(of_cycle, learner, competency, HOW_ELSE)


def _task(piece: Entry | None, of_cycle: Piece | None) -> str | None:
    """The task of what is done over, or of the cycle's piece where the competency is shown anew."""
    recorded = piece or (None if of_cycle is None else of_cycle.recorded)
    return None if recorded is None else task_of(recorded)


async def _required(
    open_: OpenRedo, of_piece: str | None, learner: str, competency: str, district: District
) -> tuple[str, ...]:
    """What is to be relearned first. The task is the one that she may do, else the one of the piece."""
    if open_.task is not None:
        task = await district.definitions.task(open_.task)
        check_task(task, competency)
    else:
        task = None if of_piece is None else await district.definitions.task(of_piece)
    history = await district.ledger.stream(learner_stream(learner))
    who = learner_of(learner, shard_of(district.tenant, learner), history)
    return required_for(await district.definitions.in_force(who, competency), task)
