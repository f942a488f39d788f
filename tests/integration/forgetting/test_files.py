"""With a learner her works go, with their files and the feedback on them; those of a group stay for the others."""

from uuid import uuid4

from tests.support.documents import PDF, PNG
from tests.support.forgetting import Forgettable
from tests.support.pieces import started, version
from tests.support.waiting import until


async def handed_in(forgettable: Forgettable, work: str, content: bytes, name: str) -> str:
    """A version with a file and feedback on it; the file's reference."""
    teacher, headers = (
        forgettable.teacher,
        {"Idempotency-Key": str(uuid4()), "Content-Type": "application/octet-stream"},
    )
    sent = await teacher.post(f"/v1/works/{work}/files", content, headers=headers)
    assert sent.status_code == 201, sent.text
    draft = version(artefacts=[{"kind": "file", "file": sent.json()["file"], "name": name}])
    assert (await teacher.post(f"/v1/works/{work}/versions", draft)).status_code == 201
    said = {"id": str(uuid4()), "text": "Say why."}
    answer = await teacher.post(f"/v1/works/{work}/versions/{draft['id']}/feedback", said)
    assert answer.status_code == 201, answer.text
    query = "SELECT body FROM ledger.stored_entry WHERE id = $1"
    body: bytes = await forgettable.running.owner.fetchval(query, draft["id"])
    return body.decode().partition('"content_ref":"')[2][:64]


async def test_files_and_feedback_go_with_the_work_and_stay_with_the_group(
    forgettable: Forgettable, sourced_id: str
) -> None:
    dara, emil = await forgettable.enrol(sourced_id, f"{sourced_id}-b")
    running = forgettable.running
    alone, both = await started(forgettable.teacher, dara), await started(forgettable.teacher, dara, emil)
    own = await handed_in(forgettable, alone, PDF, "mine.pdf")
    shared = await handed_in(forgettable, both, PNG, "ours.png")
    gateway, folder = running.service("gateway"), running.settings.artefact_folder
    assert folder is not None
    [key] = await running.owner.fetch("SELECT key::text FROM vault.artefact WHERE owner = $1", alone)
    place = folder / key["key"][:2] / key["key"]
    assert place.exists()
    await forgettable.forget(dara)

    async def gone() -> bool:
        return not await running.owner.fetchval("SELECT count(*) FROM vault.artefact WHERE owner = $1", alone)

    await until(gone, "her work's file is destroyed, which may be after her own key", seconds=60)
    assert not place.exists()
    assert not await running.owner.fetchval("SELECT count(*) FROM vault.text WHERE owner = $1", alone)
    for person in (dara, forgettable.teacher.id, forgettable.first.id):
        assert (await gateway.get(f"/artefacts/{own}", params={"person": person})).status_code == 404
    seen = await gateway.get(f"/artefacts/{shared}", params={"person": emil})
    assert (seen.status_code, seen.content) == (200, PNG)
    assert (await gateway.get(f"/artefacts/{shared}", params={"person": dara})).status_code == 404
    await forgettable.forget(emil)
    assert (await gateway.get(f"/artefacts/{shared}", params={"person": forgettable.first.id})).status_code == 404
