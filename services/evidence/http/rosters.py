"""Rosters, and the pseudonymous ids of what they name."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import Field, WithJsonSchema

from services.evidence.domain.errors import NotFound
from services.evidence.domain.roster_rows import (
    MAX_ROWS,
    AcademicSessionRow,
    ClassRow,
    CourseRow,
    EnrollmentRow,
    File,
    OrgRow,
    RefusedRow,
    Row,
    UserRow,
    read_rows,
)
from services.evidence.flows.import_roster import Imported, import_roster
from services.evidence.http.answers import json_response, problem_of
from services.evidence.http.documents import PROBLEMS, IdsDocument, IdsRequest, ImportedDocument
from services.evidence.http.strict import IdempotencyKey, StrictRoute, checked_key
from services.evidence.ports import District
from shared.contracts.values import Contract
from shared.ledger.identifiers import roster_id
from shared.runtime.problems import too_large
from shared.runtime.tokens import Caller, Verifier, person


def _file(row: type[Row]) -> Any:
    """A list of rows, each checked by itself later, shown in the documentation as what they should be."""
    schema = row.model_json_schema(by_alias=True)
    return Annotated[list[Any], Field(default=[]), WithJsonSchema({"type": "array", "items": schema})]


class RosterRequest(Contract):
    """Rows of OneRoster 1.2's files, or any part of them: the columns listed, as the strings that stand there."""

    orgs: _file(OrgRow)  # type: ignore[valid-type]
    academicSessions: _file(AcademicSessionRow)  # type: ignore[valid-type]  # noqa: N815 - OneRoster's name
    courses: _file(CourseRow)  # type: ignore[valid-type]
    classes: _file(ClassRow)  # type: ignore[valid-type]
    users: _file(UserRow)  # type: ignore[valid-type]
    enrollments: _file(EnrollmentRow)  # type: ignore[valid-type]


def roster_routes(district: District, verifier: Verifier) -> APIRouter:
    """`POST /v1/rosters` and `POST /v1/rosters/ids`."""
    router = APIRouter(tags=["rosters"], route_class=StrictRoute, responses=PROBLEMS)
    caller = Depends(person(verifier))

    @router.post("/v1/rosters", response_model=ImportedDocument, summary="Import a roster")
    async def import_(
        request: RosterRequest, actor: Annotated[Caller, caller], idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Import rows of a roster. Only what differs from what is known is recorded; sent twice, nothing is added.

        A row that is refused leaves the others be. Names go into the vault, and into nothing else: what else tells who
        somebody is has no column here, and a row that brings it is refused.
        For administrators of the district.
        """
        checked_key(idempotency_key)
        files: dict[File, list[object]] = {
            "orgs": request.orgs,
            "academicSessions": request.academicSessions,
            "courses": request.courses,
            "classes": request.classes,
            "users": request.users,
            "enrollments": request.enrollments,
        }
        if sum(len(rows) for rows in files.values()) > MAX_ROWS:
            raise too_large(f"A request may bring at most {MAX_ROWS} rows; send the roster in parts.")
        rows = await asyncio.to_thread(read_rows, files)
        return json_response(_document(await import_roster(rows, actor.id, district)))

    @router.post("/v1/rosters/ids", response_model=IdsDocument, summary="Pseudonymous ids")
    async def ids(request: IdsRequest, reader: Annotated[Caller, caller]) -> Response:
        """The ids that a roster's sourced ids become here. For administrators of the district."""
        if not await district.rights.is_administrator(reader.id, "district"):
            raise NotFound("roster")
        found = {name: roster_id(district.roster_key, request.kind, name) for name in request.sourced_ids}
        return json_response({"ids": found})

    return router


def _document(imported: Imported) -> dict[str, Any]:
    return {
        "appended": imported.appended,
        "unchanged": imported.unchanged,
        "refused": [_refused(row) for row in imported.refused],
        "positions": [
            {"ledger": shard.ledger, "shard": shard.number, "position": position}
            for shard, position in sorted(imported.positions.items())
        ],
    }


def _refused(row: RefusedRow) -> dict[str, Any]:
    document = {**problem_of(row.refusal).document(), "file": row.file, "index": row.index}
    return document if row.sourced_id is None else {**document, "sourcedId": row.sourced_id}
