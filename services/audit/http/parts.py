"""Everything that the routes of `audit` need."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from services.audit.flows.ask_audit import Grades
from services.audit.flows.ask_verification import Start
from services.audit.flows.read_history import Archive
from services.audit.flows.read_verified import Checks, Entries
from services.audit.ports import Rights, Verifications
from shared.runtime.clock import Clock
from shared.runtime.freshness import Freshness
from shared.runtime.projection_health import ProjectionHealth


@dataclass(frozen=True, slots=True)
class Audit:
    """What stands behind the routes. `start` runs a verification or an audit in the background."""

    tenant: str
    rights: Rights
    archive: Archive
    entries: Entries
    grades: Grades
    verifications: Verifications
    checks: Checks
    start: Start
    freshness: Freshness
    health: Callable[[], Awaitable[ProjectionHealth]]
    roles: Sequence[str]
    now: Clock
