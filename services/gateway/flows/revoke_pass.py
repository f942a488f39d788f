"""Take a pass back."""

from services.gateway.ports import PassKeeping
from shared.ledger.instants import Instant
from shared.runtime.problems import not_found


async def revoke_pass(id_: str, by: str, passes: PassKeeping, now: Instant) -> None:
    """From now on it gives no access token; those that it gave end within five minutes. Repeatable.

    Raises `problems.not_found` where there is no such pass, also for whoever does not hold its exhibition.
    """
    kept = await passes.passes.find(id_)
    if kept is None or await passes.panels.guests(by, kept.exhibition) is None:
        raise not_found("pass")
    await passes.passes.revoke(id_, now)
