"""The routes of personal tokens, and the exchange of one for an access token."""

import secrets
import uuid
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Path, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.gateway.domain.passes import presented_pass
from services.gateway.domain.personal_tokens import RANDOM_BYTES, PersonalToken
from services.gateway.flows.exchange_pass import exchange_pass
from services.gateway.flows.exchange_token import exchange_token
from services.gateway.flows.make_personal_token import make_personal_token
from services.gateway.flows.revoke_personal_token import revoke_personal_token
from services.gateway.ports import MintsAccessTokens, PassKeeping, PersonalTokens
from shared.ledger.identifiers import is_id, item_id
from shared.ledger.instants import instant_text
from shared.runtime.clock import Clock
from shared.runtime.documents import refusals
from shared.runtime.problems import not_found
from shared.runtime.tokens import ACCESS_LIFE, Caller, Verifier, person


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class AccessToken(_Answer):
    """Send it as `Authorization: Bearer …`; after `expires_in` seconds it is good for nothing."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the word of RFC 6750
    expires_in: int = ACCESS_LIFE


class PersonalTokenRequest(BaseModel):
    """`label` says, to its owner, what the token is for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")
    ]


class PersonalTokenInfo(_Answer):
    """What is known of a personal token: everything but itself."""

    id: str
    label: str
    created_at: str
    last_used_at: str | None
    revoked_at: str | None


class NewPersonalToken(PersonalTokenInfo):
    """A personal token with itself, this once: it is not stored and cannot be shown again."""

    token: str


class PersonalTokenList(_Answer):
    """The newest first."""

    personal_tokens: Annotated[list[PersonalTokenInfo], Field(max_length=10_000)]


_PERSONAL = HTTPBearer(scheme_name="personalToken", bearerFormat="ascp_…", auto_error=False)


def personal_token_routes(
    tokens: PersonalTokens, passes: PassKeeping, access: MintsAccessTokens, verifier: Verifier, clock: Clock
) -> APIRouter:
    router = APIRouter()
    caller_of = person(verifier)

    @router.post(
        "/v1/tokens",
        summary="Exchange a personal token for an access token",
        responses=refusals({401: "No personal token that is not revoked."}),
    )
    async def exchange(
        request: Request, _shown: Annotated[HTTPAuthorizationCredentials | None, Security(_PERSONAL)]
    ) -> AccessToken:
        """Send the personal token as `Authorization: Bearer ascp_…`, or the pass of a panelist, `ascx_…`."""
        authorization = request.headers.get("authorization")
        if (text := presented_pass(authorization)) is not None:
            minted, life = await exchange_pass(text, passes, access, clock())
            return AccessToken(access_token=minted, expires_in=life)
        minted = await exchange_token(authorization, tokens, access, clock())
        return AccessToken(access_token=minted)

    @router.get("/v1/personal-tokens", summary="List one's own personal tokens")
    async def list_own(caller: Annotated[Caller, Depends(caller_of)]) -> PersonalTokenList:
        """Revoked ones too. None of them shows itself."""
        return PersonalTokenList(personal_tokens=[_info(token) for token in await tokens.of_person(caller.id)])

    @router.post(
        "/v1/personal-tokens",
        status_code=201,
        summary="Make a personal token for oneself",
        responses=refusals({409: "Made before, under this `Idempotency-Key`."}),
    )
    async def make(
        wish: PersonalTokenRequest,
        caller: Annotated[Caller, Depends(caller_of)],
        idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
    ) -> NewPersonalToken:
        """The answer shows the token, this once. The same `Idempotency-Key` again answers 409."""
        id_ = _id(caller.id, idempotency_key)
        if await passes.passes.are_of(caller.id):
            raise not_found("personal token for whoever signs in with a pass")
        token = PersonalToken(id_, caller.id, wish.label, clock())
        text = await make_personal_token(token, secrets.token_bytes(RANDOM_BYTES), tokens)
        return NewPersonalToken(**_info(token).model_dump(), token=text)

    @router.delete(
        "/v1/personal-tokens/{id}",
        status_code=204,
        summary="Revoke a personal token of one's own",
        responses=refusals({404: "No such personal token of one's own."}),
    )
    async def revoke(id_: Annotated[str, Path(alias="id")], caller: Annotated[Caller, Depends(caller_of)]) -> None:
        """From now on it gives no access token; those that it gave end within five minutes. Repeatable."""
        if not is_id(id_):
            raise not_found("personal token")
        await revoke_personal_token(caller.id, id_, tokens, clock())

    return router


def _id(person_: str, key: str | None) -> str:
    return str(uuid.uuid4()) if key is None else item_id(person_, "POST", "/v1/personal-tokens", key, 0)


def _info(token: PersonalToken) -> PersonalTokenInfo:
    def shown(moment: int | None) -> str | None:
        return None if moment is None else instant_text(moment)

    return PersonalTokenInfo(
        id=token.id,
        label=token.label,
        created_at=instant_text(token.created_at),
        last_used_at=shown(token.last_used_at),
        revoked_at=shown(token.revoked_at),
    )
