"""Whether a caller may record something of a learner, and what she is told where not."""

from collections.abc import Collection

from services.evidence.domain.errors import Gone, NotFound
from services.evidence.ports import District, Ledger
from shared.ledger.streams import learner_stream

FORGOTTEN = "This learner is forgotten; nothing more is recorded of her."


async def closed_records(learners: Collection[str], ledger: Ledger) -> set[str]:
    """The learners among these whose record is closed at this moment: who are forgotten, by the ledger itself."""
    streams = {learner_stream(learner): learner for learner in learners}
    return {streams[name] for name in await ledger.closed(streams)} if streams else set()


async def check_recordable(learner: str, actor: str, district: District, refusal: NotFound) -> None:
    """Raise `refusal` where the caller may not record for this learner.

    Raises Gone instead where the learner is forgotten and the caller recorded something of her: who knew her is told
    what became of her, and for everyone else there never was such a learner.
    """
    if learner in await district.rights.recordable(actor, [learner]):
        return
    if await district.forgettings.known_to(actor, [learner]):
        raise Gone(FORGOTTEN)
    raise refusal
