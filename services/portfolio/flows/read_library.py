"""The tasks and rubrics that a district's teachers share."""

from collections.abc import Sequence

from services.portfolio.domain.errors import UnknownError
from services.portfolio.domain.library import Shelf, Shelved
from services.portfolio.ports import District
from shared.rulebook.known import Pin


async def read_library(
    shelf: Shelf, *, reader: str, at_least: Sequence[Pin], district: District
) -> tuple[Sequence[Shelved], Pin]:
    """What is asked, the newest first, and beside it how far the definitions are known.

    For whoever has a role in the district: what learners are to be asked is not theirs to leaf through beforehand.
    Raises UnknownError for everyone else.
    """
    if not await district.rights.is_staff(reader):
        raise UnknownError("library")
    await district.applied.reached(at_least)
    return await district.library.shelved(shelf)
