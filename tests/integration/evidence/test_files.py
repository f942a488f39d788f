"""Files of works: sent in by HTTP, kept encrypted, named by a version, given back, swept, and gone with the work."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.evidence.artefacts.opening import Destroyed, open_artefact_tables, open_files, store_of
from services.evidence.artefacts.sweep import ArtefactSweep
from services.evidence.domain.files import MAX_FILE, MAX_WAITING_SIZE
from services.evidence.vault.opening import open_vault
from shared.runtime.disclosing import HEADER, disclosed
from tests.integration.evidence.conftest import People
from tests.support import documents
from tests.support.evidence import Client, Running
from tests.support.pieces import started, version


async def send(client: Client, work: str, content: bytes, *, key: str | None = None, **headers: str) -> httpx.Response:
    named = {"Content-Type": "application/octet-stream", "Idempotency-Key": key or str(uuid4()), **headers}
    return await client.post(f"/v1/works/{work}/files", content, headers=named)


def file(sent: httpx.Response, name: str) -> dict[str, Any]:
    assert sent.status_code == 201, sent.text
    return {"kind": "file", "file": sent.json()["file"], "name": name}


async def given(evidence: Running, ref: str, person: str) -> httpx.Response:
    """The file as the gateway is given it."""
    return await evidence.service("gateway").get(f"/artefacts/{ref}", params={"person": person})


async def ref_of(evidence: Running, version: str) -> str:
    """The reference of the first thing in a version."""
    body: bytes = await evidence.owner.fetchval("SELECT body FROM ledger.stored_entry WHERE id = $1", version)
    return body.decode().partition('"content_ref":"')[2][:64]


def stored(evidence: Running) -> list[Path]:
    folder = evidence.settings.artefact_folder
    assert folder is not None
    return [one for one in folder.rglob("*") if one.is_file()]


async def test_a_file_comes_back_as_it_was_and_lies_encrypted(evidence: Running, people: People) -> None:
    work = await started(people.teacher, people.amara, people.bao)
    amara, content = evidence.person(people.amara), documents.PDF + b"%" + b"Animal Farm " * 20_000
    key = str(uuid4())
    first = await send(amara, work, content, key=key, **{"Content-Type": "application/pdf"})
    again = await send(amara, work, content, key=key)
    assert (first.status_code, again.status_code, first.json()) == (201, 200, again.json()), again.text
    sha256 = hashlib.sha256(content).hexdigest()
    assert first.json() == {
        "file": first.json()["file"], "media_type": "application/pdf", "size": len(content), "sha256": sha256
    }  # fmt: skip
    other = await send(amara, work, documents.PDF, key=key)
    assert (other.status_code, other.json()["type"]) == (422, "urn:ascertain:problem:mismatch")
    draft = version(artefacts=[file(first, "Poster.pdf")])
    path = f"/v1/works/{work}/versions"
    assert [(await amara.post(path, draft)).status_code for _ in range(2)] == [201, 200]
    ref = await ref_of(evidence, draft["id"])
    seen = await given(evidence, ref, people.bao)
    assert (seen.status_code, seen.content) == (200, content), seen.text
    assert seen.headers["content-disposition"].startswith('attachment; filename="Poster.pdf"')
    assert (seen.headers["content-type"], int(seen.headers["content-length"])) == ("application/pdf", len(content))
    told = disclosed(value.encode() for value in seen.headers.get_list(HEADER))
    assert set(told) == {(people.amara, "file"), (people.bao, "file")}
    for stranger in (people.other_teacher.id, str(uuid4())):
        assert (await given(evidence, ref, stranger)).status_code == 404
    assert (await people.teacher.get(f"/artefacts/{ref}", params={"person": people.amara})).status_code == 404
    assert not any(b"Animal Farm" in one.read_bytes() for one in stored(evidence))


async def test_words_that_look_like_a_file_are_none(evidence: Running, people: People) -> None:
    work = await started(people.teacher, people.amara)
    amara = evidence.person(people.amara)
    kept = file(await send(amara, work, documents.PNG), "poster.png")
    real, forged = version(artefacts=[kept]), version(expected_version=2)
    assert (await amara.post(f"/v1/works/{work}/versions", real)).status_code == 201
    ref = await ref_of(evidence, real["id"])
    key = await evidence.owner.fetchval("SELECT key::text FROM vault.artefact WHERE file = $1", kept["file"])
    words = f'{{"key":"{key}","media_type":"text/html","name":"x.html","sha256":"{"0" * 64}","size":1}}'
    forged["artefacts"] = [{"kind": "text", "content": words}]
    assert (await amara.post(f"/v1/works/{work}/versions", forged)).status_code == 201
    assert (await given(evidence, ref, people.amara)).status_code == 200
    assert (await given(evidence, await ref_of(evidence, forged["id"]), people.amara)).status_code == 404


@pytest.mark.parametrize(
    ("content", "headers", "field"),
    [
        (documents.PNG, {"Content-Type": "application/pdf"}, "/header/Content-Type"),
        (documents.PNG, {"Content-Type": "text/html"}, "/header/Content-Type"),
        (b"MZ" + bytes(100), {}, ""),
        (documents.bomb(), {}, ""),
        (b"", {}, ""),
    ],
)
async def test_what_is_not_taken_leaves_nothing(
    evidence: Running, people: People, content: bytes, headers: dict[str, str], field: str
) -> None:
    work, before = await started(people.teacher, people.amara), stored(evidence)
    refused = await send(people.teacher, work, content, **headers)
    assert (refused.status_code, refused.json().get("field", "")) == (422, field), refused.text
    assert stored(evidence) == before
    assert not await evidence.owner.fetchval("SELECT count(*) FROM vault.artefact WHERE owner = $1", work)


async def test_who_hands_in_and_how_much(evidence: Running, people: People) -> None:
    work, other = await started(people.teacher, people.amara), await started(people.teacher, people.bao)
    for client in (people.other_teacher, evidence.person(people.bao), evidence.person()):
        assert (await send(client, work, documents.PNG)).status_code == 404
    assert (await send(people.teacher, str(uuid4()), documents.PNG)).status_code == 404
    assert (await send(people.teacher, work, bytes(MAX_FILE + 1))).status_code == 413

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(27):
            yield documents.PDF + bytes(1 << 20)

    streamed = await people.teacher.http.post(
        f"/v1/works/{work}/files",
        content=endless(),
        headers={"Authorization": f"Bearer {people.teacher.token}", "Idempotency-Key": str(uuid4())},
    )
    assert streamed.status_code == 413
    kept = file(await send(people.teacher, work, documents.PNG), "poster.png")
    elsewhere = await people.teacher.post(f"/v1/works/{other}/versions", version(artefacts=[kept]))
    assert (elsewhere.status_code, elsewhere.json()["field"]) == (422, "/artefacts/0/file")
    for name in ("../poster.png", "poster.exe", "pos\u202eter.png"):
        draft = version(artefacts=[{**kept, "name": name}])
        answer = await people.teacher.post(f"/v1/works/{work}/versions", draft)
        assert answer.status_code == 422, name


async def test_what_waits_for_one_person_is_bounded_across_works(evidence: Running, people: People) -> None:
    works = [await started(people.teacher, people.amara) for _ in range(2)]
    named = file(await send(people.teacher, works[0], documents.PNG), "poster.png")
    waits = "SELECT coalesce(sum(size), 0) FROM vault.artefact WHERE owner = $1 AND sender = $2"
    assert await evidence.owner.fetchval(waits, works[0], people.teacher.id) == len(documents.PNG)
    much = await evidence.owner.fetchval(
        "INSERT INTO vault.artefact (key, file, owner, sender, size)"
        " VALUES (gen_random_uuid(), gen_random_uuid(), $1, $2, $3) RETURNING key",
        *(works[0], people.teacher.id, MAX_WAITING_SIZE),
    )
    refused = await send(people.teacher, works[1], documents.PNG)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:ascertain:problem:conflict")
    assert "250 MiB" in refused.json()["detail"]
    assert (await send(evidence.person(people.amara), works[1], documents.PNG)).status_code == 201
    await evidence.owner.execute("DELETE FROM vault.artefact WHERE key = $1", much)
    assert (await send(people.teacher, works[1], documents.PNG)).status_code == 201
    draft = version(artefacts=[named])
    assert (await people.teacher.post(f"/v1/works/{works[0]}/versions", draft)).status_code == 201
    assert await evidence.owner.fetchval(waits, works[0], people.teacher.id) == 0, "what is named waits no more"


async def test_what_no_version_names_is_swept_and_the_rest_stays(evidence: Running, people: People) -> None:
    work = await started(people.teacher, people.amara)
    named = file(await send(people.teacher, work, documents.PNG), "poster.png")
    assert (await send(people.teacher, work, documents.PDF)).status_code == 201
    draft = version(artefacts=[named])
    assert (await people.teacher.post(f"/v1/works/{work}/versions", draft)).status_code == 201
    await evidence.owner.execute(
        "INSERT INTO vault.artefact (key, file, owner) VALUES (gen_random_uuid(), gen_random_uuid(), $1)", work
    )  # one that was cut off as it came
    store = store_of(evidence.settings)
    assert store is not None
    async with AsyncExitStack() as opened:
        tables = await open_artefact_tables(opened, evidence.settings, 2, "test")
        assert await ArtefactSweep(tables, store, age=3600.0).sweep() == 0
        await ArtefactSweep(tables, store, age=0.0).sweep()
    left = await evidence.owner.fetch("SELECT file::text, key::text FROM vault.artefact WHERE owner = $1", work)
    assert [row["file"] for row in left] == [named["file"]]
    assert left[0]["key"] in {one.name for one in stored(evidence)}
    assert (await given(evidence, await ref_of(evidence, draft["id"]), people.amara)).status_code == 200


async def test_with_the_key_of_a_work_its_files_are_gone(evidence: Running, people: People) -> None:
    work = await started(people.teacher, people.amara)
    draft = version(artefacts=[file(await send(people.teacher, work, documents.PNG), "poster.png")])
    assert (await people.teacher.post(f"/v1/works/{work}/versions", draft)).status_code == 201
    ref = await ref_of(evidence, draft["id"])
    key = await evidence.owner.fetchval("SELECT key::text FROM vault.artefact WHERE owner = $1", work)
    before = next(one for one in stored(evidence) if one.name == key).read_bytes()
    async with AsyncExitStack() as opened:
        files = await open_files(opened, evidence.settings, 2, "test")
        for _ in range(2):
            await Destroyed(await open_vault(opened, evidence.settings, 2, "test"), files).destroy(work)
    assert key not in {one.name for one in stored(evidence)}
    assert (await given(evidence, ref, people.amara)).status_code == 404
    assert (await send(people.teacher, work, documents.PNG)).status_code == 410
    assert len(before) > len(documents.PNG), "what a backup still has opens by no key"


async def test_a_disk_that_is_full_refuses_cleanly(
    evidence: Running, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, before = await started(people.teacher, people.amara), stored(evidence)
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 0})())
    refused = await send(people.teacher, work, documents.PNG)
    assert (refused.status_code, refused.json()["type"]) == (507, "urn:ascertain:problem:no-room")
    monkeypatch.undo()
    assert stored(evidence) == before
    assert (await send(people.teacher, work, documents.PNG)).status_code == 201
