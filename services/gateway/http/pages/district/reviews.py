"""Questions about the record that wait for an answer, the longest waiting first; and the answer to one."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.http.pages.names import names_now
from services.gateway.http.pages.refusing import wrong
from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.visiting import Visiting, page_route
from services.gateway.http.visitors import Visitor
from shared.contracts.values import Id
from shared.runtime.problems import Problem, not_found

ROUTE = "/district/reviews"

OneLearner = Annotated[Id, Path()]
Review = Annotated[Id, Path()]


def review_pages(visiting: Visiting) -> APIRouter:
    """`/district/reviews`, those of a school, and each by its learner."""
    router = APIRouter(route_class=page_route(visiting), include_in_schema=False)

    @router.get(ROUTE)
    async def schools(request: Request) -> Response:
        """Where there is one school alone, its questions are shown at once."""
        visitor = await visiting.required(request)
        outline = await visiting.asking.read(visitor, "/v1/rosters")
        if len(outline["schools"]) == 1:
            return RedirectResponse(f"{ROUTE}/schools/{outline['schools'][0]['school']}", 303)
        reader = visiting.reader(request, visitor)
        asked = [one["school"] for one in outline["schools"]]
        names = await names_now(visiting.asking, visitor, "administration", asked)
        return page("district/review_schools.html", reader, schools=outline["schools"], names=names)

    @router.get(ROUTE + "/schools/{school}")
    async def of_school(
        school: Annotated[Id, Path()],
        request: Request,
        after: Annotated[str, Query(max_length=80)] = "",
        done: Annotated[str, Query(max_length=20)] = "",
    ) -> Response:
        visitor = await visiting.required(request)
        onward = {"after": after} if after else {}
        told = await visiting.asking.read(visitor, "/v1/reviews", school=school, state="open", **onward)
        people = list(dict.fromkeys(name for item in told["items"] for name in (item["learner"], item["by"])))
        names = await visiting.asking.revealed(visitor, "review", names=[school, *people])
        return page(
            "district/reviews.html",
            visiting.reader(request, visitor),
            school=school,
            items=told["items"],
            onward=told.get("next"),
            names=names.names,
            done=done,
        )

    @router.get(ROUTE + "/{learner}/{review}")
    async def one(learner: OneLearner, review: Review, request: Request) -> Response:
        return await _shown(visiting, request, await visiting.required(request), learner, review)

    @router.post(ROUTE + "/{learner}/{review}")
    async def answer(learner: OneLearner, review: Review, request: Request) -> Response:
        visitor, fields = await visiting.sent(request)
        try:
            await visiting.asking.write(visitor, "POST", f"/v1/reviews/{review}/answer", _answer(fields))
        except Problem as problem:
            if problem.status not in {409, 422}:
                raise
            return await _shown(visiting, request, visitor, learner, review, (fields, problem))
        return RedirectResponse(f"{ROUTE}/{learner}/{review}", 303)

    return router


def _answer(fields: Mapping[str, str]) -> dict[str, Any]:
    """The answer that a form gives. Raises `refusing.wrong` where it says nothing."""
    text, change = fields.get("answer", "").strip(), fields.get("change", "").strip()
    if not text:
        raise wrong("Say what was changed, or why nothing was.", field="/answer")
    outcome = {"outcome": "changed", "change": change} if change else {"outcome": "unchanged"}
    return {"id": fields.get("id"), "expected_version": 1, "answer": text, **outcome}


async def _shown(  # noqa: PLR0913, PLR0917 - what the page is made of
    visiting: Visiting,
    request: Request,
    visitor: Visitor,
    learner: str,
    review: str,
    refused: tuple[Mapping[str, str], Problem] | None = None,
) -> Response:
    """The question in its own words, what it is about, and the form that answers it, or the answer."""
    told = await visiting.asking.read(visitor, "/v1/reviews", learner=learner, limit="500")
    found = next((item for item in told["items"] if item["id"] == review), None)
    if found is None:
        raise not_found("review")
    answered = found.get("answered")
    refs = [found["reason_ref"], *([answered["answer_ref"]] if answered else [])]
    people = [learner, found["by"], *([answered["by"]] if answered else [])]
    revealed = await visiting.asking.revealed(visitor, "review", texts=refs, names=people)
    fields, problem = refused or ({}, None)
    return page(
        "district/review.html",
        visiting.reader(request, visitor),
        status=200 if problem is None else problem.status,
        review=found,
        texts={ref: text.text for ref, text in revealed.texts.items()},
        names=revealed.names,
        fields=fields,
        problem=problem,
    )
