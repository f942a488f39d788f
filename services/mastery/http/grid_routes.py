"""`GET /v1/sections/{section}/grid`: answered again from memory while nothing that it shows has changed."""

import hashlib
import re
from collections import OrderedDict
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Header, Query, Response

from services.mastery.flows.read_grid import CodeAndId, Grid, GridQuestion, OpenGrid, open_grid, read_grid
from services.mastery.flows.whose import Whose, Worklist
from services.mastery.http.documents import PROBLEMS
from services.mastery.http.grid_documents import GridDocument
from services.mastery.ports import District
from shared.contracts.values import Id
from shared.ledger.identifiers import CODE_PATTERN, UUID_PATTERN
from shared.rulebook.as_of import pins_text
from shared.runtime.as_of import AtLeastText, read_at_least
from shared.runtime.disclosing import disclose
from shared.runtime.documents import POSITION_HEADER
from shared.runtime.paging import place_after
from shared.runtime.tokens import Caller, Verifier, person

MOST = 200
FORM = 2
"""Of the answer: another one where it shows the same states otherwise, so that nobody keeps the old one."""

KEPT = 64
"""Answers that are remembered: the classes that teachers have open at the same time."""

_AFTER = re.compile(rf"({CODE_PATTERN}):({UUID_PATTERN})", re.ASCII)


def grid_routes(district: District, verifier: Verifier) -> APIRouter:
    router = APIRouter(tags=["readiness"], responses=PROBLEMS)
    remembered: OrderedDict[str, bytes] = OrderedDict()

    async def answered(question: GridQuestion, opened: OpenGrid, tag: str) -> bytes:
        answer = remembered.get(tag)
        if answer is None:
            answer = remembered[tag] = orjson.dumps(_document(await read_grid(question, opened, district)))
            if len(remembered) > KEPT:
                remembered.popitem(last=False)
        else:
            remembered.move_to_end(tag)
        return answer

    @router.get(
        "/v1/sections/{section}/grid",
        response_model=GridDocument,
        responses={200: {"headers": POSITION_HEADER}, 304: {"description": "As it was: `If-None-Match` has its tag."}},
        summary="Where a section is with everything",
    )
    async def grid(  # noqa: PLR0913, PLR0917 - what may be asked
        section: Id,
        reader: Annotated[Caller, Depends(person(verifier))],
        learner: Annotated[Id | None, Query(description="The row of this learner alone.")] = None,
        within: Annotated[
            Id | None,
            Query(description="All of this framework, or of this competency and its parts; else what is recorded."),
        ] = None,
        also: Annotated[list[Id] | None, Query(description="Competencies to show also unrecorded.")] = None,
        only: Annotated[list[Id] | None, Query(description="These competencies alone.")] = None,
        own: Annotated[
            bool,
            Query(description="Of what is recorded, that of the frameworks of which any is in the section's course."),
        ] = False,
        after: Annotated[str | None, Query(description="`next` of the page before.", max_length=120)] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 40,
        at_least: AtLeastText = None,
        if_none_match: Annotated[str | None, Header()] = None,
    ) -> Response:
        """Learners by competencies, for the section's teachers and administrators: where each is, what she is ready
        for, where evidence is lacking, and what waits for the teacher. States as they are stored. Learners in the order
        of their ids, competencies by code: an order of levels there is not.
        """
        asked = Worklist(reader.id, Whose("section", section), read_at_least(at_least))
        beside, alone = (tuple(sorted(set(ids or ()))) for ids in (also, only))
        question = GridQuestion(asked, learner, within, beside, alone, own, _place(after), limit)
        opened = await open_grid(question, district)
        tag = _tag(question, opened)
        headers = {
            "ETag": tag,
            "Ascertain-Position": pins_text(opened.pins),
            "Cache-Control": "private, no-store",
        }
        if if_none_match == tag:
            return disclose(Response(status_code=304, headers=headers), "grid", opened.learners)
        answer = Response(await answered(question, opened, tag), headers=headers, media_type="application/json")
        return disclose(answer, "grid", opened.learners)

    return router


def _tag(question: GridQuestion, opened: OpenGrid) -> str:
    """Of what the answer depends on: not on the reader, but for whose rows she may see."""
    columns = (question.within, question.also, question.only, opened.course, question.after, question.limit)
    asked = (question.asked.whose.id, question.learner, *columns)
    return f'"{hashlib.sha256(repr((FORM, asked, opened.learners, opened.mark)).encode()).hexdigest()[:32]}"'


def _place(after: str | None) -> CodeAndId | None:
    match = place_after(after, _AFTER)
    return None if match is None else (match[1], match[2])


def _document(grid: Grid) -> dict[str, Any]:
    return {
        "section": grid.section,
        "frameworks": [{"framework": id_, "title": title} for id_, title in grid.frameworks],
        "columns": [
            {"competency": one.id, "code": one.code, "statement": one.statement, "framework": one.framework}
            for one in grid.columns
        ],
        "rows": [
            {
                "learner": row.learner,
                "waiting": [one._asdict() for one in row.waiting],
                "cells": [cell._asdict() for cell in row.cells],
            }
            for row in grid.rows
        ],
        "next": None if grid.next is None else ":".join(grid.next),
        "refolding": grid.refolding,
        "course": grid.course,
    }
