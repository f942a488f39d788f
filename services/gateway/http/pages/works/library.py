"""Tasks and rubrics that teachers share: what there is, in which versions, what uses it, and writing another."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from services.gateway.http.pages.afterwards import Done, Seen, at_least, led_on
from services.gateway.http.pages.exhibitions.planning import derived_id
from services.gateway.http.pages.lists import After, going_on, whole
from services.gateway.http.pages.refusing import wrong
from services.gateway.http.pages.relations import Relations
from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.visiting import Visiting, page_route
from services.gateway.http.pages.works.authoring import (
    CriterionRow,
    criteria_rows,
    fields_of_task,
    other_of,
    rows_of_rubric,
    rubric_document,
    task_document,
)
from services.gateway.http.visitors import Visitor
from shared.contracts.documents import document_digest
from shared.contracts.values import Digest
from shared.runtime.ballot_words import LANGUAGES
from shared.runtime.problems import Problem, not_found

LISTED = "50"
"""Tasks, and rubrics, on a page."""

Of = Annotated[Digest | None, Query()]
"""The version that a new one is written from."""


@dataclass(frozen=True, slots=True)
class Library:
    """What the pages of the library need."""

    visiting: Visiting
    relations: Relations


def library_pages(library: Library) -> APIRouter:  # noqa: C901 - a route each
    """`/tasks` and `/rubrics`: the shelves, and writing a new version."""
    visiting = library.visiting
    router = APIRouter(route_class=page_route(visiting), include_in_schema=False)

    @router.get("/tasks")
    async def shelves(
        request: Request, done: Done = None, seen: Seen = None, tasks: After = None, rubrics: After = None
    ) -> Response:
        """The latest version of each; the API says so only to whoever has a role here."""
        visitor = await visiting.required(request)
        reader = visiting.reader(request, visitor)
        told = await asyncio.gather(
            visiting.asking.read(visitor, "/v1/tasks", limit=LISTED, **going_on(tasks), **at_least(seen)),
            visiting.asking.read(visitor, "/v1/rubrics", limit=LISTED, **going_on(rubrics), **at_least(seen)),
        )
        return page(
            "scoring/library.html",
            reader,
            tasks=told[0]["tasks"],
            rubrics=told[1]["rubrics"],
            rubric_titles={rubric["digest"]: rubric["title"] for rubric in told[1]["rubrics"]},
            more_tasks=told[0]["next"] and _query(tasks=told[0]["next"], rubrics=rubrics),
            more_rubrics=told[1]["next"] and _query(tasks=tasks, rubrics=told[1]["next"]),
            done=done,
        )

    @router.get("/rubrics/new")
    async def new_rubric(request: Request, of: Of = None) -> Response:
        visitor = await visiting.required(request)
        return await _rubric_page(library, request, visitor, await _from_rubric(library, visitor, of))

    @router.post("/rubrics")
    async def publish_rubric(request: Request) -> Response:
        """Publishes it; or shows the form again, with a criterion more where that was asked for."""
        visitor, fields = await visiting.sent(request)
        form = RubricForm(fields, criteria_rows(fields))
        if "more" in fields:
            return await _rubric_page(library, request, visitor, form)
        try:
            id_ = fields.get("document") or derived_id(fields.get("id", ""), "rubric")
            title = fields.get("title", "").strip()
            other_title = fields.get("other_title", "").strip()
            document = rubric_document(id_, title, _language(fields), form.rows, other_title)
            receipt = await _published(library, visitor, document)
        except Problem as problem:
            if problem.status != 422:
                raise
            return await _rubric_page(library, request, visitor, form, problem)
        return led_on("/tasks", "rubric", receipt)

    @router.get("/tasks/new")
    async def new_task(request: Request, of: Of = None) -> Response:
        visitor = await visiting.required(request)
        return await _task_page(library, request, visitor, await _from_task(library, visitor, of))

    @router.post("/tasks")
    async def publish_task(request: Request) -> Response:
        visitor, fields = await visiting.sent(request)
        try:
            _language(fields)
            id_ = fields.get("document") or derived_id(fields.get("id", ""), "task")
            receipt = await _published(library, visitor, task_document(id_, fields))
        except Problem as problem:
            if problem.status != 422:
                raise
            return await _task_page(library, request, visitor, fields, problem)
        return led_on("/tasks", "task", receipt)

    return router


def _query(**places: str | int | None) -> str:
    """The end of the address on which either list goes on there."""
    return "?" + urlencode({name: place for name, place in places.items() if place is not None})


@dataclass(frozen=True, slots=True)
class RubricForm:
    """What was typed of a rubric, and its criteria."""

    typed: Mapping[str, str]
    rows: list[CriterionRow]


async def _from_rubric(library: Library, visitor: Visitor, of: str | None) -> RubricForm:
    """An empty form, or that of a version there is. Raises 404, and `refusing.wrong` where no form has room for it."""
    if of is None:
        return RubricForm({}, criteria_rows({}))
    rubric = await _version(library, visitor, of, "rubric")
    language = rubric.get("language", "en")
    other = other_of(language)
    try:
        rows = rows_of_rubric(rubric, other)
    except ValueError:
        raise no_room() from None
    other_title = rubric.get("translations", {}).get(other, {}).get("title", "")
    typed = {"title": rubric["title"], "other_title": other_title, "language": language, "document": rubric["id"]}
    return RubricForm(typed, rows)


async def _from_task(library: Library, visitor: Visitor, of: str | None) -> Mapping[str, str]:
    """The same of a task."""
    if of is None:
        return {}
    task = await _version(library, visitor, of, "task")
    try:
        return {**fields_of_task(task), "document": task["id"]}
    except ValueError:
        raise no_room() from None


async def _version(library: Library, visitor: Visitor, digest: str, kind: str) -> Mapping[str, Any]:
    """A document of this kind. Raises 404 where there is none, or it is of another one."""
    document: Mapping[str, Any] = await library.visiting.asking.document(visitor, digest)
    if not str(document.get("format", "")).startswith(f"ascertain.{kind}@"):
        raise not_found(kind)
    return document


def no_room() -> Problem:
    """What is answered where the next version, written by a form, would be without something of this one."""
    return wrong("This has more in it than the form has room for: write its next version as a document.")


async def _rubric_page(
    library: Library, request: Request, visitor: Visitor, form: RubricForm, problem: Problem | None = None
) -> Response:
    more = {"rows": form.rows}
    return await _form("scoring/rubric.html", library, request, visitor, form.typed, problem, more)


async def _task_page(
    library: Library, request: Request, visitor: Visitor, typed: Mapping[str, str], problem: Problem | None = None
) -> Response:
    more = {"rubrics": await whole(library.visiting.asking, visitor, "/v1/rubrics", "rubrics")}
    return await _form("scoring/task.html", library, request, visitor, typed, problem, more)


async def _form(  # noqa: PLR0913, PLR0917 - what either form shows
    template: str,
    library: Library,
    request: Request,
    visitor: Visitor,
    typed: Mapping[str, str],
    problem: Problem | None,
    more: Mapping[str, Any],
) -> Response:
    frameworks = await library.visiting.asking.read(visitor, "/v1/frameworks")
    reader = library.visiting.reader(request, visitor)
    language = typed.get("language") or (reader.language if reader.language in LANGUAGES else "en")
    return page(
        template,
        reader,
        status=200 if problem is None else problem.status,
        frameworks=frameworks["frameworks"],
        language=language,
        other=other_of(language),
        typed=typed,
        problem=problem,
        **more,
    )


async def _published(library: Library, visitor: Visitor, document: Any) -> Any:
    path = f"/v1/documents/{document_digest(document)}"
    return await library.visiting.asking.write(visitor, "PUT", path, document)


def _language(fields: Mapping[str, str]) -> str:
    language = fields.get("language", "")
    if language not in LANGUAGES:
        raise wrong("It is written in one of the languages that are offered.", field="/language")
    return language
