"""What is done on a learner's pages: a level questioned and answered for, a redo asked for, relearning noted.

Each form says what a route of the API takes; whether it may be, the services say.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Path, Request, Response

from services.gateway.http.pages.afterwards import led_on
from services.gateway.http.pages.learners.learner import Competency, Learner
from services.gateway.http.pages.learners.mastery import MasteryPages
from services.gateway.http.pages.learners.why import Asked, Turned, WhyPages
from services.gateway.http.pages.refusing import wrong
from services.gateway.http.pages.typed import version_of
from services.gateway.http.pages.visiting import Visiting, page_route
from shared.contracts.values import Id
from shared.runtime.problems import Problem

Of = Annotated[Id, Path()]
Fields = Mapping[str, str]

CANNOT_MEND = frozenset({404, 410, 429, 503})
"""Refusals that nothing on the form can mend: they have a page of their own."""


class Write(NamedTuple):
    """A `POST` of the API."""

    path: str
    body: Mapping[str, Any]


Says = Callable[[Asked, str, Fields], Write]
"""What a form says about a competency, and of which redo or question there; empty where it is of none."""


def learner_forms(visiting: Visiting, mastery: MasteryPages, why: WhyPages) -> APIRouter:
    """The forms of `/learners/{learner}` and `…/competencies/{competency}`."""
    router = APIRouter(route_class=page_route(visiting), include_in_schema=False)
    router.add_api_route("/learners/{learner}/question", _correction(visiting, mastery), methods=["POST"])
    page = "/learners/{learner}/competencies/{competency}"
    for at, says in ABOUT_A_LEVEL.items():
        router.add_api_route(f"{page}/{at}", _about_a_level(visiting, why, at, says), methods=["POST"])
    for at, says in OF_A_REDO.items():
        router.add_api_route(f"{page}/redos/{{of}}/{at}", _of_one_there(visiting, why, at, says), methods=["POST"])
    answer = _of_one_there(visiting, why, "answer", _answer)
    router.add_api_route(f"{page}/questions/{{of}}/answer", answer, methods=["POST"])
    return router


def _correction(visiting: Visiting, mastery: MasteryPages) -> Callable[..., Awaitable[Response]]:
    async def correction(learner: Learner, request: Request) -> Response:
        visitor, fields = await visiting.sent(request)
        try:
            said = question_of(learner, {"competency": fields.get("about", "")}, fields)
            receipt = await visiting.asking.write(visitor, "POST", said.path, said.body)
        except Problem as problem:
            if problem.status in CANNOT_MEND:
                raise
            return await mastery.shown(request, visitor, learner, problem=problem, typed=fields)
        return led_on(f"/learners/{learner}", "question", receipt, place="said")

    return correction


def _about_a_level(visiting: Visiting, why: WhyPages, at: str, says: Says) -> Callable[..., Awaitable[Response]]:
    async def about_a_level(learner: Learner, competency: Competency, request: Request) -> Response:
        return await _taken(request, visiting, why, Asked(learner, competency), at, "", says)

    return about_a_level


def _of_one_there(visiting: Visiting, why: WhyPages, at: str, says: Says) -> Callable[..., Awaitable[Response]]:
    async def of_one_there(learner: Learner, competency: Competency, of: Of, request: Request) -> Response:
        return await _taken(request, visiting, why, Asked(learner, competency), at, of, says)

    return of_one_there


async def _taken(  # noqa: PLR0913, PLR0917 - what is sent, from where, and where to
    request: Request, visiting: Visiting, why: WhyPages, asked: Asked, at: str, of: str, says: Says
) -> Response:
    """What the form called `at` came to: on to the page, or the page again with what was typed."""
    visitor, fields = await visiting.sent(request)
    try:
        said = says(asked, of, fields)
        receipt = await visiting.asking.write(visitor, "POST", said.path, said.body)
    except Problem as problem:
        if problem.status in CANNOT_MEND:
            raise
        return await why.shown(request, visitor, asked, Turned(problem=problem, at=at, typed=fields))
    return led_on(asked.path, at, receipt, place="said")


def _question(asked: Asked, _redo: str, fields: Fields) -> Write:
    piece = fields.get("about")
    return question_of(asked.learner, {"evidence": piece} if piece else {"competency": asked.competency}, fields)


def _wish(asked: Asked, _redo: str, fields: Fields) -> Write:
    piece = fields.get("about")
    about = {"learner": asked.learner, "competency": asked.competency, **({"evidence": piece} if piece else {})}
    return Write("/v1/redos", {**_of_form(fields), **about})


def _reflection(asked: Asked, _redo: str, fields: Fields) -> Write:
    return Write("/v1/evidence", reflection_of(asked.learner, fields))


def _relearn(_asked: Asked, redo: str, fields: Fields) -> Write:
    return Write(f"/v1/redos/{redo}/relearn", {**_of_form(fields), "kind": fields.get("kind", "")})


def _answer(_asked: Asked, review: str, fields: Fields) -> Write:
    change = fields.get("change")
    outcome = {"outcome": "changed", "change": change} if change else {"outcome": "unchanged"}
    body = {"id": fields.get("id", ""), "expected_version": 1, **outcome, "answer": _text(fields, "answer")}
    return Write(f"/v1/reviews/{review}/answer", body)


def _open(_asked: Asked, redo: str, fields: Fields) -> Write:
    return Write(f"/v1/redos/{redo}/open", opening_of(fields))


ABOUT_A_LEVEL: Mapping[str, Says] = {"question": _question, "redo": _wish, "reflection": _reflection}
OF_A_REDO: Mapping[str, Says] = {"relearn": _relearn, "open": _open}
"""The forms of the page of a competency, by the end of their addresses."""


def question_of(learner: str, about: Mapping[str, str], fields: Fields) -> Write:
    """A review of one thing. Raises `refusing.wrong` where no reason was given."""
    body = {"id": fields.get("id", ""), "learner": learner, **about, "reason": _text(fields, "reason")}
    return Write("/v1/reviews", body)


def opening_of(fields: Fields) -> dict[str, Any]:
    """The opening of a redo as it stood on the page. Raises `refusing.wrong` for what no form of ours sends."""
    return {**_of_form(fields), "expected_version": version_of(fields), **({"anew": True} if "anew" in fields else {})}


def reflection_of(learner: str, fields: Fields) -> dict[str, Any]:
    """A reflection on a piece, of when the page was made: so that sent twice it is the same.

    Raises `refusing.wrong` where nothing was written.
    """
    return {
        "id": fields.get("id", ""),
        "type": "ReflectionRecorded",
        "occurred_at": fields.get("at", ""),
        "body": {"learner": learner, "evidence": fields.get("about", "")},
        "texts": {"text": _text(fields, "text")},
    }


def _of_form(fields: Fields) -> dict[str, str]:
    note = fields.get("note", "").strip()
    return {"id": fields.get("id", ""), **({"note": note} if note else {})}


def _text(fields: Fields, name: str) -> str:
    text = fields.get(name, "").strip()
    if not text:
        place = f"/{name}"
        raise wrong("Please write a few words.", field=place)
    return text
