"""What every decision on a redo does: read where it stands, decide on that, append; and again where it has moved on."""

from collections.abc import Callable

from services.evidence.domain.commands import Command
from services.evidence.domain.errors import Gone, NotFound
from services.evidence.domain.receipts import Receipt
from services.evidence.domain.redoing import Redoing, Wish, opening_of, redoing_of
from services.evidence.flows import deciding
from services.evidence.flows.recordable import FORGOTTEN, check_recordable
from services.evidence.ports import District
from shared.ledger.entry import Entry
from shared.ledger.streams import redo_stream


async def redoing(learner: str, competency: str, district: District) -> Redoing:
    """Where a learner is with doing a competency over, by the ledger itself."""
    stream = await district.ledger.stream(redo_stream(learner, competency))
    opening = opening_of(stream)
    own: list[Entry] = []
    if opening is not None:
        own = await district.ledger.since(learner, opening.position)
        if opening.evidence is not None:
            own += (await district.ledger.entries([opening.evidence])).values()
    return redoing_of(learner, competency, stream, own)


async def decided(
    wish: Wish, learner: str, competency: str, decide: Callable[[Redoing], Command], district: District
) -> Receipt:
    """The receipt of what is decided on where she is with it. Raises as `deciding.decided`."""

    async def command() -> Command:
        return decide(await redoing(learner, competency, district))

    return await deciding.decided(command, district.ledger, expected_version=wish.expected_version)


async def begun(redo: str, district: District) -> Entry:
    """The event that began a redo. Raises NotFound."""
    entry = (await district.ledger.entries([redo])).get(redo)
    if entry is None or entry.event not in {"RedoOffered", "RedoRequested"}:
        raise NotFound("redo")
    return entry


async def check_hers_or_recordable(learner: str, actor: str, refusal: NotFound, district: District) -> None:
    """Raise where the caller is neither the learner nor may record for her: `refusal`, or Gone for one forgotten."""
    if actor != learner:
        await check_recordable(learner, actor, district, refusal)
    elif await district.forgettings.forgotten([learner]):
        raise Gone(FORGOTTEN)
