"""The routes of passes: for whoever holds an exhibition, so that panelists without an account can sign in."""

import secrets
import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.domain.passes import Pass
from services.gateway.domain.personal_tokens import RANDOM_BYTES
from services.gateway.flows.make_pass import make_pass
from services.gateway.flows.revoke_pass import revoke_pass
from services.gateway.ports import PassKeeping
from shared.contracts.values import Id, Moment
from shared.ledger.identifiers import is_id, item_id
from shared.ledger.instants import instant, instant_text
from shared.runtime.clock import Clock
from shared.runtime.documents import refusals
from shared.runtime.problems import not_found
from shared.runtime.tokens import Caller, Verifier, person

ROUTE = "/v1/passes"


class PassRequest(BaseModel):
    """`panelist` was appointed by her name, to this exhibition. The pass ends with her appointment, or before."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    exhibition: Id
    panelist: Id
    ends_at: Moment | None = None


class PassInfo(BaseModel):
    """What is known of a pass: everything but itself."""

    id: Id
    exhibition: Id
    panelist: Id
    made_by: Id
    created_at: str
    ends_at: str
    last_used_at: str | None
    revoked_at: str | None


class NewPass(PassInfo):
    """A pass with itself, this once. `POST /v1/tokens` takes it as it takes a personal token, until it ends."""

    model_config = ConfigDict(populate_by_name=True)

    text: str = Field(serialization_alias="pass")


class PassList(BaseModel):
    """The newest first."""

    passes: list[PassInfo]


def pass_routes(passes: PassKeeping, verifier: Verifier, clock: Clock) -> APIRouter:
    router = APIRouter()
    caller_of = person(verifier)

    @router.get(ROUTE, summary="List the passes of an exhibition", responses=refusals({404: "No such exhibition."}))
    async def listed(exhibition: Annotated[Id, Query()], caller: Annotated[Caller, Depends(caller_of)]) -> PassList:
        """For whoever holds the exhibition. None of them shows itself."""
        if await passes.panels.guests(caller.id, exhibition) is None:
            raise not_found("exhibition")
        return PassList(passes=[PassInfo(**_told(one)) for one in await passes.passes.of_exhibition(exhibition)])

    @router.post(
        ROUTE,
        status_code=201,
        summary="Make a pass for a panelist without an account",
        responses=refusals({404: "No such panelist.", 409: "Made before, under this `Idempotency-Key`."}),
    )
    async def make(
        wish: PassRequest,
        caller: Annotated[Caller, Depends(caller_of)],
        idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
    ) -> NewPass:
        """The answer shows the pass, this once. It lets her see what the exhibition shows, and score it."""
        made, text = await make_pass(
            _id(caller.id, idempotency_key),
            wish.exhibition,
            wish.panelist,
            caller.id,
            None if wish.ends_at is None else instant(wish.ends_at),
            random=secrets.token_bytes(RANDOM_BYTES),
            passes=passes,
            now=clock(),
        )
        return NewPass(**_told(made), text=text)

    @router.delete(
        f"{ROUTE}/{{id}}", status_code=204, summary="Revoke a pass", responses=refusals({404: "No such pass."})
    )
    async def revoke(id_: Annotated[str, Path(alias="id")], caller: Annotated[Caller, Depends(caller_of)]) -> None:
        """From now on it gives no access token; those that it gave end within five minutes. Repeatable."""
        if not is_id(id_):
            raise not_found("pass")
        await revoke_pass(id_, caller.id, passes, clock())

    return router


def _id(person_: str, key: str | None) -> str:
    return str(uuid.uuid4()) if key is None else item_id(person_, "POST", ROUTE, key, 0)


def _told(one: Pass) -> dict[str, str | None]:
    return {
        "id": one.id,
        "exhibition": one.exhibition,
        "panelist": one.person,
        "made_by": one.made_by,
        "created_at": instant_text(one.created_at),
        "ends_at": instant_text(one.ends_at),
        "last_used_at": None if one.last_used_at is None else instant_text(one.last_used_at),
        "revoked_at": None if one.revoked_at is None else instant_text(one.revoked_at),
    }
