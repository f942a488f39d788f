"""The routes of accounts: who an issuer's subjects are here."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from services.gateway.domain.accounts import MAX_ISSUER, MAX_SUBJECT, Account
from services.gateway.flows.link_account import Page, link_account, list_accounts, unlink_account
from services.gateway.ports import AccountKeeping
from shared.contracts.values import Id
from shared.ledger.identifiers import is_id
from shared.ledger.instants import instant_text
from shared.runtime.clock import Clock
from shared.runtime.documents import refusals
from shared.runtime.problems import not_found
from shared.runtime.tokens import Caller, Verifier, person

_NOT_YOURS = refusals({404: "It is not there, or accounts are not yours to see."})


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must have no control characters")
    return text


class AccountRequest(BaseModel):
    """`issuer` as its tokens name it (`iss`), `subject` as it names the person (`sub`), `person` as we do."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: Annotated[str, StringConstraints(max_length=MAX_ISSUER, pattern=r"^https?://[!-~]+$")]
    subject: Annotated[str, StringConstraints(min_length=1, max_length=MAX_SUBJECT), AfterValidator(_printable)]
    person: Id


class AccountInfo(BaseModel):
    """One link."""

    model_config = ConfigDict(frozen=True)

    id: str
    issuer: str
    subject: str
    person: str
    created_at: str


class AccountList(BaseModel):
    """In the order of their ids; `next` is what `after` takes for those that follow, null at the end."""

    model_config = ConfigDict(frozen=True)

    accounts: Annotated[list[AccountInfo], Field(max_length=1000)]
    next: str | None


def account_routes(keeping: AccountKeeping, verifier: Verifier, clock: Clock) -> APIRouter:
    router = APIRouter()
    caller_of = person(verifier)

    @router.get("/v1/accounts", summary="List who signs in as whom", responses=_NOT_YOURS)
    async def list_(
        caller: Annotated[Caller, Depends(caller_of)],
        of: Annotated[Id | None, Query(alias="person")] = None,
        after: Annotated[Id | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> AccountList:
        """For administrators of the district."""
        found = await list_accounts(Page(of, after, limit), caller.id, keeping)
        return AccountList(
            accounts=[_info(account) for account in found], next=found[-1].id if len(found) == limit else None
        )

    @router.put(
        "/v1/accounts",
        summary="Say who a subject of an issuer is",
        responses={
            201: {"model": AccountInfo, "description": "The link is new."},
            **_NOT_YOURS,
            **refusals({409: "The subject is somebody else already."}),
        },
    )
    async def link(
        wish: AccountRequest, response: Response, caller: Annotated[Caller, Depends(caller_of)]
    ) -> AccountInfo:
        """For administrators of the district. Repeatable; a subject that is someone else already answers 409."""
        account = Account(str(uuid.uuid4()), wish.issuer, wish.subject, wish.person, clock())
        kept, new = await link_account(account, caller.id, keeping)
        response.status_code = 201 if new else 200
        return _info(kept)

    @router.delete(
        "/v1/accounts/{id}",
        status_code=204,
        summary="Remove an account, and end its sessions",
        responses=_NOT_YOURS,
    )
    async def unlink(id_: Annotated[str, Path(alias="id")], caller: Annotated[Caller, Depends(caller_of)]) -> None:
        """For administrators of the district. With a person's last account her personal tokens are revoked."""
        if not is_id(id_):
            raise not_found("account")
        await unlink_account(id_, caller.id, keeping, clock())

    return router


def _info(account: Account) -> AccountInfo:
    return AccountInfo(
        id=account.id,
        issuer=account.issuer,
        subject=account.subject,
        person=account.person,
        created_at=instant_text(account.created_at),
    )
