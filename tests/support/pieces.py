"""Items of every kind of evidence beyond attempts and scorings, and requests about works, for the small district."""

from typing import Any
from uuid import uuid4

from shared.contracts.documents import document_digest
from tests.support.evidence import THEME, Client, rubric

RESULT: dict[str, str] = {"competency": THEME, "earned": "3", "possible": "4"}
BY_RUBRIC = {**RESULT, "criterion": "thesis"}


def piece(type_: str, learner: str, *, texts: dict[str, str] | None = None, **body: Any) -> dict[str, Any]:
    """An item; `id` and `occurred_at` are the item's own, the rest its body's."""
    own: dict[str, Any] = {name: body.pop(name) for name in ("id", "occurred_at") if name in body}
    item: dict[str, Any] = {"id": str(uuid4()), "type": type_, "occurred_at": "2026-09-14T10:30:00.000Z", **own}
    item["body"] = {"learner": learner, **body}
    return item if texts is None else {**item, "texts": texts}


def observed(learner: str, **more: Any) -> dict[str, Any]:
    return piece("ObservationRecorded", learner, **{"purpose": "performance", "results": [RESULT], **more})


def scored(learner: str, **more: Any) -> dict[str, Any]:
    body = {"purpose": "performance", "rubric": document_digest(rubric()), "results": [BY_RUBRIC], **more}
    return piece("RubricScored", learner, **body)


def reflected(learner: str, **more: Any) -> dict[str, Any]:
    return piece("ReflectionRecorded", learner, **{"ratings": [RESULT], **more})


def attested(learner: str, **more: Any) -> dict[str, Any]:
    body = {"basis": "transfer", "purpose": "performance", "results": [RESULT], **more}
    return piece("PriorMasteryAttested", learner, **body)


def in_place(item: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A request to supersede a piece by an item like this one, with the piece's own instant."""
    bare = {name: member for name, member in item.items() if name in {"type", "body", "texts"}}
    return {"id": str(uuid4()), "expected_version": 1, "item": bare, **more}


def scores(**more: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "rubric": document_digest(rubric()),
        "purpose": "performance",
        "occurred_at": "2026-09-14T10:30:00.000Z",
        "results": [BY_RUBRIC],
        **more,
    }


def version(**more: Any) -> dict[str, Any]:
    artefacts = [{"kind": "text", "content": "First draft."}]
    return {"id": str(uuid4()), "expected_version": 1, "artefacts": artefacts, **more}


async def started(client: Client, *members: str, **more: Any) -> str:
    """The id of a new work of these members."""
    answer = await client.post("/v1/works", {"id": str(uuid4()), "members": list(members), **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])
