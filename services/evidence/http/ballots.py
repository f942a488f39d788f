"""The doors of ballots, for the gateway alone, which serves them to everybody. A token stands in no address here."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from services.evidence.flows.cast_vote import Counted, Shown, cast_vote, show_ballot
from services.evidence.flows.exhibition_titles import Titles
from services.evidence.http.answers import json_response, receipt_document
from services.evidence.http.exhibition_documents import ShowRequest, VoteRequest
from services.evidence.http.gateway_alone import gateway_alone, read_body
from services.evidence.ports import District
from shared.contracts.tasks import ChoiceQuestion, Question, Questions
from shared.runtime.tokens import Caller, Verifier


def ballot_routes(district: District, verifier: Verifier) -> APIRouter:
    """`POST /ballots/show` and `POST /ballots/vote`. For everyone else than the gateway they are not there."""
    router = APIRouter(include_in_schema=False)
    calling, titles = Depends(gateway_alone(verifier)), Titles(district)

    @router.post("/ballots/show", dependencies=[calling])
    async def show(request: Request) -> Response:
        """What a ballot asks."""
        asked = await read_body(request, ShowRequest)
        return json_response(_ballot(await show_ballot(asked.token, district, titles)))

    @router.post("/ballots/vote")
    async def vote(request: Request, caller: Annotated[Caller, calling]) -> Response:
        """Count a ballot's vote, once."""
        brought = await read_body(request, VoteRequest)
        counted = await cast_vote(brought.token, brought.answers, caller.id, district)
        return json_response(_vote(counted), status=200 if counted.was_counted else 201)

    return router


def _vote(counted: Counted) -> dict[str, Any]:
    outcome = "already counted" if counted.was_counted else "counted"
    return {"outcome": outcome, "receipt": receipt_document(counted.receipt)}


def _ballot(shown: Shown) -> dict[str, Any]:
    questions = shown.questions
    return {
        "exhibition": shown.exhibition,
        "state": shown.standing,
        **({} if shown.title is None else {"exhibition_title": shown.title}),
        "language": questions.language,
        "title": {questions.language: questions.title}
        | {language: words.title for language, words in questions.translations.items()},
        "questions": [_question(question, questions) for question in questions.questions],
        "works": [{"work": work, "number": n} for n, work in enumerate(shown.works, start=1)],
    }


def _question(question: Question, questions: Questions) -> dict[str, Any]:
    translated = {
        language: words.questions[question.code]
        for language, words in questions.translations.items()
        if question.code in words.questions
    }
    options = (
        [(option.code, option.title) for option in question.options]
        if isinstance(question, ChoiceQuestion)
        else [(value.value, value.title) for value in question.scale]
    )
    return {
        "question": question.code,
        "kind": question.kind,
        "title": {questions.language: question.title}
        | {language: words.title for language, words in translated.items()},
        "options": [
            {
                "option": code,
                "title": {questions.language: title}
                | {language: words.options[code] for language, words in translated.items() if code in words.options},
            }
            for code, title in options
        ],
    }
