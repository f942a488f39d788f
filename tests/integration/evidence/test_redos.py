"""The cycle of relearning and redoing through HTTP and PostgreSQL: who may, in which order, and what is told."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.evidence.conftest import People
from tests.support.evidence import Client, Running, address, applied, framework, roster
from tests.support.ledger_writer import policy_document

NOTE = "The middle does not hold yet."


def new(**more: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), **more}


def piece(learner: str, competency: str, **more: Any) -> dict[str, Any]:
    result = {"competency": competency, "earned": "2", "possible": "4"}
    body = {"learner": learner, "purpose": "performance", "results": [result], **more}
    return new(type="AttemptRecorded", occurred_at="2026-09-14T10:30:00.000Z", body=body)


@pytest.fixture(scope="module")
async def people(evidence: Running, people: People) -> People:
    """With two learners of these tests' own: another's policy for one learner goes before one for a competency."""
    names = [f"{name}-{uuid4().hex[:8]}" for name in ("ines", "joao")]
    answer = await evidence.administrator.post("/v1/rosters", roster(names))
    assert answer.status_code == 200, answer.text
    assert not answer.json()["refused"], answer.text
    ines, joao = (evidence.id("user", name) for name in names)
    return replace(people, amara=ines, bao=joao)


@pytest.fixture
async def competency(evidence: Running) -> str:
    """One of its own for each test, so that no redo of another test is under way; practice and a talk come first."""
    id_ = str(uuid4())
    document = {**framework(), "id": str(uuid4()), "competencies": [{"id": id_, "code": "c", "statement": "Can."}]}
    document["prerequisites"] = []
    asks = policy_document(relearn=["practice", "conference"], title=f"For {id_}")
    for one in (document, asks):
        assert (await evidence.administrator.put(address(one), one)).status_code == 201
    adoption = new(scope=f"competency/{id_}", policy=address(asks).rpartition("/")[2], mode="recompute")
    assert (await evidence.administrator.post("/v1/adoptions", adoption)).status_code == 201
    await applied(evidence)
    return id_


async def recorded(teacher: Client, learner: str, competency: str, **more: Any) -> str:
    answer = await teacher.post("/v1/evidence", piece(learner, competency, **more))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def done(client: Client, path: str, **body: Any) -> dict[str, Any]:
    answer = await client.post(path, new(**body))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def told(client: Client, path: str, **body: Any) -> tuple[int, str]:
    answer = await client.post(path, new(**body))
    return answer.status_code, answer.json()["detail"]


async def test_a_redo_goes_its_way_and_the_next_begins_when_it_is_over(
    evidence: Running, people: People, competency: str
) -> None:
    amara = evidence.person(people.amara)
    first = await recorded(people.teacher, people.amara, competency)
    about = {"learner": people.amara, "competency": competency, "evidence": first}
    begun = await done(amara, "/v1/redos", **about, note=NOTE)
    assert (begun["type"], begun["stream"], begun["version"]) == (
        "RedoRequested",
        f"redo/{people.amara}/{competency}",
        1,
    )
    redo = f"/v1/redos/{begun['id']}"
    assert await told(people.teacher, "/v1/redos", **about) == (
        409,
        f"The redo {begun['id']} of this competency is under way already.",
    )
    early = await told(people.teacher, f"{redo}/open", expected_version=1)
    assert early == (409, "Before this redo is opened, this is to be logged: practice, conference.")
    await done(amara, f"{redo}/relearn", kind="practice", note=NOTE)
    assert (await told(amara, f"{redo}/relearn", kind="conference"))[0] == 422
    await done(people.teacher, f"{redo}/relearn", kind="conference")
    assert (await told(people.teacher, f"{redo}/open", expected_version=2))[0] == 409
    opened = await done(people.teacher, f"{redo}/open", expected_version=3)
    assert (opened["type"], opened["version"]) == ("RedoOpened", 4)
    assert (await told(people.teacher, f"{redo}/open", expected_version=4))[1] == "This redo was opened before."
    assert (await told(people.teacher, "/v1/redos", **about))[0] == 409
    await recorded(people.teacher, people.amara, competency, redo_of=first)
    assert (await told(amara, f"{redo}/relearn", kind="practice"))[0] == 409
    offered = await done(people.teacher, "/v1/redos", **about)
    assert (offered["type"], offered["version"]) == ("RedoOffered", 5)
    bodies = await evidence.owner.fetch("SELECT body FROM ledger.stored_entry WHERE stream = $1", begun["stream"])
    assert not any(NOTE.encode() in row["body"] for row in bodies)


async def test_relearning_is_no_lock_evidence_that_does_over_is_taken_without_a_redo(
    people: People, competency: str
) -> None:
    first = await recorded(people.teacher, people.amara, competency)
    await recorded(people.teacher, people.amara, competency, redo_of=first)
    await done(people.teacher, "/v1/redos", learner=people.amara, competency=competency, evidence=first)
    await recorded(people.teacher, people.amara, competency, redo_of=first)


async def test_a_request_sent_again_gives_its_receipt_whatever_has_happened_since(
    evidence: Running, people: People, competency: str
) -> None:
    first = await recorded(people.teacher, people.amara, competency)
    about = {"learner": people.amara, "competency": competency, "evidence": first}
    sent: list[tuple[str, dict[str, str], dict[str, Any]]] = []
    sent.append(("/v1/redos", {"Idempotency-Key": f"begin {competency}"}, about))
    begun = await people.teacher.post("/v1/redos", about, headers=sent[0][1])
    redo = f"/v1/redos/{begun.json()['id']}"
    for n, kind in enumerate(("practice", "conference")):
        sent.append((f"{redo}/relearn", {"Idempotency-Key": f"relearn {n}"}, {"kind": kind}))
    sent.append((f"{redo}/open", {"Idempotency-Key": f"open {competency}"}, {"expected_version": 3}))
    for path, key, body in sent[1:]:
        assert (await people.teacher.post(path, body, headers=key)).status_code == 201
    await recorded(people.teacher, people.amara, competency, redo_of=first)
    for path, key, body in sent:
        again = await people.teacher.post(path, body, headers=key)
        assert (again.status_code, again.json()["outcome"]) == (200, "repeated"), again.text
    other = await people.teacher.post("/v1/redos", {**about, "note": NOTE}, headers=sent[0][1])
    assert (other.status_code, other.json()["type"]) == (422, "urn:ascertain:problem:mismatch")


async def test_of_two_who_begin_at_once_one_does(evidence: Running, people: People, competency: str) -> None:
    about = {"learner": people.bao, "competency": competency}
    bao = evidence.person(people.bao)
    answers = await asyncio.gather(
        *(client.post("/v1/redos", new(**about)) for client in (bao, people.teacher) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 7]


async def test_who_logs_at_once_logs_each(evidence: Running, people: People, competency: str) -> None:
    begun = await done(people.teacher, "/v1/redos", learner=people.bao, competency=competency)
    path = f"/v1/redos/{begun['id']}/relearn"
    logged = await asyncio.gather(*(done(people.teacher, path, kind="practice") for _ in range(4)))
    assert sorted(one["version"] for one in logged) == [2, 3, 4, 5]


async def test_what_is_not_hers_looks_as_if_it_were_not_there(
    evidence: Running, people: People, competency: str
) -> None:
    about = {"learner": people.amara, "competency": competency}
    begun = await done(people.teacher, "/v1/redos", **about)
    for client in (people.stranger, people.other_teacher, evidence.person(people.bao)):
        assert (await client.post("/v1/redos", new(**about))).status_code == 404
        for what, body in (("relearn", {"kind": "practice"}), ("open", {"expected_version": 1})):
            known, unknown = [
                await client.post(f"/v1/redos/{id_}/{what}", new(**body)) for id_ in (begun["id"], str(uuid4()))
            ]
            assert (known.status_code, known.json()["detail"]) == (404, unknown.json()["detail"])
    piece_ = await recorded(people.teacher, people.amara, competency)
    assert (await people.teacher.post(f"/v1/redos/{piece_}/open", new(expected_version=1))).status_code == 404


async def test_the_task_asks_for_more_and_is_one_of_the_competency(
    evidence: Running, people: People, competency: str
) -> None:
    task = {
        "format": "ascertain.task@2", "id": str(uuid4()), "title": "A poster", "prompt": "Make it.", "kind": "project",
        "competencies": [competency], "courses": [], "purpose": "performance", "language": "en",
        "relearning": [{"kind": "sketch", "title": "Sketch it"}],
    }  # fmt: skip
    assert (await people.administrator.put(address(task), task)).status_code == 201
    await applied(evidence)
    first = await recorded(people.teacher, people.amara, competency, task=task["id"])
    begun = await done(people.teacher, "/v1/redos", learner=people.amara, competency=competency, evidence=first)
    path = f"/v1/redos/{begun['id']}/open"
    assert "practice, conference, sketch" in (await told(people.teacher, path, expected_version=1))[1]
    assert "practice, conference, sketch" in (await told(people.teacher, path, expected_version=1, anew=True))[1]
    unknown = await people.teacher.post(path, new(expected_version=1, task=str(uuid4())))
    assert (unknown.status_code, unknown.json()["field"]) == (422, "/task")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"competency": str(uuid4())}, "/competency"),
        ({"evidence": str(uuid4())}, "/evidence"),
        ({"note": "a\x07b"}, "/note"),
        ({"note_ref": "0" * 64}, "/note_ref"),
    ],
)
async def test_what_is_wrong_is_told_by_its_field(
    people: People, competency: str, more: dict[str, Any], field: str
) -> None:
    answer = await people.teacher.post("/v1/redos", new(learner=people.amara, competency=competency) | more)
    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text
