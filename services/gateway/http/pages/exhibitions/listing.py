"""The exhibitions of whoever looks: what is open, planned and over, who had none this year yet, and planning one."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from re import fullmatch
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from services.gateway.domain.disclosures import Revealed, by_family
from services.gateway.http.pages.afterwards import led_on
from services.gateway.http.pages.exhibitions.planning import (
    NEW,
    ROLES,
    check_works,
    derived_id,
    plan_request,
    questions_document,
    rows_of,
)
from services.gateway.http.pages.lists import After, going_on, whole
from services.gateway.http.pages.refusing import wrong
from services.gateway.http.pages.relations import Relations, purpose_here
from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.visiting import Visiting, page_route
from services.gateway.http.visitors import Visitor
from shared.contracts.documents import document_digest
from shared.contracts.values import Id
from shared.ledger.identifiers import DIGEST_PATTERN
from shared.runtime.access.questions import Standing
from shared.runtime.ballot_words import LANGUAGES
from shared.runtime.problems import Problem, not_found

LISTED = 50
"""Exhibitions on a page."""

EARLIER = 5
"""Questions of earlier exhibitions that are offered again."""

Section = Annotated[Id | None, Query()]
School = Annotated[Id | None, Query()]


@dataclass(frozen=True, slots=True)
class Exhibitions:
    """Reads exhibitions for pages."""

    relations: Relations
    visiting: Visiting

    async def listed(
        self, visitor: Visitor, standing: Standing, school: str | None, after: str | None
    ) -> tuple[list[Mapping[str, Any]], str | None]:
        """A page of those of a school, else of those of her sections and schools, her own and her children's; and where
        the next one goes on. The one planned last first.
        """
        schools = [scope.removeprefix("school/") for scope in standing.administers if scope != "district"]
        learners = [*([visitor.person] if standing.is_learner else []), *standing.speaks_for]
        whose: dict[str, str | list[str]] = {
            "section": list(standing.teaches),
            "school": schools,
            "learner": learners,
        }
        if school is not None:
            whose = {"school": [school]}
        if not any(whose.values()):
            return [], None
        query = {**whose, "limit": str(LISTED), **going_on(after)}
        told = await self.visiting.asking.read(visitor, "/v1/exhibitions", said_in=None, **query)
        return told["items"], told["next"]

    async def due(self, visitor: Visitor, standing: Standing) -> list[str]:
        """Learners of her sections of whom nothing was exhibited in this school year."""
        if not standing.teaches:
            return []
        try:
            told = await self.visiting.asking.read(visitor, "/v1/exhibitions-due", section=list(standing.teaches))
        except Problem as problem:
            if problem.status != 404:  # of sections in which nobody is the API knows nothing
                raise
            return []
        return list(told["learners"])

    async def revealed(
        self, visitor: Visitor, standing: Standing, *, texts: Sequence[str], names: Sequence[str] = ()
    ) -> Revealed:
        """Titles and names, as far as she may read them."""
        asking = self.visiting.asking
        return await asking.revealed(visitor, purpose_here(standing), texts=texts[:1000], names=names[:1000])


def titles_of(exhibitions: Sequence[Mapping[str, Any]]) -> list[str]:
    """References to the titles of exhibitions and of the works that they show."""
    refs = chain.from_iterable((one, *one["works"]) for one in exhibitions)
    return list(dict.fromkeys(one["title_ref"] for one in refs if one.get("title_ref")))


def exhibition_list_pages(exhibitions: Exhibitions) -> APIRouter:
    """`/exhibitions` and `/exhibitions/new`."""
    visiting = exhibitions.visiting
    router = APIRouter(route_class=page_route(visiting), include_in_schema=False)

    @router.get("/exhibitions")
    async def listed(request: Request, school: School = None, after: After = None) -> Response:
        visitor = await visiting.required(request)
        standing = await exhibitions.relations.standing(visitor.person)
        (found, onward), due = await asyncio.gather(
            exhibitions.listed(visitor, standing, school, after), exhibitions.due(visitor, standing)
        )
        revealed = await exhibitions.revealed(visitor, standing, texts=titles_of(found), names=due)
        due.sort(key=lambda one: by_family(revealed.names.get(one)))
        return page(
            "exhibitions/list.html",
            visiting.reader(request, visitor),
            found={state: [one for one in found if one["state"] == state] for state in ("open", "planned", "closed")},
            onward=onward
            and f"?{urlencode({**({} if school is None else {'school': school}), 'after': onward}, safe=':')}",
            by_school=school is None and "district" in standing.administers,
            due=due,
            texts={ref: found_text.text for ref, found_text in revealed.texts.items()},
            names=revealed.names,
            plans=bool(standing.teaches),
        )

    @router.get("/exhibitions/new")
    async def new(request: Request, section: Section = None) -> Response:
        visitor = await visiting.required(request)
        return await _plan_page(exhibitions, request, visitor, {} if section is None else {"section": section})

    @router.post("/exhibitions")
    async def plan(request: Request) -> Response:
        """Plans it; or shows the form again, with a question more where that was asked for."""
        visitor, fields = await visiting.sent(request)
        if "more" in fields:
            return await _plan_page(exhibitions, request, visitor, fields)
        try:
            receipt = await _planned(exhibitions, visitor, fields)
        except Problem as problem:
            if problem.status not in {404, 409, 422}:
                raise
            return await _plan_page(exhibitions, request, visitor, fields, problem)
        return led_on(f"/exhibitions/{fields.get('exhibition') or receipt['id']}", "planned", receipt)

    return router


async def _planned(exhibitions: Exhibitions, visitor: Visitor, fields: Mapping[str, str]) -> Any:
    """Publish the questions, where they are new, and plan it. Raises Problem as the API does.

    Nothing is published before all that this page can know of the plan is right. What the API refuses then is mended in
    a form with the same id: its questions are the same document, and published once.
    """
    asking, zone = exhibitions.visiting.asking, exhibitions.visiting.zone
    section = fields.get("section", "")
    school = (await exhibitions.relations.schools_of([section])).get(section)
    if school is None:
        raise wrong("Choose a class.", field="/section")
    document = _questions(fields) if fields.get("questions") == NEW else None
    questions = fields.get("questions") or None if document is None else document_digest(document)
    request = plan_request(fields, school=school, questions=questions, zone=zone)
    if questions and fullmatch(DIGEST_PATTERN, questions) and not request["works"]:
        check_works(document or await asking.document(visitor, questions), ())
    if document is not None:
        await asking.write(visitor, "PUT", f"/v1/documents/{questions}", document)
    return await asking.write(visitor, "POST", "/v1/exhibitions", request)


def _questions(fields: Mapping[str, str]) -> dict[str, Any]:
    """The questions that were typed, as a document of this form's."""
    language = fields.get("language", "")
    if language not in LANGUAGES:
        raise wrong("Ballots are in one of the languages that are offered.", field="/language")
    id_ = derived_id(fields.get("id", ""), "questions")
    return questions_document(id_, fields.get("title", "").strip(), language, rows_of(fields))


async def _plan_page(
    exhibitions: Exhibitions,
    request: Request,
    visitor: Visitor,
    typed: Mapping[str, str],
    problem: Problem | None = None,
) -> Response:
    """The form, with what was typed; where nobody said for which section, the sections to choose from."""
    visiting, asking = exhibitions.visiting, exhibitions.visiting.asking
    standing = await exhibitions.relations.standing(visitor.person)
    section = typed.get("section") or (standing.teaches[0] if len(standing.teaches) == 1 else None)
    reader = visiting.reader(request, visitor)
    if section is None:
        return await _choose_section(exhibitions, request, visitor, standing)
    if section not in standing.teaches:
        raise not_found("section")
    if not await exhibitions.relations.members(f"section/{section}"):  # of such a class the API knows nothing
        return page("exhibitions/nobody.html", reader, brings="district" in standing.administers)
    works, held, rubrics = await asyncio.gather(
        asking.read(visitor, "/v1/works", section=section),
        asking.read(visitor, "/v1/exhibitions", section=section, limit="20"),
        whole(asking, visitor, "/v1/rubrics", "rubrics"),
    )
    digests = list(dict.fromkeys(one["questions"] for one in held["items"] if "questions" in one))[:EARLIER]
    documents = await asyncio.gather(*(asking.document(visitor, digest) for digest in digests))
    members = list(dict.fromkeys(member for work in works["items"] for member in work["members"]))
    refs = [work["title_ref"] for work in works["items"] if "title_ref" in work]
    revealed = await exhibitions.revealed(visitor, standing, texts=refs, names=members)
    language = reader.language if reader.language in LANGUAGES else "en"
    return page(
        "exhibitions/plan.html",
        reader,
        status=200 if problem is None else problem.status,
        section=section,
        works=works["items"],
        texts={ref: found.text for ref, found in revealed.texts.items()},
        names=revealed.names,
        rubrics=rubrics,
        earlier=list(zip(digests, documents, strict=True)),
        roles=ROLES,
        rows=rows_of(typed),
        language=typed.get("language", language),
        other=next(known for known in LANGUAGES if known != typed.get("language", language)),
        typed=typed,
        problem=problem,
    )


async def _choose_section(exhibitions: Exhibitions, request: Request, visitor: Visitor, standing: Standing) -> Response:
    sections = [(one, await exhibitions.relations.members(f"section/{one}")) for one in standing.teaches]
    members = list(dict.fromkeys(chain.from_iterable(members for _, members in sections)))
    revealed = await exhibitions.revealed(visitor, standing, texts=(), names=members)
    reader = exhibitions.visiting.reader(request, visitor)
    by_name = [
        (one, sorted(some, key=lambda learner: by_family(revealed.names.get(learner)))) for one, some in sections
    ]
    return page("exhibitions/section.html", reader, sections=by_name, names=revealed.names)
