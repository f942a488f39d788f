"""Give texts and names back to whoever may read them."""

from collections.abc import Sequence

from services.gateway.domain.disclosures import Purpose, Revealed, disclosures_of
from services.gateway.ports import Disclosures, Reveals
from shared.runtime.problems import invalid


async def reveal(  # noqa: PLR0913 - what is asked, and the two ports
    person: str, purpose: Purpose, texts: Sequence[str], names: Sequence[str], *, reveals: Reveals, log: Disclosures
) -> Revealed:
    """What the person may read of this. It is in the disclosure log of everyone it tells of before it is given back.

    Raises `problems.unavailable` where it cannot be had, or cannot be logged, and `problems.invalid` where somebody
    else's is read as if it were one's own: then nothing is shown.
    """
    revealed = await reveals.reveal(person, texts, names)
    if purpose == "own-record" and revealed.tells_only_of_others(person):
        raise invalid("own-record is for what tells of oneself; say why you read this of others.", field="/purpose")
    await log.note(disclosures_of(person, revealed, purpose))
    return revealed
