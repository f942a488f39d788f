"""`GET /v1/learners/{learner}/transcript` and `GET /v1/transcripts/{code}`."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response

from services.mastery.domain.grades import Grade, level_name
from services.mastery.domain.transcripts import Line
from services.mastery.flows.read_transcript import Transcript, check_transcript, read_transcript
from services.mastery.flows.reading import Question
from services.mastery.http.answers import as_of_document
from services.mastery.http.asked import asked_of_learner
from services.mastery.http.documents import PROBLEMS
from services.mastery.http.transcript_documents import StandingDocument, TranscriptDocument
from services.mastery.ports import District
from shared.ledger.instants import instant_text
from shared.runtime.answering import json_answer, private_answer
from shared.runtime.definitions.view import PlacedCompetency
from shared.runtime.documents import POSITION_HEADER
from shared.runtime.tokens import Verifier

CODE = (
    "What stands on the transcript: letters and digits, in capitals or not, with hyphens or without. No spaces: paths "
    "here have none."
)


def transcript_routes(district: District, verifier: Verifier) -> APIRouter:
    router = APIRouter(tags=["transcripts"])
    asked = asked_of_learner(district, verifier)

    @router.get(
        "/v1/learners/{learner}/transcript",
        response_model=TranscriptDocument,
        responses={**PROBLEMS, 200: {"headers": POSITION_HEADER}},
        summary="A learner's transcript",
    )
    async def transcript(question: Annotated[Question, Depends(asked)]) -> Response:
        """Every level with its evidence and date, to be read in two minutes, with a code by which it is confirmed."""
        read = await read_transcript(question, district)
        return private_answer(_document(read), read.horizon.pins)

    @router.get("/v1/transcripts/{code}", response_model=StandingDocument, summary="Confirm a transcript")
    async def standing(
        code: Annotated[str, Path(max_length=100, description=CODE)],
    ) -> Response:
        """Whether a transcript with this code stands. For everyone; nothing else is told."""
        return json_answer({"standing": await check_transcript(code, district)}, {"Cache-Control": "no-store"})

    return router


def _document(read: Transcript) -> dict[str, Any]:
    chosen = frozenset(read.lines)
    sections = [
        {
            "framework": framework.id,
            "title": framework.title,
            "areas": [
                {
                    **({} if area is None else {"title": area}),
                    "competencies": [_line(read.lines[one.id], one.code, one.statement) for one in listed],
                }
                for area, listed in framework.areas(chosen)
            ],
        }
        for framework in read.outline.frameworks
    ]
    unnamed = sorted(chosen - read.outline.ids, key=lambda id_: (id_ not in read.named, _code(read.named, id_), id_))
    if unnamed:
        lines = [_line(read.lines[id_], *_names(read.named, id_)) for id_ in unnamed]
        sections.append({"areas": [{"competencies": lines}]})
    return {
        "learner": read.learner,
        "as_of": as_of_document(read.horizon),
        "under_review": read.horizon.under_review,
        "code": read.code,
        "frameworks": [section for section in sections if section["areas"]],
        "grades": [_grade(grade, read) for grade in read.grades],
    }


def _line(line: Line, code: str | None, statement: str | None) -> dict[str, Any]:
    latest = line.latest
    return {
        "competency": line.state.competency,
        **({} if code is None else {"code": code, "statement": statement}),
        "level": line.level,
        "status": line.state.status.value,
        **({} if line.at is None else {"at": instant_text(line.at)}),
        "judged": line.judged,
        "under_review": line.asked,
        "kinds": line.kinds,
        **(
            {}
            if latest is None
            else {
                "latest": {
                    "event": latest.event,
                    "kind": latest.kind,
                    "occurred_at": instant_text(latest.occurred_at),
                    **({} if latest.work is None else {"work": latest.work}),
                    **({} if latest.task is None else {"task": latest.task}),
                }
            }
        ),
        "state": line.state.digest,
    }


def _grade(grade: Grade, read: Transcript) -> dict[str, Any]:
    return {
        "grade": grade.id,
        "course": grade.course,
        "period": grade.period,
        "at": instant_text(grade.set_by.recorded_at),
        "under_review": grade.id in read.asked,
        "levels": [
            {
                "competency": level.competency,
                **({"code": read.named[level.competency].code} if level.competency in read.named else {}),
                "level": level_name(level, read.definitions),
            }
            for level in grade.set_by.levels
        ],
    }


def _code(named: Any, competency: str) -> str:
    return named[competency].code if competency in named else ""


def _names(named: Any, competency: str) -> tuple[str | None, str | None]:
    found: PlacedCompetency | None = named.get(competency)
    return (None, None) if found is None else (found.code, found.statement)
