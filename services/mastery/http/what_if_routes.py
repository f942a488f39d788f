"""`POST /v1/what-ifs`, `GET|DELETE /v1/what-ifs/{id}` and `GET /v1/what-ifs/{id}/learners`."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import ValidationError

from services.mastery.domain.what_ifs import Asked, Result, Stand
from services.mastery.flows.ask_what_if import ask_what_if
from services.mastery.flows.list_what_if_learners import Basis, LearnersWanted, list_what_if_learners
from services.mastery.flows.read_what_if import SeenWhatIf, read_what_if, remove_what_if, seen_by
from services.mastery.flows.read_what_if import seen as seen_what_if
from services.mastery.http.answers import pin_documents
from services.mastery.http.documents import PROBLEMS
from services.mastery.http.what_if_documents import WhatIfDocument, WhatIfLearnersDocument, WhatIfRequest
from services.mastery.ports import District
from shared.contracts.documents import read_document
from shared.contracts.values import Id
from shared.ledger.canonical import NotCanonicalError, canonical, parse
from shared.ledger.decimals import unscaled
from shared.ledger.identifiers import digest, item_id
from shared.ledger.instants import instant_text
from shared.rulebook.members import PolicyError
from shared.rulebook.policy import FORMATS, read_policy
from shared.runtime import problems
from shared.runtime.answering import json_answer
from shared.runtime.disclosing import disclose, disclose_scopes
from shared.runtime.documents import refusals
from shared.runtime.tokens import Caller, Verifier, person

ROUTE = "/v1/what-ifs"
MOST = 100
_PRIVATE = {"Cache-Control": "private, no-store"}
_BUSY = refusals({429: "One is under way already, or too many are; ask again later."})

IdempotencyKey = Annotated[
    str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200, pattern=r"^[\x20-\x7e]+$")
]
WhatIfId = Annotated[Id, Path(alias="id", description="The what-if.")]


def what_if_routes(district: District, verifier: Verifier) -> APIRouter:
    router = APIRouter(tags=["policies"], responses=PROBLEMS)
    caller = Depends(person(verifier))

    @router.post(ROUTE, response_model=WhatIfDocument, status_code=202, responses=_BUSY, summary="Try a policy")
    async def ask(
        request: WhatIfRequest, http: Request, asker: Annotated[Caller, caller], idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Fold a scope again under a policy, beside the states that there are: nothing is adopted or recorded, and no
        state changes. For those who may adopt a policy there. It goes on in the background; ask how it stands.

        A person has one under way. The ten newest results of each are kept, for ninety days.
        """
        parse(await http.body())  # what is not canonical is refused, not guessed at
        key = idempotency_key
        id_ = request.id or (str(uuid4()) if key is None else item_id(asker.id, "POST", ROUTE, key, 0))
        named, document = _policy(request.policy)
        asked = Asked(id_, asker.id, named, document, request.scope, request.mode or "recompute", district.now())
        what_if, _ = await ask_what_if(asked, district, as_meant=request.mode is None)
        _, covered = await seen_by(id_, asker.id, district)
        seen = await seen_what_if(what_if, covered, district)
        told = json_answer(_document(seen), {"Location": f"{ROUTE}/{id_}", **_PRIVATE}, status=202)
        return disclose_scopes(told, "what-if", [what_if.asked.scope])

    @router.get(ROUTE + "/{id}", response_model=WhatIfDocument, summary="How a what-if stands")
    async def find(id_: WhatIfId, reader: Annotated[Caller, caller]) -> Response:
        """How far it is, and what it came to: by competency, from where to where, how many. For administrators and
        auditors of the scope; those of a school are also told of a wider one: of their own learners everything, of
        all others what does not tell of a few.
        """
        seen = await read_what_if(id_, reader.id, district)
        return disclose_scopes(json_answer(_document(seen), _PRIVATE), "what-if", [seen.what_if.asked.scope])

    @router.delete(ROUTE + "/{id}", status_code=204, summary="Cancel or delete a what-if")
    async def remove(id_: WhatIfId, asker: Annotated[Caller, caller]) -> Response:
        """Cancel it where it is under way, and keep nothing of it. For those who may ask for such a one."""
        await remove_what_if(id_, asker.id, district)
        return Response(status_code=204)

    @router.get(ROUTE + "/{id}/learners", response_model=WhatIfLearnersDocument, summary="Who would stand elsewhere")
    async def learners(
        id_: WhatIfId,
        competency: Annotated[Id, Query(description="Of which competency.")],
        reader: Annotated[Caller, caller],
        cursor: Annotated[Id | None, Query(description="`next` of the page before.")] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
    ) -> Response:
        """Which learners would stand elsewhere, and why in words, as far as the caller may see them. In the order of
        their ids, never of levels.
        """
        wanted = LearnersWanted(id_, competency, cursor, limit)
        found, onward = await list_what_if_learners(wanted, reader.id, district)
        rows = [
            {
                "learner": each.change.learner,
                "before": _stand(each.change.before),
                "after": _stand(each.change.after),
                "now": _basis(each.now),
                "then": _basis(each.then),
                "why": list(each.why),
            }
            for each in found
        ]
        answer = json_answer({"learners": rows, "next": onward}, _PRIVATE)
        return disclose(answer, "what-if", [each.change.learner for each in found])

    return router


def _policy(given: str | Mapping[str, Any]) -> tuple[str, bytes]:
    """The digest of a policy, and its bytes where they were given. Raises Problem, which names the member."""
    if isinstance(given, str):
        return given, b""
    document = dict(given)
    if document.get("format") not in FORMATS:
        raise problems.invalid(f"/policy/format must be {' or '.join(map(repr, FORMATS))}.", field="/policy/format")
    try:
        read_policy(document)  # first: the rulebook says in plain words what would be right
        read_document(document)
        stored = canonical(document)
    except ValidationError as error:
        raise problems.from_validation(_told(error), below=("policy",)) from error
    except PolicyError as error:
        raise problems.invalid(f"{error}.", field=f"/policy{error.parameter}") from error
    except NotCanonicalError as error:
        raise problems.invalid(str(error), field="/policy") from error
    return digest(stored), stored


def _told(error: ValidationError) -> list[dict[str, Any]]:
    """The errors, each at its place in the document: pydantic says the format that it took it for, too."""
    return [
        {**each, "loc": tuple(part for part in each["loc"] if part not in FORMATS)}
        for each in error.errors(include_url=False, include_input=False)
    ]


def _document(seen: SeenWhatIf) -> dict[str, Any]:
    what_if, asked, whole = seen.what_if, seen.what_if.asked, seen.whole
    results = seen.results
    return {
        "id": asked.id,
        "state": what_if.state,
        "policy": asked.policy,
        "title": seen.policy.title,
        "document": parse(asked.document),
        "scope": asked.scope,
        "mode": asked.mode,
        "asked_by": asked.asked_by,
        "asked_at": instant_text(asked.asked_at),
        "ended_at": None if what_if.ended_at is None else instant_text(what_if.ended_at),
        "reason": what_if.reason,
        "progress": {
            "parts": what_if.parts,
            "done": what_if.parts_done,
            "states": what_if.states if whole else None,
        },
        "as_of": {"pins": pin_documents(what_if.pins)},
        "held": what_if.held if whole else None,
        "accommodated": what_if.accommodated if whole else None,
        "stay": dict(what_if.stay) if whole else None,
        "result": None if results is None else _result(results.covered, seen, seen.said),
        "elsewhere": None
        if results is None or results.elsewhere is None
        else _result(results.elsewhere, seen, seen.said_elsewhere),
    }


def _result(result: Result, seen: SeenWhatIf, said: Any) -> dict[str, Any]:
    return {
        "states": result.states,
        "changed": result.changed,
        "hidden": result.hidden,
        "competencies": [
            {
                "competency": each.competency,
                **({"code": seen.codes[each.competency]} if each.competency in seen.codes else {}),
                "states": each.states,
                "changed": each.changed,
                "moves": [
                    {"before": _stand(move.before), "after": _stand(move.after), "number": move.number}
                    for move in each.moves
                ],
            }
            for each in result.competencies
        ],
        "summary": list(said),
    }


def _basis(basis: Basis) -> dict[str, Any]:
    return {"value": None if basis.value is None else unscaled(basis.value), "counted": basis.counted}


def _stand(stand: Stand) -> dict[str, Any]:
    return {"status": stand.status, "level": stand.level}
