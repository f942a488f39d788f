"""The frameworks that the district works with, for whoever writes tasks and rubrics by them."""

from collections.abc import Sequence

from services.portfolio.domain.errors import UnknownError
from services.portfolio.domain.library import Shelf
from services.portfolio.ports import District
from shared.rulebook.known import Known, Pin
from shared.rulebook.outline import Outline


async def read_frameworks(*, reader: str, at_least: Sequence[Pin], district: District) -> tuple[Outline, Pin]:
    """The latest publication of each, and how far the definitions are known at least.

    For whoever has a role in the district, as the library is. Raises UnknownError for everyone else.
    """
    if not await district.rights.is_staff(reader):
        raise UnknownError("library")
    await district.applied.reached(at_least)
    _, reached = await district.library.shelved(Shelf("rubric", None, None, 1))
    return await district.outlines.known(Known()), reached
