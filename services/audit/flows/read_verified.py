"""What was checked of a learner's record: by the latest verification of hers, or of the whole district."""

from dataclasses import dataclass
from typing import Literal, Protocol

from services.audit.domain.errors import ForgottenError, NotFoundError
from services.audit.ports import Rights
from shared.ledger.entry import Entry
from shared.ledger.identifiers import shard_of
from shared.ledger.instants import Instant


@dataclass(frozen=True, slots=True)
class Check:
    """A verification that has ended: when, how far it compared a learner's shard, and what it found of her."""

    ended_at: Instant
    compared: int
    found: Literal["equal", "different"]


@dataclass(frozen=True, slots=True)
class Verified:
    """The latest check, None where there was none; `through` as `read_verified` says."""

    check: Check | None
    through: Instant | None


class Checks(Protocol):
    """Verifications that have ended."""

    async def latest_of(self, learner: str, shard: int) -> Check | None:
        """The latest that compared this learner of this shard. What differs without naming anybody is counted as hers
        where it lies in her shard, or in the definitions, on which everything rests.
        """
        ...


class Entries(Protocol):
    """The copy, as far as it is asked of here."""

    async def context_of_owner(self, owner: str) -> list[Entry]: ...

    async def recorded_around(self, owner: str, position: int) -> tuple[Instant | None, Instant | None]:
        """When the last of an owner's entries up to a position was recorded, and the first above it."""
        ...


async def read_verified(  # noqa: PLR0913 - of one learner, for one person
    learner: str, person: str, *, tenant: str, rights: Rights, copy: Entries, checks: Checks
) -> Verified:
    """What was checked. Every entry of the learner's that was recorded at or before `through` was compared; None where
    that is none.

    Raises NotFoundError where she is not the person's to see; ForgottenError.
    """
    if not await rights.may_see(person, learner):
        raise NotFoundError("learner")
    if any(entry.event == "LearnerForgotten" for entry in await copy.context_of_owner(learner)):
        raise ForgottenError("This learner is forgotten.")
    check = await checks.latest_of(learner, shard_of(tenant, learner))
    if check is None:
        return Verified(None, None)
    return Verified(check, through(*await copy.recorded_around(learner, check.compared)))


def through(last: Instant | None, first_after: Instant | None) -> Instant | None:
    """The latest instant at or before which nothing was recorded that was not compared, given when the last was that
    was, and the first that was not: both may be of one millisecond.
    """
    if last is None or first_after is None or first_after > last:
        return last
    return first_after - 1
