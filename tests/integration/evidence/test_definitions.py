"""Documents, adoptions and roles: who may write them, what is checked, and that the next request sees them."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.documents import document_digest
from tests.integration.evidence.conftest import People
from tests.support.evidence import THEME, Running, address, attempt, framework, policy, rubric, scored


def task(**more: Any) -> dict[str, Any]:
    return {
        "format": "ascertain.task@1",
        "id": str(uuid4()),
        "title": "An essay",
        "prompt": "Write.",
        "kind": "essay",
        "competencies": [THEME],
        "courses": [],
        "purpose": "performance",
        **more,
    }


async def test_a_document_is_published_once_whoever_hands_it_in(people: People) -> None:
    document = task()
    first = await people.administrator.put(address(document), document)
    again = await people.administrator.put(address(document), json.dumps(document, indent=4).encode())
    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert again.json() == {**first.json(), "status": 200, "outcome": "repeated"}
    read = await people.stranger.get(address(document))
    assert read.json() == document
    assert document_digest(read.json()) == address(document).rsplit("/", 1)[-1]


async def test_a_framework_is_known_to_the_next_request(people: People) -> None:
    competency = str(uuid4())
    item = attempt(people.amara, results=[{"competency": competency, "earned": "1", "possible": "2"}])
    assert (await people.teacher.post("/v1/evidence", item)).status_code == 422
    document = framework(competency, id_=str(uuid4()))
    assert (await people.administrator.put(address(document), document)).status_code == 201
    assert (await people.teacher.post("/v1/evidence", item)).status_code == 201


async def test_a_competency_belongs_to_one_framework(evidence: Running, people: People) -> None:
    competency = str(uuid4())
    rivals = [framework(str(uuid4()), competency, id_=str(uuid4())) for _ in range(4)]
    answers = await asyncio.gather(*(people.administrator.put(address(rival), rival) for rival in rivals))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]
    refused = next(answer for answer in answers if answer.status_code == 422)
    assert refused.json()["field"] == "/competencies/1/id"
    winner = rivals[[answer.status_code for answer in answers].index(201)]
    grown = framework(competency, str(uuid4()), id_=winner["id"])
    assert (await people.administrator.put(address(grown), grown)).status_code == 201


UNSOUND: list[tuple[dict[str, Any], str]] = [
    (policy(method="ascertain.guess@1"), "/method"),
    (policy(parameters={"weight": "0.65"}), "/parameters/weight"),
    (policy(scale={"top": "4", "cut": "5", "levels": [{"at": "0", "name": "B"}]}), "/scale/cut"),
    (policy(owner="me"), "/owner"),
    (framework(THEME, THEME), ""),
    ({**framework(THEME), "prerequisites": [{"competency": THEME, "rests_on": THEME}]}, ""),
    (task(competencies=[str(uuid4())]), "/competencies/0"),
    (task(rubric="0" * 64), "/rubric"),
    (task(rubric=document_digest(policy())), "/rubric"),
    ({**rubric(), "criteria": [{**rubric()["criteria"][0], "competencies": [str(uuid4())]}]},
     "/criteria/0/competencies/0"),
    ({"format": "ascertain.grade@1"}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("document", "field"), UNSOUND)
async def test_an_unsound_document_is_refused_and_not_kept(
    evidence: Running, people: People, document: dict[str, Any], field: str
) -> None:
    before = await evidence.count()
    answer = await people.administrator.put(address(document), document)
    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text
    assert (await people.administrator.get(address(document))).status_code == 404
    assert await evidence.count() == before


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[1.5]", b'{"a":1,"a":2}', b"\xff", b"[" * 5000, b"NaN", b'"\\ud800"', b'{"\\udfff":1}']
)
async def test_what_is_no_document_is_refused(people: People, raw: bytes) -> None:
    answer = await people.administrator.put("/v1/documents/" + "0" * 64, raw)
    assert answer.status_code == 422, answer.text


async def test_a_digest_that_is_not_the_documents_is_refused_with_the_right_one(people: People) -> None:
    document = task()
    answer = await people.administrator.put("/v1/documents/" + "0" * 64, document)
    assert answer.status_code == 422
    assert document_digest(document) in answer.json()["detail"]
    assert (await people.administrator.put("/v1/documents/X", document)).status_code == 422


async def test_a_document_too_large_is_refused_early(people: People) -> None:
    answer = await people.administrator.put("/v1/documents/" + "0" * 64, b" " * (8 * 1024 * 1024 + 65 * 1024))
    assert answer.status_code == 413


async def test_a_large_framework_is_published(people: People) -> None:
    document = framework(*(str(uuid4()) for _ in range(3000)), id_=str(uuid4()))
    assert (await people.administrator.put(address(document), document)).status_code == 201


async def test_adoptions_follow_each_other_by_version(people: People) -> None:
    document = framework(str(uuid4()), id_=str(uuid4()))
    await people.administrator.put(address(document), document)
    scope = f"framework/{document['id']}"
    adopt = {"scope": scope, "policy": document_digest(policy()), "mode": "recompute", "expected_version": 0}
    key = {"Idempotency-Key": str(uuid4())}
    first = await people.administrator.post("/v1/adoptions", adopt, headers=key)
    again = await people.administrator.post("/v1/adoptions", adopt, headers=key)
    assert (first.status_code, again.status_code) == (201, 200), first.text
    stale = await people.administrator.post("/v1/adoptions", {**adopt, "id": str(uuid4())})
    assert (stale.status_code, stale.json()["version"]) == (409, 1)
    keeping = {**adopt, "id": str(uuid4()), "mode": "keep_attained", "expected_version": 1}
    assert (await people.administrator.post("/v1/adoptions", keeping)).status_code == 201
    unconditional = {"id": str(uuid4()), "scope": scope, "policy": document_digest(policy()), "mode": "recompute"}
    assert (await people.administrator.post("/v1/adoptions", unconditional)).status_code == 201
    in_force = (await people.stranger.get("/v1/adoptions", params={"scope": scope})).json()["adoptions"]
    assert [(one["version"], one["mode"], one["id"]) for one in in_force] == [(3, "recompute", unconditional["id"])]
    assert scope in {one["scope"] for one in (await people.stranger.get("/v1/adoptions")).json()["adoptions"]}


async def test_an_adoption_names_what_is_known(people: People) -> None:
    right = {"id": str(uuid4()), "scope": "district", "policy": document_digest(policy()), "mode": "recompute"}
    for wrong, field in (
        ({"scope": f"framework/{uuid4()}"}, "/scope"),
        ({"scope": f"competency/{uuid4()}"}, "/scope"),
        ({"scope": f"learner/{uuid4()}"}, "/scope"),
        ({"scope": "course/1"}, "/scope"),
        ({"policy": "0" * 64}, "/policy"),
        ({"policy": document_digest(rubric())}, "/policy"),
        ({"mode": "forget"}, "/mode"),
        ({"expected_version": -1}, "/expected_version"),
        ({"id": None}, "/id"),
    ):
        answer = await people.administrator.post("/v1/adoptions", {**right, **wrong})
        assert (answer.status_code, answer.json().get("field")) == (422, field), answer.text


async def test_a_learners_adoption_is_seen_by_who_may_see_the_learner(people: People, newcomer: str) -> None:
    scope = f"learner/{newcomer}"
    adopt = {"id": str(uuid4()), "scope": scope, "policy": document_digest(policy()), "mode": "recompute"}
    assert (await people.administrator.post("/v1/adoptions", adopt)).status_code == 201
    seen = await people.teacher.get("/v1/adoptions", params={"scope": scope})
    assert len(seen.json()["adoptions"]) == 1
    assert (await people.other_teacher.get("/v1/adoptions", params={"scope": scope})).status_code == 404
    assert scope not in {one["scope"] for one in (await people.teacher.get("/v1/adoptions")).json()["adoptions"]}
    everything = (await people.administrator.get("/v1/adoptions")).json()["adoptions"]
    assert scope in {one["scope"] for one in everything}


async def test_roles_are_granted_and_revoked(evidence: Running, people: People) -> None:
    person = evidence.person()
    scope = f"school/{evidence.id('org', 'school')}"
    role = {"person": person.id, "role": "administrator", "scope": scope}
    item = attempt(people.amara)
    assert (await person.post("/v1/evidence", item)).status_code == 404
    granted = await people.administrator.post("/v1/roles", {**role, "id": str(uuid4())})
    assert granted.status_code == 201, granted.text
    assert (await person.post("/v1/evidence", item)).status_code == 201
    adopt = {"id": str(uuid4()), "scope": scope, "policy": document_digest(policy()), "mode": "recompute"}
    assert (await person.post("/v1/adoptions", adopt)).status_code == 201
    assert (await person.post("/v1/adoptions", {**adopt, "scope": "district"})).status_code == 404
    revoked = await people.administrator.post("/v1/roles/revocations", {**role, "id": str(uuid4())})
    assert revoked.status_code == 201, revoked.text
    assert (await person.post("/v1/evidence", attempt(people.amara))).status_code == 404


async def test_a_role_must_fit_its_scope(people: People) -> None:
    for role, scope in (("teacher", "district"), ("administrator", f"section/{uuid4()}"), ("principal", "district")):
        wish = {"id": str(uuid4()), "person": str(uuid4()), "role": role, "scope": scope}
        assert (await people.administrator.post("/v1/roles", wish)).status_code == 422
        assert (await people.administrator.post("/v1/roles/revocations", wish)).status_code == 422


async def test_only_administrators_define(evidence: Running, people: People) -> None:
    before = await evidence.count()
    document = {**framework(), "title": "Another"}
    writes: list[tuple[str, str, Any]] = [
        ("PUT", address(document), document),
        ("POST", "/v1/adoptions", {"id": str(uuid4()), "scope": "district", "policy": document_digest(policy()),
                                   "mode": "recompute"}),
        ("POST", "/v1/roles", {"id": str(uuid4()), "person": str(uuid4()), "role": "auditor", "scope": "district"}),
        ("POST", "/v1/roles/revocations", {"id": str(uuid4()), "person": people.administrator.id,
                                           "role": "administrator", "scope": "district"}),
        ("POST", "/v1/rosters", {"users": []}),
        ("POST", "/v1/rosters/ids", {"kind": "user", "sourced_ids": ["amara"]}),
    ]  # fmt: skip
    for client in (people.teacher, people.stranger, evidence.person(people.amara)):
        for method, path, body in writes:
            assert (await client.send(method, path, body)).status_code == 404, path
    for method, path, body in writes:
        assert (await evidence.nobody().send(method, path, body)).status_code == 401, path
    assert await evidence.count() == before


async def test_scores_by_a_rubric_published_just_now_are_taken(people: People) -> None:
    document = {**rubric(), "id": str(uuid4())}
    assert (await people.administrator.put(address(document), document)).status_code == 201
    item = scored(people.amara, rubric=document_digest(document))
    assert (await people.teacher.post("/v1/evidence", item)).status_code == 201
