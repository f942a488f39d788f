"""Know a browser again by its session."""

from dataclasses import replace

from services.gateway.domain.sessions import Session, is_secret, secret_digest
from services.gateway.ports import Sessions
from shared.ledger.instants import Instant


async def resume_session(token: str, sessions: Sessions, now: Instant) -> Session | None:
    """The session that this text is, if it is one and has not ended; its use is noted. None otherwise."""
    if not is_secret(token):
        return None
    session = await sessions.find(secret_digest(token))
    if session is None or not session.is_live(now):
        return None
    if session.wants_touch(now):
        await sessions.touch(session.digest, now)
        return replace(session, last_used_at=now)
    return session
