"""The door that gives texts and names back: to the gateway alone, and of them what the person named may read."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import asyncpg

from deploy.local.postgres import PostgresServer
from tests.integration.evidence.conftest import People
from tests.support.evidence import Client, Running, attempt, enrolment, roster, scored
from tests.support.waiting import until

WORDS = "Show where Orwell says so, and why you believe him."


async def asked(
    evidence: Running, person: Client | str, *, texts: Sequence[str] = (), names: Sequence[str] = ()
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The texts by their references and the names by their people, as the door gives them for this person."""
    id_ = person if isinstance(person, str) else person.id
    body = {"person": id_, "texts": list(texts), "names": list(names)}
    answer = await evidence.service("gateway").post("/reveal", body)
    assert answer.status_code == 200, answer.text
    document = answer.json()
    return {text["ref"]: text for text in document["texts"]}, {name["person"]: name for name in document["names"]}


async def feedback(people: People, learner: str, words: str) -> str:
    """The reference of a feedback that the teacher gave."""
    item = {**scored(learner), "texts": {"feedback": words}}
    answer = await people.teacher.post("/v1/evidence", item)
    assert answer.status_code == 201, answer.text
    stored = (await people.teacher.get(f"/v1/evidence/{item['id']}")).json()
    return str(stored["body"]["feedback_ref"])


async def named(people: People, users: list[dict[str, str]], **more: Any) -> None:
    answer = await people.administrator.post("/v1/rosters", roster([], users=users, enrollments=[], **more))
    assert answer.status_code == 200, answer.text
    assert not answer.json()["refused"], answer.text


async def test_a_text_is_given_to_whoever_may_see_its_learner(evidence: Running, people: People) -> None:
    ref = await feedback(people, people.amara, WORDS)
    for reader in (people.teacher, people.administrator, people.amara):
        texts, _ = await asked(evidence, reader, texts=[ref, "0" * 64])
        assert texts == {
            ref: {"ref": ref, "text": WORDS, "owner": people.amara, "learners": [people.amara]},
        }
    for stranger in (people.other_teacher, people.stranger, people.bao):
        assert await asked(evidence, stranger, texts=[ref]) == ({}, {})


async def test_a_works_text_is_given_to_whoever_may_see_one_of_its_members(evidence: Running, people: People) -> None:
    elsewhere = f"learner-{uuid4()}"
    answer = await people.administrator.post(
        "/v1/rosters", roster([elsewhere], enrollments=[enrolment(elsewhere, "history")])
    )
    assert answer.status_code == 200, answer.text
    other = evidence.id("user", elsewhere)
    work = {"id": str(uuid4()), "members": [people.amara, other], "title": "A poster on power"}
    assert (await people.administrator.post("/v1/works", work)).status_code == 201
    version = {"id": str(uuid4()), "expected_version": 1, "artefacts": [{"kind": "text", "content": WORDS}]}
    answer = await people.administrator.post(f"/v1/works/{work['id']}/versions", version)
    assert answer.status_code == 201, answer.text
    bodies = await evidence.owner.fetch(
        "SELECT convert_from(body, 'UTF8')::jsonb AS body FROM ledger.stored_entry WHERE owner = $1::text::uuid"
        " ORDER BY version",
        work["id"],
    )
    refs = [
        await evidence.owner.fetchval("SELECT $1::jsonb ->> 'title_ref'", bodies[0]["body"]),
        await evidence.owner.fetchval("SELECT $1::jsonb #>> '{artefacts,0,content_ref}'", bodies[1]["body"]),
    ]
    for reader in (people.teacher, people.other_teacher, people.amara, other):
        texts, _ = await asked(evidence, reader, texts=refs)
        assert [texts[ref]["text"] for ref in refs] == ["A poster on power", WORDS]
        assert all(set(text["learners"]) == {people.amara, other} for text in texts.values())
        assert {text["owner"] for text in texts.values()} == {work["id"]}
    for stranger in (people.stranger, people.bao):
        assert await asked(evidence, stranger, texts=refs) == ({}, {})


async def test_a_text_to_which_no_event_refers_is_not_given(evidence: Running, people: People) -> None:
    """The vault keeps it before the ledger is asked, which may say no: then it was never recorded."""
    item = {**scored(people.amara), "texts": {"feedback": WORDS}}
    assert (await people.teacher.post("/v1/evidence", item)).status_code == 201
    other = {**item, "texts": {"feedback": "Something else, under the same id."}}
    assert (await people.teacher.post("/v1/evidence", other)).status_code == 422
    kept = await evidence.owner.fetch(
        "SELECT encode(ref, 'hex') AS ref FROM vault.text WHERE event = $1::text::uuid", item["id"]
    )
    assert len(kept) == 2
    texts, _ = await asked(evidence, people.teacher, texts=[row["ref"] for row in kept])
    assert [text["text"] for text in texts.values()] == [WORDS]


async def test_names_of_learners_are_for_whoever_may_see_them_and_those_of_staff_for_everybody_here(
    evidence: Running, people: People
) -> None:
    await named(
        people,
        [
            {"sourcedId": "amara", "givenName": "Amara", "familyName": "Okafor"},
            {"sourcedId": "lindgren", "givenName": "Maja", "familyName": "Lindgren"},
            {"sourcedId": "nobody-yet", "givenName": "No", "familyName": "Body"},
        ],
    )
    teacher, nobody = people.teacher.id, evidence.id("user", "nobody-yet")
    everyone = [people.amara, teacher, nobody, people.bao]
    amara = {"person": people.amara, "given": "Amara", "family": "Okafor", "learner": True}
    lindgren = {"person": teacher, "given": "Maja", "family": "Lindgren", "learner": False}
    for reader, seen in (
        (people.amara, {people.amara: amara, teacher: lindgren}),
        (teacher, {people.amara: amara, teacher: lindgren}),
        (people.bao, {teacher: lindgren}),
        (people.other_teacher, {teacher: lindgren}),
        (people.stranger, {}),
    ):
        assert await asked(evidence, reader, names=everyone) == ({}, seen)
    _, names = await asked(evidence, people.administrator, names=everyone)
    assert names.keys() == {people.amara, teacher, nobody}
    _, names = await asked(evidence, nobody, names=everyone)
    assert names == {nobody: {"person": nobody, "given": "No", "family": "Body", "learner": False}}


async def test_a_classes_title_is_for_everybody_here(evidence: Running, people: People) -> None:
    """It may hold a teacher's name, and is kept as that is; so is what a school is called."""
    [english, history] = roster()["classes"]
    title = f"Ms Lindgren’s English {uuid4()}"
    district, school = roster()["orgs"]
    called = f"Willowbrook High {uuid4()}"
    classes = [{**english, "title": title}, {**history, "title": ""}]
    await named(people, [], classes=classes, orgs=[district, {**school, "name": called}])
    section, other = (evidence.id("class", one["sourcedId"]) for one in (english, history))
    told = {section: {"person": section, "given": title, "family": "", "learner": False}}
    high = evidence.id("org", school["sourcedId"])
    told[high] = {"person": high, "given": called, "family": "", "learner": False}
    for reader in (people.amara, people.teacher, people.other_teacher):
        assert await asked(evidence, reader, names=[section, other, high]) == ({}, told)
    assert await asked(evidence, people.stranger, names=[section, other, high]) == ({}, {})


async def test_a_role_makes_no_learners_name_public(evidence: Running, people: People) -> None:
    """Neither while she learns here, nor after it has ended; only who has left, and works here now, is staff."""
    name = f"learner-{uuid4()}"
    learner, here = evidence.id("user", name), roster([name], users=[{"sourcedId": name, "givenName": "Ines"}])
    ines = {"person": learner, "given": "Ines", "family": "", "learner": True}
    role = {"person": learner, "role": "teacher", "scope": f"section/{uuid4()}"}

    async def seen() -> list[dict[str, dict[str, Any]]]:
        return [(await asked(evidence, reader, names=[learner]))[1] for reader in (people.bao, people.teacher)]

    async def said(path: str, body: dict[str, Any]) -> None:
        answer = await people.administrator.post(path, body)
        assert answer.status_code in {200, 201}, answer.text
        assert not answer.json().get("refused"), answer.text

    await said("/v1/rosters", here)
    await said("/v1/roles", {"id": str(uuid4()), **role})
    assert await seen() == [{}, {learner: ines}]
    await said("/v1/rosters", roster([], enrollments=[enrolment(name, status="tobedeleted")]))
    assert await seen() == [{learner: {**ines, "learner": False}}] * 2
    await said("/v1/roles/revocations", {"id": str(uuid4()), **role})
    assert await seen() == [{}, {}]


async def test_the_same_roster_again_leaves_the_names_as_they_are_and_a_new_name_replaces_the_old(
    evidence: Running, people: People
) -> None:
    name = f"user-{uuid4()}"
    person = evidence.id("user", name)
    row = {"sourcedId": name, "givenName": "Maria", "familyName": "Sosa"}
    rows = []
    for _ in range(2):
        await named(people, [row])
        rows.append(
            await evidence.owner.fetchrow("SELECT *, xmin FROM vault.name WHERE owner = $1::text::uuid", person)
        )
    assert rows[0] is not None
    assert rows[0] == rows[1]
    await named(people, [{**row, "preferredGivenName": "Mia"}])
    await named(people, [{"sourcedId": name}])
    _, names = await asked(evidence, person, names=[person])
    assert (names[person]["given"], names[person]["family"]) == ("Mia", "Sosa")


async def test_names_stand_nowhere_in_the_open(evidence: Running, people: People) -> None:
    """The whole sweep is in integration/vault/test_canaries; this is the near of it."""
    await named(people, [{"sourcedId": f"user-{uuid4()}", "givenName": "Zebedeus-Canary"}])
    tables = await evidence.owner.fetch(
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
        " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    )
    for (table,) in tables:
        assert not await evidence.owner.fetchval(
            f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE '%Zebedeus%' OR t::text LIKE '%' || $1 || '%'",
            b"Zebedeus".hex(),
        ), table


async def test_while_the_keys_do_not_answer_texts_and_names_are_refused_and_nothing_is_appended(
    evidence: Running, people: People, postgres: PostgresServer
) -> None:
    name = evidence.settings.database_keys.rsplit("/", 1)[1].partition("?")[0]
    superuser = await asyncpg.connect(postgres.dsn())
    before = await evidence.count()
    try:
        await superuser.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        await superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usename = $1 || '_app'", name
        )
        texted = {**scored(people.amara), "texts": {"feedback": WORDS}}
        users = [{"sourcedId": f"user-{uuid4()}", "givenName": "Maria"}]
        rows = roster([f"learner-{uuid4()}"], users=users)
        for answer in (
            await people.teacher.post("/v1/evidence", texted),
            await people.administrator.post("/v1/rosters", rows),
        ):
            assert answer.status_code == 503, answer.text
            assert int(answer.headers["Retry-After"]) >= 1
            assert WORDS not in answer.text
            assert "Maria" not in answer.text
        assert await evidence.count() == before
        assert (await people.teacher.post("/v1/evidence", attempt(people.amara))).status_code == 201
    finally:
        await superuser.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        await superuser.close()

    async def recorded() -> bool:
        return (await people.teacher.post("/v1/evidence", texted)).status_code == 201

    await until(recorded, "the same is recorded once the keys answer")


async def test_the_door_is_not_there_for_anyone_but_the_gateway(evidence: Running, people: People) -> None:
    body = {"person": people.amara, "texts": [], "names": [people.amara]}
    strangers = (
        people.administrator,
        evidence.nobody(),
        evidence.service("mastery"),
        evidence.service("gateway", audience="mastery"),
    )
    for stranger in strangers:
        for sent in (body, b"{", {"person": 7}):
            assert (await stranger.post("/reveal", sent)).status_code == 404
    gateway = evidence.service("gateway")
    for field, wrong in (
        ("/person", {**body, "person": "amara"}),
        ("/names", {**body, "names": [people.amara] * 1001}),
        ("/texts/0", {**body, "texts": ["x"]}),
    ):
        answer = await gateway.post("/reveal", wrong)
        assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_a_class_is_given_in_one_request(evidence: Running, people: People) -> None:
    refs = await asyncio.gather(*(feedback(people, people.amara, f"{WORDS} {n}") for n in range(30)))
    texts, _ = await asked(evidence, people.teacher, texts=refs)
    assert {text["text"] for text in texts.values()} == {f"{WORDS} {n}" for n in range(30)}
