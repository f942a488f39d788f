"""Whether a caller may record something of a learner, and what she is told where not."""

from services.evidence.domain.errors import Gone, NotFound
from services.evidence.ports import District

FORGOTTEN = "This learner is forgotten; nothing more is recorded of her."


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
