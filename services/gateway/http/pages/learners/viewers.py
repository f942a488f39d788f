"""Who looks at a learner's page, and so what is offered to her there. What she may do the services decide."""

from dataclasses import dataclass

from services.gateway.domain.disclosures import Purpose
from services.gateway.http.pages.relations import Relations, purpose_for
from services.gateway.http.visitors import Visitor


@dataclass(frozen=True, slots=True)
class Viewer:
    """`purpose` is for what she reads; `records` whether she teaches or administers, and may so be able to record."""

    purpose: Purpose
    records: bool

    @property
    def herself(self) -> bool:
        return self.purpose == "own-record"

    @property
    def family(self) -> bool:
        return self.purpose == "family"


async def viewer_of(visitor: Visitor, learner: str, relations: Relations) -> Viewer:
    """How somebody stands to a learner. Raises `problems.unavailable`."""
    purpose = await purpose_for(visitor, [learner], relations)
    if purpose in {"own-record", "family"}:
        return Viewer(purpose, records=False)
    standing = await relations.standing(visitor.person)
    return Viewer(purpose, records=bool(standing.teaches or standing.administers))
