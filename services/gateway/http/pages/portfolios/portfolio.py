"""A learner's portfolio: what she shows and why, what that covers, and the links by which others see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from services.gateway.domain.disclosures import Revealed
from services.gateway.http.pages.afterwards import Done, Seen, at_least, led_on
from services.gateway.http.pages.portfolios.covering import areas_by_skill, maps
from services.gateway.http.pages.refusing import wrong
from services.gateway.http.pages.relations import Relations, purpose_for
from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.typed import version_of
from services.gateway.http.pages.visiting import Visiting, page_route
from services.gateway.http.visitors import Visitor
from shared.contracts.values import Id
from shared.ledger.instants import instant_text
from shared.runtime.as_of import end_of_day
from shared.runtime.clock import Clock
from shared.runtime.problems import Problem

Learner = Annotated[Id, Path()]

LASTING = (7, 30, 90, 364)
"""Days for which a link may be made; a year at most."""


@dataclass(frozen=True, slots=True)
class Portfolios:
    """Reads portfolios, and makes their pages. `public_url` is where links lead."""

    relations: Relations
    visiting: Visiting
    clock: Clock
    public_url: str

    async def read(self, visitor: Visitor, learner: str, seen: str | None = None) -> tuple[Any, Revealed]:
        """A portfolio with what it covers and might show, and the titles, reasons and the name in it.

        Raises Problem as the API does.
        """
        asking = self.visiting.asking
        told = await asking.read(visitor, f"/v1/learners/{learner}/portfolio/curation", **at_least(seen))
        refs = [work["title_ref"] for work in told["works"] if "title_ref" in work]
        refs += [one["reason_ref"] for one in told["portfolio"]["exhibits"] if "reason_ref" in one]
        purpose = await purpose_for(visitor, [learner], self.relations)
        return told, await asking.revealed(visitor, purpose, texts=refs[:1000], names=[learner])

    async def shown(  # noqa: PLR0913 - what a page may have to say beside the portfolio
        self,
        request: Request,
        visitor: Visitor,
        learner: str,
        *,
        done: str | None = None,
        seen: str | None = None,
        link: Any = None,
        problem: Problem | None = None,
        typed: Mapping[str, str] | None = None,
    ) -> Response:
        """The portfolio's page; after a refusal with that and what was typed, after a share with its link."""
        told, revealed = await self.read(visitor, learner, seen)
        mine = visitor.person == learner
        purpose = await purpose_for(visitor, [learner], self.relations)
        today = datetime.fromtimestamp(self.clock() / 1000, UTC).astimezone(self.visiting.zone).date()
        return page(
            "portfolio/portfolio.html",
            self.visiting.reader(request, visitor),
            status=200 if problem is None else problem.status,
            learner=learner,
            name=revealed.names.get(learner),
            mine=mine,
            purpose=purpose,
            may_share=purpose in {"own-record", "family"},
            told=told,
            works={work["work"]: work for work in told["works"]},
            texts={ref: found.text for ref, found in revealed.texts.items()},
            maps=maps(told),
            areas=areas_by_skill(told),
            skills=_skills(told),
            suggested=told["suggestions"] if mine else [],
            ends=_ends(today, self.visiting.zone),
            now=instant_text(self.clock()),
            link=link and self.public_url.rstrip("/") + link["address"],
            done=done,
            problem=problem,
            typed=typed or {},
        )


def portfolio_pages(portfolios: Portfolios) -> APIRouter:
    """`/learners/{learner}/portfolio`, and what is done there."""
    visiting = portfolios.visiting
    router = APIRouter(route_class=page_route(visiting), include_in_schema=False)

    @router.get("/learners/{learner}/portfolio")
    async def portfolio(learner: Learner, request: Request, done: Done = None, seen: Seen = None) -> Response:
        visitor = await visiting.required(request)
        return await portfolios.shown(request, visitor, learner, done=done, seen=seen)

    async def written(request: Request, learner: str, path: str, done: str, body: Mapping[str, Any]) -> Response:
        """What was decided is recorded, or the page says why not."""
        visitor, fields = await visiting.sent(request)
        try:
            api = f"/v1/learners/{learner}/portfolio{path}"
            receipt = await visiting.asking.write(visitor, "POST", api, {"id": fields.get("id", ""), **body})
        except Problem as problem:
            return await _refused(portfolios, request, visitor, problem, fields)
        return led_on(f"/learners/{learner}/portfolio", done, receipt)

    @router.post("/learners/{learner}/portfolio/exhibits/{exhibit}/withdraw")
    async def withdraw(learner: Learner, exhibit: Annotated[Id, Path()], request: Request) -> Response:
        return await written(request, learner, f"/exhibits/{exhibit}/withdraw", "withdrawn", {})

    @router.post("/learners/{learner}/portfolio/order")
    async def order(learner: Learner, request: Request) -> Response:
        _, fields = await visiting.sent(request)
        exhibits = moved(fields.get("order", "").split(), fields.get("move", ""))
        body = {"exhibits": exhibits, "expected_version": version_of(fields)}
        return await written(request, learner, "/exhibits/order", "ordered", body)

    @router.post("/learners/{learner}/portfolio/shares/{share}/revoke")
    async def revoke(learner: Learner, share: Annotated[Id, Path()], request: Request) -> Response:
        return await written(request, learner, f"/shares/{share}/revoke", "revoked", {})

    @router.post("/learners/{learner}/portfolio/shares")
    async def share(learner: Learner, request: Request) -> Response:
        """Answers with the page itself: what makes the link stands in no address, and is told once."""
        visitor, fields = await visiting.sent(request)
        try:
            body = {
                "id": fields.get("id", ""),
                "audience": fields.get("audience", ""),
                "expires_at": instant_text(end_of_day(_day(fields.get("until", "")), visiting.zone)),
                "exhibits": [name.removeprefix("show/") for name in fields if name.startswith("show/")],
            }
            link = await visiting.asking.write(visitor, "POST", f"/v1/learners/{learner}/portfolio/shares", body)
        except Problem as problem:
            return await _refused(portfolios, request, visitor, problem, fields)
        seen = "{ledger}:{shard}:{position}".format_map(link["position"])
        return await portfolios.shown(request, visitor, learner, done="shared", seen=seen, link=link)

    return router


def moved(exhibits: list[str], move: str) -> list[str]:
    """The exhibits with one of them a place earlier or later: `earlier/{id}` or `later/{id}`."""
    where, _, exhibit = move.partition("/")
    if exhibit not in exhibits:
        return exhibits
    at = exhibits.index(exhibit)
    to = max(0, at - 1) if where == "earlier" else at + 1
    rest = [one for one in exhibits if one != exhibit]
    return [*rest[:to], exhibit, *rest[to:]]


async def _refused(
    portfolios: Portfolios, request: Request, visitor: Visitor, problem: Problem, fields: dict[str, str]
) -> Response:
    """The same page with what is wrong, and what was typed."""
    if problem.status not in {409, 422}:
        raise problem
    return await portfolios.shown(request, visitor, request.path_params["learner"], problem=problem, typed=fields)


def _ends(today: date, zone: tzinfo) -> list[tuple[str, str]]:
    """The days on which a link may end, each with its last moment."""
    days = [today + timedelta(days=days) for days in LASTING]
    return [(day.isoformat(), instant_text(end_of_day(day, zone))) for day in days]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise wrong("Say until when.", field="/expires_at") from error


def _skills(coverage: Mapping[str, Any]) -> dict[str, str]:
    """What each competency is, in words, by its id."""
    return {
        one["competency"]: one["statement"]
        for framework in coverage["frameworks"]
        for area in framework["areas"]
        for one in area["competencies"]
    }
