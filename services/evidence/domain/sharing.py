"""Shares: a link by which somebody without an account sees some exhibits, until it expires or is revoked.

The link's secret (`shared.ledger.links`) is made of bytes that only the learner's key in the vault gives: it can be
made again for the same request, is stored nowhere, and is gone with the key.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from services.evidence.domain.errors import Conflict, Invalid, NotFound
from services.evidence.domain.family_names import LEFT_OUT
from shared.contracts.portfolios import Pinned, PortfolioShared, ShareRevoked
from shared.ledger.entry import Entry
from shared.ledger.instants import Instant, instant, instant_text
from shared.rulebook.curated import Curated, Exhibit, Share

LONGEST: Final = 366 * 24 * 60 * 60 * 1000
"""Milliseconds that a share lasts at most: a year."""


@dataclass(frozen=True, slots=True)
class SharePortfolio:
    """A wish to show these exhibits, or all where none are named, to whoever has the link."""

    id: str
    learner: str
    audience: str
    expires_at: Instant
    exhibits: tuple[str, ...] | None
    expected_version: int | None


@dataclass(frozen=True, slots=True)
class RevokeShare:
    """A wish that a share be over."""

    id: str
    learner: str
    share: str
    expected_version: int | None = None


def check_expiry(share: SharePortfolio, now: Instant) -> None:
    """Raises Invalid where it would be over at once, or last longer than a year."""
    if not now < share.expires_at <= now + LONGEST:
        raise Invalid("A share ends in the future, and within a year.", field="/expires_at", reason="share-too-long")


def shown_by(share: SharePortfolio, known: Curated) -> tuple[Exhibit, ...]:
    """The exhibits that are to be shared, in the order asked for. Raises Invalid for one that is not shown, and
    Conflict where there are none.
    """
    if share.exhibits is None:
        if not known.exhibits:
            raise Conflict("There is no exhibit to be shared yet; choose one first.", reason="nothing-to-share")
        return known.exhibits
    shown = {exhibit.id: exhibit for exhibit in known.exhibits}
    for n, exhibit in enumerate(share.exhibits):
        if exhibit not in shown:
            raise Invalid(
                "This is none of the exhibits that are shown.", field=f"/exhibits/{n}", reason="exhibit-not-shown"
            )
    return tuple(shown[exhibit] for exhibit in share.exhibits)


def decide_share(
    share: SharePortfolio, known: Curated, versions: Mapping[str, Entry], *, shard: int, token: str
) -> PortfolioShared:
    """The share, pinned to what it shows: the portfolio as it is known, in the learner's `shard`, and the version of
    each exhibit's work (`versions`, by id). What comes later lies beyond the pins. Raises as `shown_by`.
    """
    exhibits = shown_by(share, known)
    pins = {shard: known.position}
    for exhibit in exhibits:
        entry = versions[exhibit.version]
        pins[entry.shard] = max(pins.get(entry.shard, 0), entry.position)
    return PortfolioShared(
        learner=share.learner,
        token=token,
        audience=share.audience,
        exhibits=tuple(exhibit.id for exhibit in exhibits),
        pins=tuple(Pinned(shard=place, position=position) for place, position in sorted(pins.items())),
        expires_at=instant_text(share.expires_at),
    )


def decide_revocation(revoke: RevokeShare, known: Curated) -> ShareRevoked:
    """Raises NotFound where the learner made no such share, Conflict where it was revoked before."""
    share = known.shares.get(revoke.share)
    if share is None:
        raise NotFound("share")
    if share.revoked:
        raise Conflict("This share was revoked before.", reason="share-is-over")
    return ShareRevoked(learner=revoke.learner, share=revoke.share)


def opened(known: Curated, share: str, token: str, now: Instant) -> Share:
    """The share as long as it is to be seen. Raises NotFound for another secret, one that expired or was revoked."""
    found = known.shares.get(share)
    if (
        found is None
        or found.revoked
        or not hmac.compare_digest(found.token, token)
        or now >= instant(found.expires_at)
    ):
        raise NotFound("share")
    return found


def host_of(link: str) -> str:
    """What is shown of a link: its host alone, since paths and parameters name people."""
    try:
        return urlsplit(link).hostname or LEFT_OUT
    except ValueError:
        return LEFT_OUT
