"""Publish a document: a framework, a rubric, a task or another becomes known under its digest, for ever."""

from services.evidence.domain.documents import Reader, check_names, check_rubric, decide_publish
from services.evidence.domain.errors import NotFound, StaleVersion
from services.evidence.domain.receipts import Receipt, recorded_receipt
from services.evidence.flows.define import define
from services.evidence.ports import District
from shared.contracts.tasks import Moves, Questions, Rubric, Task
from shared.ledger.streams import document_stream

FOR_TEACHERS = (Task, Rubric, Questions, Moves)
"""What whoever teaches may publish: a library that the district's schools share."""


async def publish_document(text: bytes, digest: str, actor: str, district: District, *, read: Reader) -> Receipt:
    """The receipt of the publication; repeated, whoever published it, where it was published before.

    `read` is `domain.documents.read`, run where a large document holds nobody up. The bytes are kept before the
    ledger says that there are such. Tasks, rubrics, questions and lists of moves are for teachers and administrators to
    publish, frameworks and policies for administrators of the district. Raises NotFound for everyone else, Invalid.
    """
    is_administrator = await district.rights.is_administrator(actor, "district")
    if not is_administrator and not await district.rights.may_publish(actor):
        raise NotFound("document")
    document = await read(text, digest)
    if not is_administrator and not isinstance(document.content, FOR_TEACHERS):
        raise NotFound("document")
    published = await district.ledger.stream(document_stream(digest))
    if published:
        return recorded_receipt(published[0])
    check_names(document, await district.definitions.competencies(document.names()))
    if document.rubric is not None:
        check_rubric(document, await district.definitions.published(document.rubric))
    await district.documents.keep(document)
    command = decide_publish(document, tenant=district.tenant, actor=actor)
    try:
        return await define(command, district)
    except StaleVersion:  # another caller published it meanwhile
        return recorded_receipt((await district.ledger.stream(document_stream(digest)))[0])
