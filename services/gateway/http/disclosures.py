"""The routes that give texts and names back, and tell who was shown what."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.domain.disclosures import BY_SHARE, NotedDisclosure, Purpose
from services.gateway.flows.read_disclosures import read_disclosures
from services.gateway.flows.reveal import reveal
from services.gateway.ports import DisclosureRights, Disclosures, Reveals
from shared.contracts.values import Digest, Id
from shared.ledger.identifiers import is_id
from shared.ledger.instants import instant_text
from shared.runtime.documents import refusals
from shared.runtime.problems import not_found
from shared.runtime.tokens import Caller, Verifier, person

MOST = 1000
"""Texts, and names, of one request at most."""


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class RevealRequest(BaseModel):
    """`texts` are references as events hold them, `names` the ids of people."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    purpose: Purpose
    texts: Annotated[list[Digest], Field(max_length=MOST)] = []
    names: Annotated[list[Id], Field(max_length=MOST)] = []


class RevealedNameInfo(_Answer):
    given: str
    family: str


class Revelation(_Answer):
    """`withheld` is what was asked for and is not here: it does not exist, is forgotten, or is not yours to read."""

    texts: dict[str, str]
    names: dict[str, RevealedNameInfo]
    withheld: list[str]


class DisclosureInfo(_Answer):
    """`person` was shown `count` things of the kind `what`: texts, names, or one of the reads under the learner.

    Where it is `share`, whoever had the link of that share saw it: nobody knows who, and nothing of her is kept.
    """

    at: str
    person: str | None
    share: str | None = None
    what: str
    count: int
    purpose: str | None


class DisclosurePage(_Answer):
    """The newest first. `next` is what to send as `after` for the page that follows, null at the end."""

    learner: str
    disclosures: list[DisclosureInfo]
    next: int | None


def disclosure_routes(reveals: Reveals, log: Disclosures, rights: DisclosureRights, verifier: Verifier) -> APIRouter:
    router = APIRouter()
    caller_of = person(verifier)

    @router.post("/v1/reveal", summary="Read texts and names")
    async def reveal_(wish: RevealRequest, caller: Annotated[Caller, Depends(caller_of)]) -> Revelation:
        """Whoever may see a learner may read her name and what was written of her. Each learner can see that it was."""
        texts, names = dict.fromkeys(wish.texts), dict.fromkeys(wish.names)
        shown = await reveal(caller.id, wish.purpose, list(texts), list(names), reveals=reveals, log=log)
        return Revelation(
            texts={ref: shown.texts[ref].text for ref in texts if ref in shown.texts},
            names={
                id_: RevealedNameInfo(given=name.given, family=name.family)
                for id_ in names
                if (name := shown.names.get(id_)) is not None
            },
            withheld=[
                *(ref for ref in texts if ref not in shown.texts),
                *(id_ for id_ in names if id_ not in shown.names),
            ],
        )

    @router.get(
        "/v1/learners/{id}/disclosures",
        summary="Who was shown what of a learner",
        responses=refusals({404: "No such learner, or her disclosures are not yours to see."}),
    )
    async def disclosures(
        id_: Annotated[str, Path(alias="id")],
        caller: Annotated[Caller, Depends(caller_of)],
        after: Annotated[int | None, Query(ge=1, lt=2**53)] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    ) -> DisclosurePage:
        """For the learner, her guardians, administrators and auditors."""
        if not is_id(id_):
            raise not_found("learner")
        page = await read_disclosures(caller.id, id_, after, limit, log=log, rights=rights)
        following = page[-1].number if len(page) == limit else None
        return DisclosurePage(learner=id_, disclosures=[_info(noted) for noted in page], next=following)

    return router


def _info(noted: NotedDisclosure) -> DisclosureInfo:
    disclosure = noted.disclosure
    by_share = disclosure.what == BY_SHARE
    return DisclosureInfo(
        at=instant_text(noted.at),
        person=None if by_share else disclosure.person,
        share=disclosure.person if by_share else None,
        what=disclosure.what,
        count=disclosure.count,
        purpose=disclosure.purpose,
    )
