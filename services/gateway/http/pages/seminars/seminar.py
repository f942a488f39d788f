"""Counting a seminar: as it goes, by taps that need no network, or afterwards, in a table.

The page on which one taps is the same for everybody and tells of nobody, so that a browser may keep it (`live`); what
is tapped lies in the browser until it is sent. Where no script runs, the table records what was counted on paper.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Annotated, Any
from uuid import UUID, uuid5

import orjson
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.domain.disclosures import RevealedName
from services.gateway.http.pages.afterwards import Seen, at_least
from services.gateway.http.pages.exhibitions.planning import moment_of
from services.gateway.http.pages.refusing import wrong
from services.gateway.http.pages.relations import Relations
from services.gateway.http.pages.rendering import HTMX, STATIC, page, static_address
from services.gateway.http.pages.seminars.moves import moves_document
from services.gateway.http.pages.typed import no_form
from services.gateway.http.pages.visiting import Visiting, page_route
from services.gateway.http.visitors import Visitor
from shared.contracts.documents import document_digest
from shared.contracts.values import Digest, Id
from shared.runtime.clock import Clock
from shared.runtime.problems import Problem, not_found

LIVE, WORKER = "/seminars/live", "/seminar-worker.js"
SCRIPT = "seminar.js"
KEPT = ("ascertain.css", "seminar.css", *HTMX, SCRIPT)
"""What a browser keeps for the time without a network, beside the page itself."""

WORKER_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; connect-src 'self'",
    "Cache-Control": "no-cache",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""On the worker, which has a policy of its own: it may ask this address, and run nothing else."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A learner in the table and on the map: her whole name, and one that is as short as it can be."""

    learner: str
    name: str
    short: str


@dataclass(frozen=True, slots=True)
class Seminars:
    """Makes the pages of seminars."""

    relations: Relations
    visiting: Visiting
    clock: Clock

    async def seats(self, visitor: Visitor, section: str) -> tuple[list[Seat], str | None]:
        """Who sits in a section, by name; and what it is called. Raises 404 where the visitor does not teach it now."""
        if section not in (await self.relations.standing(visitor.person)).teaches:
            raise not_found("class of yours")
        members = await self.relations.members(f"section/{section}")
        named = (await self.visiting.asking.revealed(visitor, "teaching", names=[*members, section])).names
        return seats(members, named), named[section].given if section in named else None

    async def shown(  # noqa: PLR0913 - what is shown again after a refusal
        self,
        request: Request,
        visitor: Visitor,
        section: str,
        digest: str | None,
        *,
        done: str | None = None,
        seen: str | None = None,
        problem: Problem | None = None,
        typed: Mapping[str, str] | None = None,
    ) -> Response:
        """The page on which a seminar is begun, or written down afterwards."""
        reader = self.visiting.reader(request, visitor)
        (sat, title), lists = await asyncio.gather(
            self.seats(visitor, section),
            self.visiting.asking.read(visitor, "/v1/moves", said_in=reader.language, **at_least(seen)),
        )
        chosen = next((one for one in lists["moves"] if one["digest"] == digest), None)
        return page(
            "seminar/new.html",
            reader,
            status=200 if problem is None else problem.status,
            scripts=(SCRIPT,),
            section=section,
            title=title,
            seats=sat,
            lists=lists["moves"],
            moves=chosen or (lists["moves"][0] if lists["moves"] else None),
            now=datetime.fromtimestamp(self.clock() / 1000, UTC)
            .astimezone(self.visiting.zone)
            .strftime("%Y-%m-%dT%H:%M"),
            done=done,
            problem=problem,
            typed=typed or {},
        )


def seminar_pages(seminars: Seminars) -> APIRouter:
    """`/seminars/new`, `/seminars/moves`, `/seminars/live` and `/seminar-worker.js`."""
    visiting = seminars.visiting
    router = APIRouter(route_class=page_route(visiting), include_in_schema=False)

    router.include_router(_kept_pages(visiting))

    @router.get("/seminars/new")
    async def new(
        request: Request,
        section: Annotated[Id | None, Query()] = None,
        moves: Annotated[Digest | None, Query()] = None,
        done: Annotated[str | None, Query(max_length=40)] = None,
        seen: Seen = None,
    ) -> Response:
        visitor = await visiting.required(request)
        if section is not None:
            return await seminars.shown(request, visitor, section, moves, done=done, seen=seen)
        teaches = (await seminars.relations.standing(visitor.person)).teaches
        sections = [(one, len(await seminars.relations.members(f"section/{one}"))) for one in teaches]
        named = (await visiting.asking.revealed(visitor, "teaching", names=teaches)).names
        return page("seminar/sections.html", visiting.reader(request, visitor), sections=sections, names=named)

    @router.post("/seminars/moves")
    async def publish(request: Request) -> Response:
        """A list of moves of the teacher's own, for everybody who teaches here."""
        visitor, fields = await visiting.sent(request)
        language = visiting.reader(request).language
        section, id_ = fields.get("section", ""), fields.get("id", "")
        document = moves_document(id_, fields.get("title", ""), language, fields.get("lines", ""))
        digest = document_digest(document)
        try:
            receipt = await visiting.asking.write(visitor, "PUT", f"/v1/documents/{digest}", document)
        except Problem as problem:
            if problem.status not in {409, 422}:
                raise
            return await seminars.shown(request, visitor, section, None, problem=problem, typed=fields)
        seen = "{ledger}:{shard}:{position}".format_map(receipt["position"])
        return RedirectResponse(f"/seminars/new?section={section}&moves={digest}&done=listed&seen={seen}", 303)

    @router.post("/seminars/new")
    async def record(request: Request) -> Response:
        visitor, fields = await visiting.sent(request)
        section, digest = fields.get("section", ""), fields.get("moves_by", "")
        learners = [seat.learner for seat in (await seminars.seats(visitor, section))[0]]
        try:
            course = (await seminars.relations.courses_of([section])).get(section)
            body = seminar_asked(fields, learners, visiting.zone) | ({} if course is None else {"course": course})
            await visiting.asking.write(visitor, "POST", "/v1/seminars", body)
        except Problem as problem:
            if problem.status not in {409, 422}:
                raise
            return await seminars.shown(request, visitor, section, digest, problem=problem, typed=fields)
        return RedirectResponse(f"/seminars/new?section={section}&done=recorded", 303)

    return router


def _kept_pages(visiting: Visiting) -> APIRouter:
    """What a browser keeps, and what keeps it."""
    router = APIRouter(route_class=page_route(visiting), include_in_schema=False)

    @router.get(LIVE)
    async def live(request: Request) -> Response:
        """The same for everybody, whoever is signed in: it is kept by the browser."""
        return page("seminar/live.html", visiting.reader(request), scripts=(SCRIPT,))

    @router.get(WORKER)
    async def worker() -> Response:
        return Response(worker_script(), media_type="text/javascript", headers=WORKER_HEADERS)

    return router


def worker_script() -> bytes:
    """The worker, told what it keeps. With any of that it is another one, and browsers take it anew."""
    kept = orjson.dumps([static_address(name) for name in KEPT])
    return b"const KEPT = " + kept + b";\n" + (STATIC / "seminar-worker.js").read_bytes()


def seats(learners: Sequence[str], names: Mapping[str, RevealedName]) -> list[Seat]:
    """Learners by name. A short name is the first one, with as much of the other as tells two apart."""
    known = sorted(learners, key=lambda one: _order(names.get(one)))
    forms = [_forms(names.get(learner)) for learner in known]
    found = []
    for learner, mine in zip(known, forms, strict=True):
        alone = (form for at, form in enumerate(mine) if Counter(others[at] for others in forms)[form] == 1)
        found.append(Seat(learner, mine[-1], next(alone, mine[-1])))
    return found


def seminar_asked(fields: Mapping[str, str], learners: Sequence[str], zone: tzinfo) -> dict[str, Any]:
    """What the API is asked for by the table: an observation of each who spoke, was noted, or is said to have listened.

    The form's id gives each observation hers, so that sent twice it counts once. Raises `refusing.wrong`.
    """
    try:
        seminar = UUID(fields.get("id", ""))
    except ValueError as error:
        raise no_form() from error
    at = moment_of(fields.get("at", ""), zone)
    if at is None:
        raise wrong("Say when the seminar was.", field="/occurred_at")
    observations = []
    for learner in learners:
        moves = _counted(fields, f"count/{learner}/")
        note = fields.get(f"note/{learner}", "").strip()
        if moves or note or f"here/{learner}" in fields:
            observation = {"id": str(uuid5(seminar, learner)), "learner": learner, "moves": moves}
            observations.append(observation | ({"note": note} if note else {}))
    if not observations:
        raise wrong("Nobody was counted.", field="/observations")
    return {
        "seminar": str(seminar),
        "moves_by": fields.get("moves_by", ""),
        "purpose": fields.get("purpose", ""),
        "occurred_at": at,
        "observations": observations,
    }


def _counted(fields: Mapping[str, str], prefix: str) -> list[dict[str, Any]]:
    moves = []
    for name, text in fields.items():
        if name.startswith(prefix) and text.strip(" 0"):
            if not (text.strip().isascii() and text.strip().isdecimal() and len(text.strip()) <= 4):
                raise wrong("A count is a whole number.", field="/observations")
            moves.append({"move": name.removeprefix(prefix), "count": int(text)})
    return moves


def _order(name: RevealedName | None) -> tuple[str, str]:
    return ("\uffff", "") if name is None else (name.given.casefold(), name.family.casefold())


def _forms(name: RevealedName | None) -> tuple[str, str, str]:
    """A name from its shortest form to the whole."""
    if name is None:
        return ("?", "?", "?")
    return (name.given, f"{name.given} {name.family[:1]}.", f"{name.given} {name.family}")
