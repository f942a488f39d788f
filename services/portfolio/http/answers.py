"""What HTTP answers: portfolios, works, and every refusal of `domain.errors` as a problem, in this one place."""

from typing import Any

from fastapi import FastAPI, Request, Response

from services.portfolio.domain.errors import ForgottenError, NotReachedError, PortfolioError, UnknownError
from services.portfolio.domain.record import Said
from services.portfolio.domain.reflecting import WITHHELD, beside
from services.portfolio.flows.reading import Seen, SeenPiece, SeenWork, shown
from services.portfolio.http.connections import beside_document, connections_document
from services.portfolio.http.curated_answers import curated_document, skill_document
from shared.ledger.instants import instant_text
from shared.runtime import problems
from shared.runtime.answering import private_answer
from shared.runtime.disclosing import disclose
from shared.runtime.problems import Problem

_TOLD = (
    "purpose",
    "course",
    "task",
    "work",
    "group",
    "rubric",
    "redo_of",
    "evidence",
    "basis",
    "seminar",
    "moves_by",
    "feedback_ref",
    "note_ref",
    "text_ref",
)
"""Members of a piece's body that are told as they are, where they are there."""


def portfolio_answer(learner: str, seen: Seen) -> Response:
    return seen_answer(portfolio_document(learner, seen), seen)


def portfolio_document(learner: str, seen: Seen) -> dict[str, Any]:
    return {
        "learner": learner,
        "as_of": as_of_document(seen),
        **_under_review(seen),
        "works": [_work(work) for work in seen.works],
        "evidence": [_piece(piece) for piece in seen.pieces],
        "portfolio": curated_document(seen),
    }


def work_answer(seen: Seen) -> Response:
    [work] = seen.works
    document = {
        **_work(work),
        "as_of": as_of_document(seen),
        **_under_review(seen),
        "pieces": [_piece(piece) for piece in work.pieces],
    }
    return disclose(seen_answer(document, seen), "work", work.told_of)


def answer_with_refusals(app: FastAPI) -> None:
    """Make every refusal that a flow raises a problem document."""

    @app.exception_handler(PortfolioError)
    async def _refusal(_request: Request, error: PortfolioError) -> Response:
        return _problem(error).response()


def _problem(error: PortfolioError) -> Problem:
    match error:
        case UnknownError(what=what):
            return problems.not_found(f"{what}, or it is not yours to see")
        case ForgottenError():
            return problems.gone(str(error))
        case NotReachedError():
            return Problem(503, "not-reached", "This is not seen here yet.", str(error), field="as_of")
        case _:
            return problems.invalid(str(error))


def seen_answer(document: Any, seen: Seen) -> Response:
    """An answer about learners, which says how far it sees."""
    return private_answer(document, seen.pins)


def as_of_document(seen: Seen) -> dict[str, Any]:
    at = seen.horizon.at
    return {
        "pins": [pin._asdict() for pin in seen.pins],
        **({} if at is None else {"at": instant_text(at)}),
    }


def _under_review(seen: Seen) -> dict[str, bool]:
    return {"under_review": True} if seen.under_review else {}


def _times(said: Said) -> dict[str, str]:
    return {"occurred_at": instant_text(said.occurred_at), "recorded_at": instant_text(said.recorded_at)}


def _piece(seen: SeenPiece) -> dict[str, Any]:
    said, withdrawn = seen.piece.said, seen.piece.withdrawn
    document = {
        "event": said.event,
        "type": said.type,
        "learner": seen.piece.learner,
        "by": said.actor,
        **{name: said.body[name] for name in _TOLD if name in said.body},
        **_times(said),
        "results": said.body.get("results", said.body.get("ratings", [])),
        **_moves(seen),
        "shows": [skill_document(competency, seen.named.get(competency)) for competency in shown(seen.piece)],
    }
    if withdrawn is not None:
        document["withdrawn"] = {
            "event": withdrawn.event,
            "recorded_at": instant_text(withdrawn.recorded_at),
            **({} if withdrawn.by is None else {"by": withdrawn.by}),
        }
    return document


def _moves(seen: SeenPiece) -> dict[str, Any]:
    """What was counted of her in a seminar, in the words of the list it was counted by."""
    counted = seen.piece.said.body.get("moves")
    if counted is None:
        return {}
    titles = {one["move"]: {"title": seen.moves[one["move"]]} for one in counted if one["move"] in seen.moves}
    return {"moves": [{**one, **titles.get(one["move"], {})} for one in counted]}


def _work(seen: SeenWork) -> dict[str, Any]:
    work, body = seen.work, seen.work.started.body
    return {
        "work": work.id,
        "version": 1 + len(work.versions),
        "members": list(seen.members),
        "others": seen.others,
        "by": work.started.actor,
        **{name: body[name] for name in ("task", "title_ref") if name in body},
        "courses": body["courses"],
        **_times(work.started),
        "versions": [
            {
                "event": said.event,
                "number": number,
                "by": said.actor,
                "artefacts": said.body["artefacts"],
                **({"note_ref": said.body["note_ref"]} if "note_ref" in said.body else {}),
                **_times(said),
                "feedback": [_feedback(given, seen) for given in work.feedback if given.body["version"] == said.event],
            }
            for number, said in enumerate(work.versions, start=1)
        ],
        "evidence": [piece.piece.said.event for piece in seen.pieces],
        **({"withheld": WITHHELD} if seen.awaits else {}),
        "connections": connections_document(seen),
        "beside": [beside_document(one) for one in beside([piece.piece for piece in seen.pieces])],
    }


def _feedback(given: Said, seen: SeenWork) -> dict[str, Any]:
    """A piece of feedback; who has read it is told of those members alone whom the reader may see."""
    read = {said.actor: said for said in seen.work.read if said.body["feedback"] == given.event}
    return {
        "event": given.event,
        "by": given.actor,
        **{name: given.body[name] for name in ("rubric", "criterion") if name in given.body},
        "text_ref": given.body["text_ref"],
        **_times(given),
        "read": [
            {"learner": member, "at": instant_text(read[member].recorded_at)}
            for member in seen.members
            if member in read
        ],
    }
