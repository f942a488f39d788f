"""Take a file for a work, before a version names it."""

from collections.abc import AsyncIterator

from services.evidence.domain.files import KeptFile, declared_type
from services.evidence.flows.working import own_work
from services.evidence.ports import District


async def receive_file(  # noqa: PLR0913 - whose, what, and from whom
    work: str, file: str, declared: str | None, parts: AsyncIterator[bytes], *, actor: str, district: District
) -> tuple[KeptFile, bool]:
    """The file as it is kept, and whether it is new: sent again under the same id, it is the one of before.

    For whoever may add a version. `declared` is the media type that the request names. Nothing is in the record yet.
    Raises NotFound, Invalid for what is not taken, Mismatch where the id names another file, Conflict where too many
    wait, Gone where every member is forgotten; NoRoom, TooSlow, ArtefactsUnavailable, VaultUnavailable and
    LedgerUnavailable.
    """
    await own_work(work, actor, district)
    return await district.files.receive(work, file, declared_type(declared), parts, sender=actor)
