"""Which policies were adopted for a scope, and whom another one there would concern: counts, of nobody by name."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.mastery.domain.errors import UnknownError
from services.mastery.domain.policies import Adopted, Concerned
from services.mastery.ports import District
from shared.rulebook.known import Pin
from shared.rulebook.scope import SPECIFICITY, administered, read_scope


@dataclass(frozen=True, slots=True)
class Line:
    """What was adopted for a scope, the newest first; and how many states are folded again under it by now, None where
    no refold that it asked for is under way.
    """

    scope: str
    adopted: Sequence[Adopted]
    refolded: int | None
    pins: tuple[Pin, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom an adoption for the scope would concern. Of what is under a more specific scope nothing would change."""

    scope: str
    concerned: Concerned
    pins: tuple[Pin, ...]

    def stays(self, scope: str | None) -> bool:
        """Whether what is under a policy of that scope would stay there."""
        if scope is None:
            return False
        return SPECIFICITY.index(read_scope(scope).kind) < SPECIFICITY.index(read_scope(self.scope).kind)


async def read_line(scope: str, reader: str, at_least: Sequence[Pin], district: District) -> Line:
    """What was adopted for a scope. A learner's own is seen by whoever may see her, every other by all who sign in.

    Raises UnknownError.
    """
    if scope.startswith("learner/") and not await district.rights.may_see(reader, scope.removeprefix("learner/")):
        raise UnknownError("scope")
    await district.applied.reached(at_least)
    pins = await _definitions(district)
    adopted = await district.policies.line(scope)
    refolded = await district.policies.refolded(adopted[0].position) if adopted else None
    return Line(scope, adopted, refolded, pins)


async def preview(scope: str, reader: str, district: District) -> Preview:
    """Whom an adoption would concern, for administrators of the scope. Raises UnknownError for everyone else."""
    if not await district.rights.is_administrator(reader, administered(scope)):
        raise UnknownError("scope")
    pins = await _definitions(district)
    return Preview(scope, await district.policies.concerned(read_scope(scope)), pins)


async def _definitions(district: District) -> tuple[Pin, ...]:
    return tuple(pin for pin in await district.applied.positions() if pin.ledger == "definitions")
