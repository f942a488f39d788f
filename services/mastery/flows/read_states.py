"""Every state of the district, for who begins to follow the topic `mastery.state`."""

from services.mastery.domain.errors import UnknownError
from services.mastery.ports import District, StateKey, StatesPage


async def read_states(person: str, after: StateKey | None, limit: int, district: District) -> StatesPage:
    """The page after one of these keys. Raises UnknownError for whoever may not read all of the district's record."""
    if not await district.rights.may_read_all(person):
        raise UnknownError("There are no states")
    return await district.states.after(after, limit)
