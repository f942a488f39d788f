"""What the gateway is made of."""

from dataclasses import dataclass
from datetime import tzinfo

from services.gateway.domain.routes import RouteTable
from services.gateway.http.artefacts import FileServing
from services.gateway.http.front import Limits
from services.gateway.http.health import Health
from services.gateway.http.pages.relations import Relations
from services.gateway.http.peers import Peers
from services.gateway.ports import (
    AccountKeeping,
    Ballots,
    DisclosureRights,
    Disclosures,
    MintsAccessTokens,
    PassKeeping,
    PersonalTokens,
    Reveals,
    Shares,
    SigningIn,
)
from shared.runtime.clock import Clock
from shared.runtime.tokens import Verifier


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that the gateway's routes need.

    `keys` are the public keys of its access tokens, as JWKs; `public_url` is where browsers find its pages, `zone` the
    district's.
    """

    tokens: PersonalTokens
    passes: PassKeeping
    access: MintsAccessTokens
    verifier: Verifier
    clock: Clock
    keys: list[dict[str, str]]
    peers: Peers
    health: Health
    limits: Limits
    table: RouteTable
    reveals: Reveals
    ballots: Ballots
    shares: Shares
    disclosures: Disclosures
    rights: DisclosureRights
    relations: Relations
    signing_in: SigningIn
    accounts: AccountKeeping
    files: FileServing
    public_url: str
    zone: tzinfo
