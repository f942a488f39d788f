"""Scoring works: which wait for it, and one beside its rubric, with what is said of each criterion."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from services.gateway.http.pages.afterwards import Done, Seen, at_least, led_on
from services.gateway.http.pages.exhibitions.planning import chosen, derived_id
from services.gateway.http.pages.languages import later as _
from services.gateway.http.pages.lists import After, going_on, whole
from services.gateway.http.pages.refusing import wrong
from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.typed import no_form, version_of
from services.gateway.http.pages.visiting import page_route
from services.gateway.http.pages.works.drafting import draft_shown, pair
from services.gateway.http.pages.works.rubrics import comments_of, criteria_of, levels_of, results_of, title_of
from services.gateway.http.pages.works.work import Works
from services.gateway.http.visitors import Visitor
from shared.contracts.values import Digest, Id
from shared.ledger.identifiers import DIGEST_PATTERN, is_id
from shared.ledger.instants import instant_text
from shared.runtime.access.questions import Standing
from shared.runtime.problems import Problem, conflict, not_found

Work = Annotated[Id, Path()]
Rubric = Annotated[Digest | None, Query()]
Number = Annotated[int | None, Query(ge=1, le=10_000)]

LISTED = 100
"""Works on a page."""

MOST_READY = 8
"""Of the reader's own earlier comments on a criterion, those offered again."""


class PartlyRecordedError(Exception):
    """Something of a form is recorded, and what comes after it was refused. The same form sent again counts once."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rubric a work is scored by, and which of its drafts stand beside it."""

    rubric: str | None = None
    left: int | None = None
    right: int | None = None
    chooses: bool = False


def scoring_pages(works: Works) -> APIRouter:
    """`/scoring` and `/works/{work}/score`."""
    visiting = works.visiting
    router = APIRouter(route_class=page_route(visiting), include_in_schema=False)

    @router.get("/scoring")
    async def waiting(request: Request, done: Done = None, seen: Seen = None, after: After = None) -> Response:
        visitor = await visiting.required(request)
        standing = await _scorer(works, visitor)
        told = await _of_sections(works, visitor, standing.teaches, seen, after)
        found = told["items"]
        waits = [one for one in reversed(found) if one["versions"] and one.get("scored_at", "") < one["touched_at"]]
        others = [one for one in found if one["versions"] and one not in waits]
        members = list(dict.fromkeys(chain.from_iterable(one["members"] for one in found)))
        refs = [one["title_ref"] for one in found if "title_ref" in one]
        revealed = await visiting.asking.revealed(visitor, "teaching", texts=refs[:1000], names=members[:1000])
        return page(
            "scoring/waiting.html",
            visiting.reader(request, visitor),
            waits=waits,
            others=others,
            onward=told["next"],
            names=revealed.names,
            texts={ref: text.text for ref, text in revealed.texts.items()},
            done=done,
        )

    @router.get("/works/{work}/score")
    async def form(  # noqa: PLR0913, PLR0917 - what may stand in its address
        work: Work, request: Request, rubric: Rubric = None, left: Number = None, right: Number = None, choose: str = ""
    ) -> Response:
        visitor = await visiting.required(request)
        return await _shown(works, request, visitor, work, Asked(rubric, left, right, chooses=bool(choose)))

    @router.post("/works/{work}/score")
    async def score(work: Work, request: Request) -> Response:
        """Record the score, then what is said of each criterion. Sent again, it counts once."""
        visitor, fields = await visiting.sent(request)
        asked = Asked(_digest(fields.get("rubric", "")))
        try:
            receipt = await _recorded(works, visitor, work, fields)
        except Problem as problem:
            if problem.status not in {409, 422}:
                raise
            return await _shown(works, request, visitor, work, asked, problem=problem, typed=fields)
        except PartlyRecordedError as partly:
            return await _shown(works, request, visitor, work, asked, problem=partly.problem, typed=fields, partly=True)
        return led_on("/scoring", "scored" if levels_of(fields) else "said", receipt)

    return router


async def _scorer(works: Works, visitor: Visitor) -> Standing:
    """How somebody stands who may have to score. Raises `problems.not_found` for learners and their families."""
    standing = await works.relations.standing(visitor.person)
    if not standing.teaches and not standing.administers:
        raise not_found("page")
    return standing


async def _of_sections(
    works: Works, visitor: Visitor, sections: Sequence[str], seen: str | None, after: str | None
) -> Mapping[str, Any]:
    """A page of the works of sections; none where the API knows nobody in them for whom she may record."""
    nothing: Mapping[str, Any] = {"items": [], "next": None}
    if not sections:
        return nothing
    more = {"limit": str(LISTED), **going_on(after), **at_least(seen)}
    try:
        told: Mapping[str, Any] = await works.visiting.asking.read(visitor, "/v1/works", section=list(sections), **more)
    except Problem as problem:
        if problem.status != 404:
            raise
        return nothing
    return told


async def _shown(  # noqa: PLR0913 - what a page may have to say beside the work
    works: Works,
    request: Request,
    visitor: Visitor,
    work: str,
    asked: Asked,
    *,
    problem: Problem | None = None,
    typed: Mapping[str, str] | None = None,
    partly: bool = False,
) -> Response:
    standing = await _scorer(works, visitor)
    asking, reader = works.visiting.asking, works.visiting.reader(request, visitor)
    told, revealed = await works.read(visitor, work, None)
    texts = {ref: found.text for ref, found in revealed.texts.items()}
    task = await _task(works, visitor, told)
    digest = asked.rubric or (task or {}).get("rubric") or _last_rubric(told)
    shown = {"work": told, "names": revealed.names, "texts": texts, "task": task}
    if digest is None or asked.chooses:
        rubrics = await whole(asking, visitor, "/v1/rubrics", "rubrics")
        return page("scoring/rubric_choice.html", reader, rubrics=rubrics, **shown)
    rubric = await asking.document(visitor, digest)
    if not str(rubric.get("format", "")).startswith("ascertain.rubric@"):
        raise not_found("rubric")
    criteria = criteria_of(rubric, reader.language)
    return page(
        "scoring/score.html",
        reader,
        status=200 if problem is None else problem.status,
        digest=digest,
        rubric=title_of(rubric, reader.language),
        criteria=criteria,
        ready={one.code: _ready(told, texts, visitor.person, one.code) for one in criteria},
        drafts=[draft_shown(draft, texts) for draft in pair(told["versions"], (asked.left, asked.right))],
        course=await _course(works, standing, told["courses"]),
        at=(typed or {}).get("at") or instant_text(works.clock()),
        scores=len(_scores(told)),
        problem=problem,
        partly=partly,
        typed=typed or {},
        **shown,
    )


async def _recorded(works: Works, visitor: Visitor, work: str, fields: Mapping[str, str]) -> Any:
    """The receipt of the score, or where there is none of the last that was said.

    Raises Problem as the API does, and PartlyRecordedError where something is recorded before.
    """
    asking = works.visiting.asking
    levels, comments, receipt = levels_of(fields), comments_of(fields), None
    id_, digest = fields.get("id", ""), fields.get("rubric", "")
    overall = fields.get("overall", "").strip()
    if not levels and not comments and not overall:
        raise wrong("Choose a level for a criterion, or say something.")
    if levels:
        await _check_scores(works, visitor, work, fields)
        criteria = criteria_of(await asking.document(visitor, digest), "")
        request = _score_asked(fields, results_of(criteria, levels), overall)
        receipt = await asking.write(visitor, "POST", f"/v1/works/{work}/scores", request)
    elif overall:
        comments[""] = overall
    path = f"/v1/works/{work}/versions/{derived_version(fields)}/feedback"
    for code, text in comments.items():
        of = {"rubric": digest, "criterion": code} if code else {}
        body = {"id": derived_id(id_, f"feedback/{code}"), "text": text, **of}
        try:
            receipt = await asking.write(visitor, "POST", path, body)
        except Problem as problem:
            if receipt is None:
                raise
            raise PartlyRecordedError(problem) from problem
    return receipt


async def _check_scores(works: Works, visitor: Visitor, work: str, fields: Mapping[str, str]) -> None:
    """Raise a Problem of 409 where the work has a score that its scorer did not see: of another window, or somebody
    else's. A warning, as in a section's grid; what this very form recorded, sent before, is none.
    """
    known = fields.get("scores", "")
    found = _scores(await works.visiting.asking.read(visitor, f"/v1/works/{work}"))
    if fields.get("id") not in found and len(found) > (int(known[:9]) if known.isascii() and known.isdigit() else 0):
        message = _(
            "It was scored since you opened this, so nothing was recorded. Look at what it showed, then send it again."
        )
        raise conflict(message, code="scored-meanwhile", message=message)


def _scores(told: Mapping[str, Any]) -> list[str]:
    """Every score of a work that its reader may see, those that were withdrawn too."""
    return [piece["event"] for piece in told["pieces"] if piece["type"] == "RubricScored"]


def derived_version(fields: Mapping[str, str]) -> str:
    """The draft that was looked at, by its event."""
    draft = fields.get("draft", "")
    if not is_id(draft):
        raise wrong("There is no draft to say anything of.")
    return draft


def _score_asked(fields: Mapping[str, str], results: list[dict[str, str]], overall: str) -> dict[str, Any]:
    members = chosen(fields, "member/")
    if fields.get("chosen") == "members" and not members:  # of whom nothing is said, everybody is meant
        raise wrong("Choose for whom the score is.", field="/members")
    given = {"task": fields.get("task"), "course": fields.get("course"), "feedback": overall, "members": members}
    return {
        "id": fields.get("id", ""),
        "rubric": fields.get("rubric", ""),
        "purpose": fields.get("purpose", "performance"),
        "occurred_at": fields.get("at", ""),
        "results": results,
        "expected_version": version_of(fields),
        **{name: value for name, value in given.items() if value},
    }


async def _task(works: Works, visitor: Visitor, told: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The task that a work is for, in its latest version."""
    if "task" not in told:
        return None
    found = (await works.visiting.asking.read(visitor, "/v1/tasks", id=told["task"], limit="1"))["tasks"]
    return found[0] if found else None


async def _course(works: Works, standing: Standing, courses: list[str]) -> str | None:
    """The one course of a work that the scorer teaches; where she teaches none or several of them, the only one."""
    taught = set((await works.relations.courses_of(standing.teaches)).values())
    own = [course for course in courses if course in taught] or courses
    return own[0] if len(own) == 1 else None


def _last_rubric(told: Mapping[str, Any]) -> str | None:
    """By which rubric the work was scored before."""
    return next((piece["rubric"] for piece in reversed(told["pieces"]) if "rubric" in piece), None)


def _ready(told: Mapping[str, Any], texts: Mapping[str, str], person: str, code: str) -> list[str]:
    """What she said of this criterion of this work before."""
    said = (one for draft in told["versions"] for one in draft["feedback"])
    own = [texts.get(one["text_ref"]) for one in said if one["by"] == person and one.get("criterion") == code]
    return list(dict.fromkeys(text for text in reversed(own) if text))[:MOST_READY]


def _digest(text: str) -> str:
    if not re.fullmatch(DIGEST_PATTERN, text, re.ASCII):
        raise no_form()
    return text
