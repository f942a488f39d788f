"""Works: started, gone on with and scored, by whom, and all or nothing across shards."""

from typing import Any
from uuid import uuid4

import pytest

from shared.ledger.identifiers import further_event_id, shard_of
from tests.integration.evidence.conftest import People
from tests.support.evidence import TENANT, Running, applied, attempt, enrolment, roster
from tests.support.pieces import BY_RUBRIC, scores, started, version
from tests.support.waiting import until

UNKNOWN = "00000000-0000-4000-8000-000000000000"


async def vault(evidence: Running, owner: str) -> set[tuple[str, str]]:
    """Event and field of every text that lies under this owner's key."""
    rows = await evidence.owner.fetch("SELECT event::text, field FROM vault.text WHERE owner = $1::text::uuid", owner)
    return {tuple(row) for row in rows}


async def test_a_work_begins_and_its_title_lies_under_its_own_key(evidence: Running, people: People) -> None:
    id_ = str(uuid4())
    wish = {"id": id_, "members": [people.amara, people.bao], "title": "Animal Farm", "courses": [UNKNOWN]}
    first = await people.teacher.post("/v1/works", wish)
    again = await people.teacher.post("/v1/works", wish)
    assert (first.status_code, again.status_code) == (201, 200), first.text
    receipt = first.json()
    assert (receipt["type"], receipt["stream"], receipt["version"]) == ("WorkStarted", f"work/{wish['id']}", 1)
    assert receipt["position"]["shard"] == shard_of(TENANT, id_)
    assert await vault(evidence, id_) == {(id_, "title_ref")}
    other = await people.teacher.post("/v1/works", {**wish, "title": "1984"})
    assert (other.status_code, other.json()["type"]) == (422, "urn:ascertain:problem:mismatch")


async def test_who_may_start_a_work(evidence: Running, people: People) -> None:
    amara = evidence.person(people.amara)
    assert await started(amara, people.amara, people.bao)
    assert await started(people.administrator, people.amara, people.bao)
    before = await evidence.count()
    both = {"id": str(uuid4()), "members": [people.amara, people.bao]}
    for client in (people.other_teacher, people.stranger):
        answer = await client.post("/v1/works", both)
        assert (answer.status_code, answer.json()["field"]) == (404, "/members/0")
    for members, place in (([people.bao, UNKNOWN], 1), ([UNKNOWN, people.bao], 0)):
        for client in (people.teacher, people.administrator):
            answer = await client.post("/v1/works", {**both, "members": members})
            assert (answer.status_code, answer.json()["field"]) == (404, f"/members/{place}")
    strange = await amara.post("/v1/works", {**both, "members": [people.amara, UNKNOWN]})
    assert (strange.status_code, strange.json()["field"]) == (404, "/members/1")
    assert await evidence.count() == before


async def test_a_learner_is_told_the_same_of_whoever_is_no_classmate(evidence: Running, people: People) -> None:
    """Of another class, forgotten or nobody: no learner can put her into a work, or learn that she is here."""
    names = [f"{name}-{uuid4().hex[:8]}" for name in ("fay", "gus")]
    fay, gus = (evidence.id("user", name) for name in names)
    enrolled = [enrolment(names[0], "history"), enrolment(names[1])]
    rows = roster(names, enrollments=enrolled)
    assert not (await people.administrator.post("/v1/rosters", rows)).json()["refused"]
    await applied(evidence)
    amara = evidence.person(people.amara)
    assert await started(amara, people.amara, gus)
    await forgotten(evidence, gus)
    before, told = await evidence.count(), []
    for other in (fay, gus, UNKNOWN):
        answer = await amara.post("/v1/works", {"id": str(uuid4()), "members": [people.amara, people.bao, other]})
        told.append((answer.status_code, answer.content))
        assert answer.json()["field"] == "/members/2"
    assert {status for status, _ in told} == {404}
    assert len(set(told)) == 1
    assert await evidence.count() == before


async def test_the_id_of_a_work_is_no_learners(evidence: Running, people: People) -> None:
    before = await evidence.count()
    answer = await people.teacher.post("/v1/works", {"id": people.bao, "members": [people.amara], "title": "Bao's"})
    assert (answer.status_code, answer.json()["field"]) == (422, "/id")
    assert await evidence.count() == before


async def test_versions_follow_on_each_other(evidence: Running, people: People) -> None:
    work = await started(people.teacher, people.amara, people.bao)
    path = f"/v1/works/{work}/versions"
    artefacts = [
        {"kind": "text", "content": "Power corrupts."},
        {"kind": "link", "content": "https://posters.example/animal-farm?draft=1"},
    ]
    first = version(artefacts=artefacts, note="A first try.")
    answer = await evidence.person(people.bao).post(path, first)
    assert (answer.status_code, answer.json()["version"]) == (201, 2), answer.text
    assert (await evidence.person(people.bao).post(path, first)).status_code == 200
    assert await vault(evidence, work) == {
        (first["id"], field) for field in ("artefacts/0/content_ref", "artefacts/1/content_ref", "note_ref")
    }
    stale = await people.teacher.post(path, version())
    assert (stale.status_code, stale.json()["version"]) == (409, 2)
    assert (await people.teacher.post(path, version(expected_version=2))).status_code == 201
    other = await evidence.person(people.bao).post(path, {**first, "note": "Another."})
    assert (other.status_code, other.json()["type"]) == (422, "urn:ascertain:problem:mismatch")


async def test_who_may_go_on_with_a_work(evidence: Running, people: People) -> None:
    work = await started(people.teacher, people.amara)
    nowhere = await people.teacher.post(f"/v1/works/{uuid4()}/versions", version())
    assert nowhere.status_code == 404
    for client in (people.other_teacher, people.stranger, evidence.person(people.bao)):
        for route, body in (("versions", version()), ("scores", scores())):
            answer = await client.post(f"/v1/works/{work}/{route}", body)
            assert (answer.status_code, answer.json()) == (404, nowhere.json())
    own = await evidence.person(people.amara).post(f"/v1/works/{work}/scores", scores())
    assert (own.status_code, own.json()) == (404, nowhere.json())
    piece = attempt(people.amara)
    assert (await people.teacher.post("/v1/evidence", piece)).status_code == 201
    assert (await people.teacher.post(f"/v1/works/{piece['id']}/versions", version())).status_code == 404


async def test_a_group_is_scored_a_piece_a_member(evidence: Running, people: People) -> None:
    work = await started(people.teacher, people.amara, people.bao)
    wish = scores(feedback="The middle is strong.", group=work)
    first = await people.teacher.post(f"/v1/works/{work}/scores", wish)
    again = await people.teacher.post(f"/v1/works/{work}/scores", wish)
    assert (first.status_code, again.status_code) == (201, 200), first.text
    receipt = first.json()
    assert again.json() == {**receipt, "status": 200, "outcome": "repeated"}
    ids = [wish["id"], further_event_id(wish["id"], 1)]
    assert [(one["learner"], one["id"], one["version"]) for one in receipt["receipts"]] == [
        (people.amara, ids[0], 1), (people.bao, ids[1], 1)
    ]  # fmt: skip
    assert receipt["id"] == wish["id"]
    assert receipt["position"] == receipt["receipts"][0]["position"]
    refs = set()
    for one in receipt["receipts"]:
        assert one["position"]["shard"] == shard_of(TENANT, one["learner"])
        read = (await people.teacher.get(f"/v1/evidence/{one['id']}")).json()
        assert (read["learner"], read["body"]["work"], read["position"]) == (one["learner"], work, one["position"])
        assert read["body"]["results"] == [BY_RUBRIC]
        refs.add(read["body"]["feedback_ref"])
        assert (one["id"], "feedback_ref") in await vault(evidence, one["learner"])
    assert len(refs) == 2
    other = await people.teacher.post(f"/v1/works/{work}/scores", {**wish, "members": [people.amara]})
    assert (other.status_code, other.json()["type"]) == (422, "urn:ascertain:problem:mismatch")


async def test_a_score_of_an_older_draft_than_there_is_is_refused(people: People) -> None:
    work = await started(people.teacher, people.amara, people.bao)
    assert (await people.teacher.post(f"/v1/works/{work}/versions", version())).status_code == 201
    wish = scores()
    stale = await people.teacher.post(f"/v1/works/{work}/scores", {**wish, "expected_version": 1})
    assert (stale.status_code, stale.json()["version"]) == (409, 2)
    seen = {**wish, "expected_version": 2}
    assert (await people.teacher.post(f"/v1/works/{work}/scores", seen)).status_code == 201
    assert (await people.teacher.post(f"/v1/works/{work}/versions", version(expected_version=2))).status_code == 201
    assert (await people.teacher.post(f"/v1/works/{work}/scores", seen)).status_code == 200


async def test_a_group_score_is_all_or_nothing_across_shards(evidence: Running, people: People) -> None:
    """In one run of 64 both lie in the same shard, for their ids are made anew each time; it holds then too."""
    work = await started(people.teacher, people.amara, people.bao)
    taken = attempt(people.bao)
    wish = scores()
    taken["id"] = further_event_id(wish["id"], 1)  # the id that the second member's piece would have
    assert (await people.teacher.post("/v1/evidence", taken)).status_code == 201
    before = await evidence.count()
    answer = await people.teacher.post(f"/v1/works/{work}/scores", wish)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:ascertain:problem:mismatch")
    assert await evidence.count() == before
    assert (await people.teacher.get(f"/v1/evidence/{wish['id']}")).status_code == 404


async def test_a_piece_of_a_group_score_is_voided_by_itself(people: People) -> None:
    work = await started(people.teacher, people.amara, people.bao)
    scored = (await people.teacher.post(f"/v1/works/{work}/scores", scores())).json()["receipts"]
    void = {"id": str(uuid4()), "expected_version": 1}
    assert (await people.teacher.post(f"/v1/evidence/{scored[1]['id']}/void", void)).status_code == 201
    states = [(await people.teacher.get(f"/v1/evidence/{one['id']}")).json()["state"] for one in scored]
    assert states == ["open", "closed"]


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("unknown rubric", {"rubric": "0" * 64}, "/rubric"),
    ("another criterion", {"results": [{**BY_RUBRIC, "criterion": "style"}]}, "/results/0/criterion"),
    ("no level", {"results": [{**BY_RUBRIC, "earned": "3.5"}]}, "/results/0/earned"),
    ("no results", {"results": []}, "/results"),
    ("no member", {"members": [UNKNOWN]}, "/members/0"),
    ("nobody", {"members": []}, "/members"),
    ("a blank text", {"feedback": "\n"}, "/feedback"),
    ("the future", {"occurred_at": "2999-01-01T00:00:00Z"}, "/occurred_at"),
    ("a reference", {"feedback_ref": "a" * 64}, "/feedback_ref"),
]


@pytest.mark.parametrize(("what", "more", "field"), WRONG, ids=[what for what, _, _ in WRONG])
async def test_a_refused_group_score_names_the_field(
    evidence: Running, people: People, what: str, more: dict[str, Any], field: str
) -> None:
    work = await started(people.teacher, people.amara, people.bao)
    before = await evidence.count()
    answer = await people.teacher.post(f"/v1/works/{work}/scores", scores(**more))
    assert (answer.status_code, answer.json().get("field")) == (422, field), answer.text
    assert await evidence.count() == before


ODD: list[tuple[str, dict[str, Any], str]] = [
    ("works: a member twice", {"members": [UNKNOWN, UNKNOWN]}, "/members"),
    ("works: nobody", {"members": []}, "/members"),
    ("works: a crowd", {"members": [str(uuid4()) for _ in range(101)]}, "/members"),
    ("works: a blank title", {"members": [UNKNOWN], "title": " "}, "/title"),
    ("works: a reference", {"members": [UNKNOWN], "title_ref": "a" * 64}, "/title_ref"),
    ("versions: nothing", {"artefacts": []}, "/artefacts"),
    ("versions: another kind", {"artefacts": [{"kind": "film", "content": "x"}]}, "/artefacts/0/kind"),
    ("versions: a script", {"artefacts": [{"kind": "link", "content": "javascript:alert(1)"}]}, "/artefacts/0"),
    ("versions: a link to nowhere", {"artefacts": [{"kind": "link", "content": "https://"}]}, "/artefacts/0"),
    ("versions: an empty text", {"artefacts": [{"kind": "text", "content": ""}]}, "/artefacts/0/content"),
    ("versions: a reference", {"artefacts": [{"kind": "text", "content_ref": "a" * 64}]}, "/artefacts/0/content"),
    ("versions: the future", {"occurred_at": "2999-01-01T00:00:00Z"}, "/occurred_at"),
]


@pytest.mark.parametrize(("what", "more", "field"), ODD, ids=[what for what, _, _ in ODD])
async def test_a_refused_wish_names_the_field(
    evidence: Running, people: People, what: str, more: dict[str, Any], field: str
) -> None:
    work = await started(people.teacher, people.amara)
    before = await evidence.count()
    if what.startswith("works"):
        answer = await people.teacher.post("/v1/works", {"id": str(uuid4()), **more})
    else:
        answer = await people.teacher.post(f"/v1/works/{work}/versions", version(**more))
    assert (answer.status_code, answer.json().get("field")) == (422, field), answer.text
    assert await evidence.count() == before


async def forgotten(evidence: Running, learner: str) -> None:
    """Let a learner be forgotten: one administrator asks, another approves."""
    asked = await evidence.administrator.post(f"/v1/learners/{learner}/forget", {"id": str(uuid4())})
    assert asked.status_code in {201, 202}, asked.text
    other = evidence.person()
    role = {"id": str(uuid4()), "person": other.id, "role": "administrator", "scope": "district"}
    assert (await evidence.administrator.post("/v1/roles", role)).status_code == 201
    approval = {"id": str(uuid4()), "request": asked.json()["id"]}
    answer = await other.post(f"/v1/learners/{learner}/forget/approve", approval)
    assert answer.status_code in {201, 202}, answer.text
    await applied(evidence)


async def test_the_group_goes_on_without_a_forgotten_member(evidence: Running, people: People) -> None:
    names = [f"{name}-{uuid4().hex[:8]}" for name in ("dara", "emil")]
    assert not (await people.administrator.post("/v1/rosters", roster(names))).json()["refused"]
    dara, emil = (evidence.id("user", name) for name in names)
    work = await started(people.teacher, dara, emil, title="A poster")
    alone = await started(people.teacher, dara, title="Mine")
    await forgotten(evidence, dara)
    before = await evidence.count()
    for client in (people.teacher, people.administrator):
        for more, field in (({}, "/members"), ({"members": [emil, dara]}, "/members/1")):
            answer = await client.post(f"/v1/works/{work}/scores", scores(**more))
            assert (answer.status_code, answer.json().get("field")) == (410, field), answer.text
            assert dara in answer.json()["detail"]
    both = await people.administrator.post("/v1/works", {"id": str(uuid4()), "members": [emil, dara]})
    assert (both.status_code, both.json()["field"]) == (410, "/members/1")
    assert await evidence.count() == before
    assert (await people.teacher.post(f"/v1/works/{work}/scores", scores(members=[emil]))).status_code == 201
    assert (await people.teacher.post(f"/v1/works/{work}/versions", version())).status_code == 201
    assert (await evidence.person(dara).post(f"/v1/works/{work}/versions", version())).status_code == 410
    gone = await people.administrator.post("/v1/evidence", [attempt(dara), attempt(emil)])
    assert [one["status"] for one in gone.json()] == [410, 201]
    assert gone.json()[0]["field"] == "/body/learner"
    await until(
        lambda: evidence.owner.fetchval(
            "SELECT NOT EXISTS (SELECT FROM vault.text WHERE owner = $1::text::uuid)", alone
        ),
        "the texts of a work of nobody but the forgotten are destroyed",
    )
    late = await people.administrator.post(f"/v1/works/{alone}/versions", version())
    assert late.status_code == 410
    assert await vault(evidence, work)
