"""Guardians: who may link them, what they see from then on, and when that ends."""

import asyncio
from typing import Any
from uuid import uuid4

from tests.integration.evidence.conftest import People
from tests.support.evidence import Client, Running, attempt, roster

LINK, UNLINK = "/v1/guardians", "/v1/guardians/unlink"


def wish(learner: str, guardian: Client, **more: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "learner": learner, "guardian": guardian.id, **more}


async def piece(people: People, learner: str) -> str:
    item = attempt(learner)
    answer = await people.teacher.post("/v1/evidence", item)
    assert answer.status_code == 201, answer.text
    return f"/v1/evidence/{item['id']}"


async def test_a_guardian_sees_her_child_and_no_other_until_she_is_unlinked(evidence: Running, people: People) -> None:
    guardian = evidence.person()
    child, other = await piece(people, people.amara), await piece(people, people.bao)
    assert (await guardian.get(child)).status_code == 404
    link = wish(people.amara, guardian)
    first = await people.administrator.post(LINK, link)
    assert (first.status_code, first.json()["type"]) == (201, "GuardianLinked"), first.text
    assert first.json()["stream"] == f"learner/{people.amara}"
    assert (await people.administrator.post(LINK, link)).json()["outcome"] == "repeated"
    assert (await guardian.get(child)).status_code == 200
    assert (await guardian.get(other)).status_code == 404
    for path, body in (
        ("/v1/evidence", attempt(people.amara)),
        (f"{child}/void", {"id": str(uuid4()), "expected_version": 1}),
        (LINK, wish(people.amara, evidence.person())),
    ):
        assert (await guardian.post(path, body)).status_code == 404, "she sees, and decides nothing"
    ended = await people.administrator.post(UNLINK, wish(people.amara, guardian))
    assert (ended.status_code, ended.json()["type"]) == (201, "GuardianUnlinked"), ended.text
    assert (await guardian.get(child)).status_code == 404


async def test_the_administrators_of_her_school_link_and_nobody_else_does(evidence: Running, people: People) -> None:
    here, elsewhere, auditor = evidence.person(), evidence.person(), evidence.person()
    for person, role, school in (
        (here, "administrator", evidence.id("org", "school")),
        (auditor, "auditor", evidence.id("org", "school")),
        (elsewhere, "administrator", str(uuid4())),
    ):
        grant = {"id": str(uuid4()), "person": person.id, "role": role, "scope": f"school/{school}"}
        assert (await people.administrator.post("/v1/roles", grant)).status_code == 201
    for path in (LINK, UNLINK):
        assert (await here.post(path, wish(people.amara, evidence.person()))).status_code == 201
        before = await evidence.count()
        learner = evidence.person(people.amara)
        for nobody in (elsewhere, auditor, people.teacher, people.stranger, learner):
            hidden = await nobody.post(path, wish(people.amara, learner))
            absent = await nobody.post(path, wish(str(uuid4()), learner))
            assert hidden.status_code == 404, hidden.text
            assert hidden.content == absent.content
        assert await evidence.count() == before


async def test_what_is_wrong_with_a_link(evidence: Running, people: People) -> None:
    before = await evidence.count()
    guardian = evidence.person()
    for body, field in (
        (wish(people.amara, guardian) | {"guardian": people.amara}, "/guardian"),
        (wish(people.amara, guardian) | {"guardian": "her mother"}, "/guardian"),
        (wish(people.amara, guardian, name="Ngozi"), "/name"),
    ):
        answer = await people.administrator.post(LINK, body)
        assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text
    unknown = await people.administrator.post(LINK, wish(str(uuid4()), guardian))
    assert unknown.status_code == 404, "the district's administrators are told so too"
    assert await evidence.count() == before
    link = wish(people.bao, guardian)
    assert (await people.administrator.post(LINK, link)).status_code == 201
    other = await people.administrator.post(LINK, {**link, "guardian": str(uuid4())})
    assert other.status_code == 422, "the id stands for another request"


async def test_of_a_forgotten_learner_nobody_is_a_guardian_any_more(evidence: Running, people: People) -> None:
    answer = await people.administrator.post("/v1/rosters", roster(("cleo",)))
    assert answer.status_code == 200, answer.text
    cleo, guardian, second = evidence.id("user", "cleo"), evidence.person(), evidence.person()
    grant = {"id": str(uuid4()), "person": second.id, "role": "administrator", "scope": "district"}
    assert (await people.administrator.post("/v1/roles", grant)).status_code == 201
    path, link = await piece(people, cleo), wish(cleo, guardian)
    assert (await people.administrator.post(LINK, link)).status_code == 201
    assert (await guardian.get(path)).status_code == 200
    asked = await people.administrator.post(f"/v1/learners/{cleo}/forget", {"id": str(uuid4())})
    approval = {"id": str(uuid4()), "request": asked.json()["id"]}
    assert (await second.post(f"/v1/learners/{cleo}/forget/approve", approval)).status_code == 201
    assert (await guardian.get(path)).status_code == 404
    for again in (link, wish(cleo, guardian)):
        assert (await people.administrator.post(LINK, again)).status_code == 410
    assert (await people.administrator.post(UNLINK, wish(cleo, guardian))).status_code == 410


def family(agents: str | None, *guardians: dict[str, str]) -> dict[str, Any]:
    """A roster with dara in English, and her guardians' rows."""
    files = roster(("dara",))
    said = {} if agents is None else {"agentSourcedIds": agents}
    files["users"] = [{"sourcedId": "lindgren"}, {"sourcedId": "dara", **said}, *guardians]
    return files


async def imported(people: People, files: dict[str, Any]) -> int:
    """How many entries a roster adds."""
    answer = await people.administrator.post("/v1/rosters", files)
    assert answer.status_code == 200, answer.text
    assert answer.json()["refused"] == [], answer.text
    appended: int = answer.json()["appended"]
    return appended


async def test_a_rosters_guardians_see_their_child_from_the_import_on(evidence: Running, people: People) -> None:
    parents = [{"sourcedId": "ines", "role": "parent"}, {"sourcedId": "joao", "role": "guardian"}]
    dara, ines, joao = evidence.id("user", "dara"), *(evidence.person(evidence.id("user", n)) for n in ("ines", "joao"))
    assert await imported(people, family("ines, joao", *parents)) == 3, "enrolled, and two linked"
    path = await piece(people, dara)
    assert [(await person.get(path)).status_code for person in (ines, joao)] == [200, 200]
    assert await imported(people, family("ines, joao", *parents)) == 0, "the second import adds nothing"
    assert await imported(people, family(None, *parents)) == 0

    assert await imported(people, family("ines", *parents)) == 1
    assert [(await person.get(path)).status_code for person in (ines, joao)] == [200, 404]

    by_hand = await people.administrator.post(UNLINK, wish(dara, ines))
    assert by_hand.status_code == 201
    assert await imported(people, family("ines", *parents)) == 0, "what was ended by hand stays ended"
    assert (await ines.get(path)).status_code == 404

    assert await imported(people, family("ines, joao", *parents)) == 1
    gone = {"users": [{"sourcedId": "joao", "role": "guardian", "status": "tobedeleted"}]}
    assert await imported(people, gone) == 1, "also where her own row is not sent"
    assert (await joao.get(path)).status_code == 404
    assert await imported(people, gone) == 0


async def test_links_made_at_once_with_an_import_are_decided_anew(evidence: Running, people: People) -> None:
    parents = [{"sourcedId": name, "role": "parent"} for name in ("ada", "bea", "cem")]
    files = family("ada, bea, cem", *parents)
    await imported(people, family(None))
    dara = evidence.id("user", "dara")
    answers = await asyncio.gather(
        *(people.administrator.post("/v1/rosters", files) for _ in range(3)),
        *(people.administrator.post(LINK, wish(dara, evidence.person())) for _ in range(3)),
    )
    assert {answer.status_code for answer in answers} <= {200, 201, 503}
    await imported(people, files)
    for name in ("ada", "bea", "cem"):
        linked = await evidence.owner.fetchval(
            "SELECT count(*) FROM ledger.stored_entry"
            " WHERE owner = $1 AND position(convert_to($2, 'UTF8') IN body) > 0",
            dara,
            evidence.id("user", name),
        )
        assert linked == 1, "each of them once, whoever came first"
