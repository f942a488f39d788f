"""The routes of audits: of one grade, or of all of the district's."""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Path, Response

from services.audit.flows.ask_audit import AskAudit, ask_audit, find_audit
from services.audit.http.answers import audit_document
from services.audit.http.audit_documents import AuditDocument, AuditRequest
from services.audit.http.documents import PROBLEMS
from services.audit.http.parts import Audit
from services.audit.http.strict import IdempotencyKey, StrictRoute
from shared.contracts.values import Id
from shared.ledger.identifiers import item_id
from shared.runtime import problems
from shared.runtime.answering import json_answer
from shared.runtime.disclosing import disclose
from shared.runtime.tokens import Caller, Verifier, person

ROUTE = "/v1/audits"


def audit_routes(audit: Audit, verifier: Verifier) -> APIRouter:
    router = APIRouter(tags=["audits"], route_class=StrictRoute, responses=PROBLEMS)
    calling = Depends(person(verifier))

    @router.post(ROUTE, response_model=AuditDocument, status_code=202, summary="Audit grades")
    async def ask(
        request: AuditRequest, caller: Annotated[Caller, calling], idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Replay a grade from the audit's own copy at its pins, and compare all that it rests on with the ledger.

        One grade: for everyone who may see the learner, with what each piece of evidence contributed. All of them:
        for administrators and auditors of the district.
        """
        if (request.grade is None) == (request.scope is None):
            raise problems.invalid('Give either "grade", or "scope": "district".', field="/grade")
        key = idempotency_key
        id_ = request.id or (str(uuid4()) if key is None else item_id(caller.id, "POST", ROUTE, key, 0))
        asked = AskAudit(id_, request.grade, caller.id, audit.now())
        begun = await ask_audit(asked, audit.rights, audit.grades, audit.verifications, audit.start)
        return json_answer(audit_document(begun), status=202, headers={"Location": f"{ROUTE}/{id_}"})

    @router.get(ROUTE + "/{id}", response_model=AuditDocument, summary="How an audit stands")
    async def find(id_: Annotated[Id, Path(alias="id")], caller: Annotated[Caller, calling]) -> Response:
        """How far an audit has come, or how it ended: equal, or what differs and from which position on."""
        found = await find_audit(id_, caller.id, audit.rights, audit.grades, audit.verifications)
        answer = json_answer(audit_document(found))
        return disclose(answer, "audit", [] if found.subject.learner is None else [found.subject.learner])

    return router
