"""A work: its drafts beside each other, what was said of each, files, another draft, and how its makers see it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID, uuid5

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from services.gateway.domain.disclosures import Revealed
from services.gateway.http.pages.afterwards import Done, Seen, at_least, led_on
from services.gateway.http.pages.relations import Relations, purpose_for
from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.typed import id_of, version_of
from services.gateway.http.pages.uploads import FormWithFile
from services.gateway.http.pages.visiting import Visiting, page_route
from services.gateway.http.pages.works.drafting import compared, draft_shown, pair
from services.gateway.http.visitors import Visitor
from shared.contracts.values import Id
from shared.ledger.instants import instant_text
from shared.runtime.clock import Clock
from shared.runtime.problems import Problem

Work = Annotated[Id, Path()]


class Asked(BaseModel):
    """What may stand in a work's address: which two drafts are looked at, and what was just done."""

    left: int | None = Field(None, ge=1, le=10_000)
    right: int | None = Field(None, ge=1, le=10_000)
    done: Done = None
    seen: Seen = None
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Works:
    """Reads works, and makes their pages."""

    relations: Relations
    visiting: Visiting
    clock: Clock

    async def read(self, visitor: Visitor, work: str, seen: str | None) -> tuple[Any, Revealed]:
        """A work with its texts and names, as far as they may be read. Raises Problem as the API does."""
        asking = self.visiting.asking
        told = await asking.read(visitor, f"/v1/works/{work}", **at_least(seen))
        purpose = await purpose_for(visitor, told["members"], self.relations)
        people = dict.fromkeys(
            [*told["members"], told["by"]]
            + [one["by"] for draft in told["versions"] for one in (draft, *draft["feedback"])]
            + [piece["by"] for piece in told["pieces"]]
        )
        return told, await asking.revealed(visitor, purpose, texts=_refs(told)[:1000], names=list(people)[:1000])

    async def shown(  # noqa: PLR0913 - what a page may have to say beside the work
        self,
        request: Request,
        visitor: Visitor,
        work: str,
        *,
        numbers: tuple[int | None, int | None] = (None, None),
        done: str | None = None,
        seen: str | None = None,
        problem: Problem | None = None,
        at: str = "",
        typed: Mapping[str, str] | None = None,
    ) -> Response:
        """The work's page; after a refusal with that, at the form called `at`, and what was typed in it."""
        told, revealed = await self.read(visitor, work, seen)
        texts = {ref: found.text for ref, found in revealed.texts.items()}
        standing = await self.relations.standing(visitor.person)
        mine = visitor.person in told["members"]
        drafts = [draft_shown(draft, texts) for draft in pair(told["versions"], numbers)]
        return page(
            "portfolio/work.html",
            self.visiting.reader(request, visitor),
            status=200 if problem is None else problem.status,
            work=told,
            mine=mine,
            teaches=bool(standing.teaches) and not mine,
            names=revealed.names,
            texts=texts,
            drafts=await asyncio.to_thread(compared, drafts),
            pieces=[piece for piece in told["pieces"] if "withdrawn" not in piece],
            now=instant_text(self.clock()),
            done=done,
            problem=problem,
            at=at,
            typed=typed or {},
        )


def work_pages(works: Works) -> APIRouter:
    """`/works/{work}`, and what is done there."""
    visiting = works.visiting
    router = APIRouter(route_class=page_route(visiting), include_in_schema=False)

    @router.post("/works")
    async def start(request: Request) -> Response:
        """A work of one's own; one with others, or for a task, is started by a teacher or a program."""
        visitor, fields = await visiting.sent(request)
        body: dict[str, Any] = {"id": fields.get("id", ""), "members": [visitor.person]}
        title = fields.get("title", "").strip()
        receipt = await visiting.asking.write(visitor, "POST", "/v1/works", {**body, "title": title} if title else body)
        return led_on(f"/works/{receipt['id']}", "started", receipt)

    @router.get("/works/{work}")
    async def work_page(work: Work, request: Request, asked: Annotated[Asked, Query()]) -> Response:
        visitor = await visiting.required(request)
        numbers = (asked.left, asked.right)
        return await works.shown(request, visitor, work, numbers=numbers, done=asked.done, seen=asked.seen)

    @router.post("/works/{work}/versions")
    async def add(work: Work, request: Request) -> Response:
        visitor = await visiting.required(request)
        form = await FormWithFile.opened(request)
        await visiting.visitors.check_sent(request.scope, form.fields.pop("csrf_token", None))
        try:
            await _handed_in(visiting, visitor, work, form)
            path = f"/v1/works/{work}/versions"
            receipt = await visiting.asking.write(visitor, "POST", path, version_asked(form.fields))
        except Problem as problem:
            await form.rest()
            return await _again(works, request, visitor, problem, ("version", form.fields))
        return led_on(f"/works/{work}", "added", receipt)

    @router.post("/works/{work}/reflections")
    async def reflect(work: Work, request: Request) -> Response:
        visitor, fields = await visiting.sent(request)
        item = {
            "id": fields.get("id", ""),
            "type": "ReflectionRecorded",
            "occurred_at": fields.get("at", "") or instant_text(works.clock()),
            "body": {"learner": visitor.person, "work": work},
            "texts": {"text": fields.get("text", "").strip()},
        }
        try:
            receipt = await visiting.asking.write(visitor, "POST", "/v1/evidence", item)
        except Problem as problem:
            return await _again(works, request, visitor, problem, ("reflection", fields))
        return led_on(f"/works/{work}", "reflected", receipt)

    @router.post("/works/{work}/feedback")
    async def say(work: Work, request: Request) -> Response:
        visitor, fields = await visiting.sent(request)
        body = {"id": fields.get("id", ""), "text": fields.get("text", "").strip()}
        try:
            path = f"/v1/works/{work}/versions/{id_of(fields.get('version', ''))}/feedback"
            receipt = await visiting.asking.write(visitor, "POST", path, body)
        except Problem as problem:
            return await _again(works, request, visitor, problem, ("feedback", fields))
        return led_on(f"/works/{work}", "said", receipt)

    @router.post("/works/{work}/feedback/{feedback}/read")
    async def have_read(work: Work, feedback: Annotated[Id, Path()], request: Request) -> Response:
        visitor, fields = await visiting.sent(request)
        body = {"id": fields.get("id", "")}
        receipt = await visiting.asking.write(visitor, "POST", f"/v1/feedback/{feedback}/read", body)
        return led_on(f"/works/{work}", "read", receipt)

    return router


def version_asked(fields: Mapping[str, str]) -> dict[str, Any]:
    """What the API is asked for by what was typed of a draft, and by the file that came with it."""
    parts: list[dict[str, str]] = []
    if text := fields.get("text", "").strip():
        parts.append({"kind": "text", "content": text})
    if link := fields.get("link", "").strip():
        parts.append({"kind": "link", "content": link})
    if "file" in fields:
        parts.append({"kind": "file", "file": fields["file"], "name": fields.get("file_name", "")})
    note = fields.get("note", "").strip()
    return {
        "id": fields.get("id", ""),
        "expected_version": version_of(fields),
        "artefacts": parts,
        **({"note": note} if note else {}),
    }


async def _handed_in(visiting: Visiting, visitor: Visitor, work: str, form: FormWithFile) -> None:
    """Pass the form's file on, if it has one. Its id and name stand among the fields from then on."""
    if form.upload is None:
        return
    key = str(uuid5(UUID(id_of(form.fields.get("id", ""))), form.upload.name))
    kept = await visiting.asking.hand_in(
        visitor, f"/v1/works/{work}/files", form.upload.parts(), media_type=form.upload.media_type, key=key
    )
    form.fields |= {"file": kept["file"], "file_name": form.upload.name}


async def _again(
    works: Works, request: Request, visitor: Visitor, problem: Problem, form: tuple[str, Mapping[str, str]]
) -> Response:
    """The same page with what is wrong, at the form of this name, and what was typed in it."""
    if problem.status not in {409, 413, 422}:
        raise problem
    work, (at, typed) = request.path_params["work"], form
    return await works.shown(request, visitor, work, problem=problem, at=at, typed=typed)


def _refs(told: Mapping[str, Any]) -> list[str]:
    """References to every text of a work."""
    return [
        *([told["title_ref"]] if "title_ref" in told else []),
        *(part["content_ref"] for draft in told["versions"] for part in draft["artefacts"]),
        *(draft["note_ref"] for draft in told["versions"] if "note_ref" in draft),
        *(said["text_ref"] for draft in told["versions"] for said in draft["feedback"]),
        *(
            piece[name]
            for piece in told["pieces"]
            for name in ("feedback_ref", "note_ref", "text_ref")
            if name in piece
        ),
    ]
