"""A ballot at the public door: what it asks, and its vote. Whoever holds the paper votes; nobody asks who that is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from services.evidence.domain.ballots import (
    Found,
    ballot_of,
    check_answers,
    decide_vote,
    first_receipt,
    is_token,
    written,
)
from services.evidence.domain.commands import Appended, Mismatch, Repeated, Stale
from services.evidence.domain.errors import Conflict, NotFound
from services.evidence.domain.exhibitions import Opened
from services.evidence.domain.receipts import Receipt, receipt
from services.evidence.flows.exhibition_titles import Titles
from services.evidence.ports import District
from shared.contracts.tasks import Questions
from shared.ledger.streams import ballot_stream

Standing: TypeAlias = Literal["open", "counted", "closed"]

CLOSED = "The exhibition is closed: no vote is taken any more."


@dataclass(frozen=True, slots=True)
class Shown:
    """What a ballot asks, and whether it can still be voted with."""

    exhibition: str
    standing: Standing
    questions: Questions
    works: tuple[str, ...]
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """The receipt of the vote that counts: this one, or the first one where it `was_counted` before."""

    receipt: Receipt
    was_counted: bool


async def show_ballot(token: str, district: District, titles: Titles) -> Shown:
    """What this token's ballot asks, and what its exhibition is called, which tells of nobody (`is_for_everyone`).

    Raises NotFound where no ballot has it, LedgerUnavailable.
    """
    found = await _found(token, district)
    opened = await _opened(found, district)
    standing: Standing = "counted" if found.is_counted else "closed" if found.is_closed else "open"
    title = await titles.title_of(found.exhibition, opened.title_ref)
    return Shown(found.exhibition, standing, opened.questions, opened.works, title)


async def cast_vote(token: str, answers: Mapping[str, str], actor: str, district: District) -> Counted:
    """Count this ballot's vote, or tell of the one that was counted, whatever is answered now.

    Raises NotFound where no ballot has this token, Conflict once the exhibition is closed, Invalid for answers to what
    is not asked, VaultUnavailable and LedgerUnavailable: then the same may be sent again.
    """
    found = await _found(token, district)
    if found.is_counted:
        return await _counted(found, district)
    opened = await _opened(found, district)
    check_answers(opened.asked, answers)
    box = None if found.is_closed else await district.boxes.known(found.exhibition)
    if box is None:
        raise Conflict(CLOSED)
    sealed = box.seal(found.ballot, written(opened.asked, answers))
    command = decide_vote(found, box.vote(found.ballot), sealed, tenant=district.tenant, actor=actor)
    [outcome] = await district.ledger.append([command])
    match outcome:
        case Appended():
            return Counted(receipt(command, outcome), was_counted=False)
        case Repeated() | Stale() | Mismatch():
            return await _counted(found, district)
        case _:
            raise Conflict(CLOSED)


async def _found(token: str, district: District) -> Found:
    found = await district.exhibitions.ballot(ballot_of(token)) if is_token(token) else None
    if found is None:
        raise NotFound("ballot")
    return found


async def _opened(found: Found, district: District) -> Opened:
    opened = await district.exhibitions.opened(found.exhibition)
    if opened is None:  # ballots are issued once it is open, and not before
        raise NotFound("ballot")
    return opened


async def _counted(found: Found, district: District) -> Counted:
    first = first_receipt(await district.ledger.stream(ballot_stream(found.exhibition, found.ballot)))
    if first is None:
        raise Conflict(CLOSED)
    return Counted(first, was_counted=True)
