"""Who is shown what of a learner is in her log before it is shown, and where it cannot be, nothing is shown."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import asyncpg
import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from deploy.setup.databases import Database
from services.gateway.domain.disclosures import PURPOSES, Disclosure
from services.gateway.postgres import disclosures as stored
from shared.runtime.access.projection import AccessProjection
from shared.runtime.disclosing import HEADER, disclose
from shared.runtime.tokens import Verifier
from tests.support.gateway import World, problem
from tests.support.relations import TENANT, Relations, new_id

READS = ("mastery", "history", "grades", "competencies/{}/explanation")
TEXT, NAME = "She argued from the text itself.", "Zephyrine"
PERSON = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
REF, OTHER_REF, FOREIGN_REF = "a" * 64, "b" * 64, "c" * 64


@pytest.fixture
async def log(pool: asyncpg.Pool, database: Database) -> asyncpg.Pool:
    connection = await asyncpg.connect(database.migrator)
    await connection.execute("TRUNCATE gateway.disclosures")
    await connection.close()
    return pool


async def noted(pool: asyncpg.Pool, learner: str) -> list[tuple[str, str, int, str | None]]:
    """Person, what, count and purpose of a learner's log, the oldest first."""
    rows = await pool.fetch(
        "SELECT person::text, what, count, purpose FROM gateway.disclosures WHERE learner = $1 ORDER BY number", learner
    )
    return [tuple(row) for row in rows]


@asynccontextmanager
async def broken(database: Database) -> AsyncIterator[None]:
    """The log's table is out of reach."""
    connection = await asyncpg.connect(database.migrator)
    await connection.execute("ALTER TABLE gateway.disclosures RENAME TO disclosures_away")
    try:
        yield
    finally:
        await connection.execute("ALTER TABLE gateway.disclosures_away RENAME TO disclosures")
        await connection.close()


@asynccontextmanager
async def blocked(database: Database) -> AsyncIterator[None]:
    """Whoever writes to the log waits."""
    connection = await asyncpg.connect(database.migrator)
    async with connection.transaction():
        await connection.execute("LOCK TABLE gateway.disclosures")
        yield
    await connection.close()


@pytest.mark.parametrize("read", READS)
async def test_a_read_of_somebody_elses_record_is_logged(world: World, log: asyncpg.Pool, read: str) -> None:
    learner, person = new_id(), new_id()
    path = f"/v1/learners/{learner}/{read.format(new_id())}"
    assert (await world.http.get(path, headers=world.signed_in(person))).status_code == 200
    assert await noted(log, learner) == [(person, read.rpartition("/")[2], 1, None)]


async def test_whom_an_answer_tells_of_is_logged_where_the_path_does_not_say_it(
    world: World, log: asyncpg.Pool
) -> None:
    person = new_id()
    told = [new_id() for _ in range(1_000)]

    async def page(_request: Request) -> Response:
        return disclose(JSONResponse({}), "reviews", [*told, *told, person])

    world.services["mastery"].answer = page
    answer = await world.http.get(f"/v1/reviews?section={new_id()}", headers=world.signed_in(person))
    assert answer.status_code == 200
    assert HEADER.lower() not in answer.headers
    for learner in (told[0], told[-1]):
        assert await noted(log, learner) == [(person, "reviews", 1, None)]
    assert await log.fetchval("SELECT count(*) FROM gateway.disclosures") == len(told)


async def test_whom_the_answer_to_a_write_tells_of_is_logged_and_nobody_for_the_write_alone(
    world: World, log: asyncpg.Pool
) -> None:
    learner, person, other = new_id(), new_id(), new_id()

    async def written(_request: Request) -> Response:
        return disclose(JSONResponse({}, 201), "grades", [other])

    path, headers = f"/v1/learners/{learner}/portfolio/exhibits", world.signed_in(person)
    assert (await world.http.post(path, headers=headers, json={})).status_code < 300
    assert await noted(log, learner) == []
    for upstream in world.services.values():
        upstream.answer = written
    answer = await world.http.post(path, headers=headers, json={})
    assert (answer.status_code, HEADER.lower() in answer.headers) == (201, False)
    assert (await noted(log, learner), await noted(log, other)) == ([], [(person, "grades", 1, None)])


async def test_ones_own_record_and_what_is_refused_are_not_logged(world: World, log: asyncpg.Pool) -> None:
    learner = new_id()
    own = await world.http.get(f"/v1/learners/{learner}/mastery", headers=world.signed_in(learner))
    assert own.status_code == 200

    async def hidden(_request: Request) -> Response:
        return JSONResponse({}, 404)

    for upstream in world.services.values():
        upstream.answer = hidden
    for read in READS:
        path = f"/v1/learners/{learner}/{read.format(new_id())}"
        assert (await world.http.get(path, headers=world.signed_in(new_id()))).status_code == 404
    assert (await world.http.get(f"/v1/learners/{learner}/mastery")).status_code == 401
    assert await noted(log, learner) == []


@pytest.mark.parametrize("fault", [broken, blocked])
async def test_without_the_log_nothing_is_shown(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch, fault: Any
) -> None:
    monkeypatch.setattr(stored, "SECONDS", 0.3)
    learner, person = new_id(), new_id()

    async def secret(_request: Request) -> Response:
        return JSONResponse({"level": NAME})

    world.services["mastery"].answer = secret
    path = f"/v1/learners/{learner}/mastery"
    async with fault(database):
        refused = await world.http.get(path, headers=world.signed_in(person))
        assert refused.status_code == 503
        assert "logged" in problem(refused)["detail"]
        assert NAME not in refused.text
        own = await world.http.get(path, headers=world.signed_in(learner))
        assert own.json() == {"level": NAME}
    again = await world.http.get(path, headers=world.signed_in(person))
    assert again.json() == {"level": NAME}


async def test_what_comes_at_once_is_written_together(world: World, log: asyncpg.Pool) -> None:
    learner = new_id()
    path = f"/v1/learners/{learner}/mastery"
    async with httpx.AsyncClient(base_url=world.url, trust_env=False, timeout=30) as http:
        people = [new_id() for _ in range(200)]
        answers = await asyncio.gather(*(http.get(path, headers=world.signed_in(person)) for person in people))
    assert {answer.status_code for answer in answers} == {200}
    assert {row[0] for row in await noted(log, learner)} == set(people)
    statements = await log.fetchval(
        "SELECT count(DISTINCT xmin::text) FROM gateway.disclosures WHERE learner = $1", learner
    )
    assert statements < 150, "of 200; of what other tests disclosed it says nothing"


async def test_the_log_is_only_added_to(log: asyncpg.Pool, world: World) -> None:
    await world.http.get(f"/v1/learners/{new_id()}/mastery", headers=world.signed_in(new_id()))
    for statement in (
        "UPDATE gateway.disclosures SET count = 1",
        "DELETE FROM gateway.disclosures",
        "TRUNCATE gateway.disclosures",
        "DROP TABLE gateway.disclosures",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await log.execute(statement)


def test_a_disclosure_holds_no_words_of_others() -> None:
    for learner, person in ((NAME, new_id()), (new_id(), NAME)):
        with pytest.raises(ValueError, match="ids"):
            Disclosure(learner, person, "mastery")


def door(world: World, learner: str, member: str, staff: str) -> list[Any]:
    """Let `evidence` give back two texts, one of them of two learners, a learner's name and a teacher's; what it was asked."""  # noqa: E501
    asked: list[Any] = []

    async def reveal(request: Request) -> Response:
        service = Verifier(TENANT, world.trusted).service(request.headers["authorization"], audience="evidence")
        asked.append((request.url.path, service.service, await request.json()))
        texts = [
            {"ref": REF, "text": TEXT, "owner": learner, "learners": [learner]},
            {"ref": OTHER_REF, "text": TEXT, "owner": new_id(), "learners": [learner, member]},
            {"ref": FOREIGN_REF, "text": TEXT, "owner": new_id(), "learners": [new_id()]},
        ]
        names = [
            {"person": learner, "given": NAME, "family": "Okafor", "learner": True},
            {"person": staff, "given": "Ada", "family": "Byron", "learner": False},
        ]
        return JSONResponse({"texts": texts, "names": names})

    world.services["evidence"].answer = reveal
    return asked


async def test_what_is_revealed_is_logged_of_everyone_it_tells_of(world: World, log: asyncpg.Pool) -> None:
    person, learner, member, staff, unknown = (new_id() for _ in range(5))
    asked = door(world, learner, member, staff)
    wish = {"purpose": "teaching", "texts": [REF, OTHER_REF, REF, "d" * 64], "names": [learner, staff, unknown]}
    answer = await world.http.post("/v1/reveal", json=wish, headers=world.signed_in(person))
    assert answer.status_code == 200
    assert answer.json() == {
        "texts": {REF: TEXT, OTHER_REF: TEXT},
        "names": {
            learner: {"given": NAME, "family": "Okafor"},
            staff: {"given": "Ada", "family": "Byron"},
        },
        "withheld": ["d" * 64, unknown],
    }
    told = {"person": person, "texts": [REF, OTHER_REF, "d" * 64], "names": wish["names"]}
    assert asked == [("/reveal", "gateway", told)]
    assert await noted(log, learner) == [(person, "texts", 2, "teaching"), (person, "names", 1, "teaching")]
    assert await noted(log, member) == [(person, "texts", 1, "teaching")]
    assert await noted(log, staff) == []
    whole = str([tuple(row) for row in await log.fetch("SELECT * FROM gateway.disclosures")])
    assert NAME not in whole
    assert TEXT not in whole


async def test_what_tells_of_oneself_is_nobodys_business(world: World, log: asyncpg.Pool) -> None:
    learner, member = new_id(), new_id()
    door(world, learner, member, new_id())
    wish = {"purpose": "own-record", "texts": [REF, OTHER_REF], "names": [learner]}
    answer = await world.http.post("/v1/reveal", json=wish, headers=world.signed_in(learner))
    assert set(answer.json()["texts"]) == {REF, OTHER_REF}
    assert await noted(log, learner) == []
    assert await noted(log, member) == [(learner, "texts", 1, "own-record")], "but of the others in the group it is"


async def test_nobody_reads_others_as_if_it_were_ones_own(world: World, log: asyncpg.Pool) -> None:
    learner, person = new_id(), new_id()
    door(world, learner, new_id(), new_id())
    for wish in ({"texts": [REF]}, {"names": [learner]}):
        request = {"purpose": "own-record", "texts": [], "names": [], **wish}
        answer = await world.http.post("/v1/reveal", json=request, headers=world.signed_in(person))
        assert (answer.status_code, problem(answer)["field"]) == (422, "/purpose")
        assert TEXT not in answer.text
        assert NAME not in answer.text
    assert await noted(log, learner) == []


@pytest.mark.parametrize("fault", [broken, blocked])
async def test_without_the_log_nothing_is_revealed(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch, fault: Any
) -> None:
    monkeypatch.setattr(stored, "SECONDS", 0.3)
    learner = new_id()
    door(world, learner, new_id(), new_id())
    wish = {"purpose": "teaching", "texts": [REF], "names": [learner]}
    async with fault(database):
        refused = await world.http.post("/v1/reveal", json=wish, headers=world.signed_in(new_id()))
    assert refused.status_code == 503
    problem(refused)
    assert TEXT not in refused.text
    assert NAME not in refused.text


@pytest.mark.parametrize("answer", [JSONResponse({}, 503), JSONResponse({"texts": 1}), Response("nonsense")])
async def test_a_door_that_does_not_answer_as_it_should(world: World, answer: Response) -> None:
    async def given(_request: Request) -> Response:
        return answer

    world.services["evidence"].answer = given
    wish = {"purpose": "audit", "names": [new_id()]}
    refused = await world.http.post("/v1/reveal", json=wish, headers=world.signed_in(new_id()))
    assert refused.status_code == 503
    problem(refused)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"purpose": "zephyrine"}, "/purpose"),
        ({"purpose": None}, "/purpose"),
        ({"texts": ["A" * 64]}, "/texts/0"),
        ({"names": ["me"]}, "/names/0"),
        ({"names": [PERSON] * 1001}, "/names"),
        ({"texts": [REF] * 1001}, "/texts"),
        ({"why": "curious"}, "/why"),
    ],
    ids=lambda given: str(given)[:40],
)
async def test_a_wish_that_is_none(world: World, change: dict[str, Any], field: str) -> None:
    wish = {"purpose": "teaching", "texts": [], "names": []} | change
    refused = await world.http.post("/v1/reveal", json=wish, headers=world.signed_in(new_id()))
    assert refused.status_code == 422
    assert problem(refused)["field"] == field
    assert world.untouched


def test_every_purpose_fits_the_table() -> None:
    assert all(purpose.replace("-", "").isalpha() and len(purpose) <= 32 for purpose in PURPOSES)


async def test_who_may_read_the_log(world: World, log: asyncpg.Pool) -> None:
    learner, guardian, teacher, auditor, administrator, school, section = (new_id() for _ in range(7))
    relations = (
        Relations()
        .opened(section, school)
        .enrolled(learner, school, section)
        .linked(learner, guardian)
        .granted(teacher, "teacher", f"section/{section}")
        .granted(auditor, "auditor", f"school/{school}")
        .granted(administrator, "administrator", "district")
    )
    async with log.acquire() as connection, connection.transaction():
        await AccessProjection().apply(cast("asyncpg.Connection", connection), relations.entries)
    path = f"/v1/learners/{learner}/disclosures"
    await world.http.get(f"/v1/learners/{learner}/mastery", headers=world.signed_in(teacher))
    for person in (teacher, new_id()):
        hidden = await world.http.get(path, headers=world.signed_in(person))
        assert hidden.status_code == 404
        absent = await world.http.get(f"/v1/learners/{new_id()}/disclosures", headers=world.signed_in(person))
        assert hidden.content == absent.content
    for person in (guardian, auditor, administrator):
        assert (await world.http.get(path, headers=world.signed_in(person))).status_code == 200
    page = (await world.http.get(path, headers=world.signed_in(learner), params={"limit": 3})).json()
    assert page["learner"] == learner
    assert [(item["person"], item["what"]) for item in page["disclosures"]] == [
        (administrator, "disclosures"),
        (auditor, "disclosures"),
        (guardian, "disclosures"),
    ]
    rest = (await world.http.get(path, headers=world.signed_in(learner), params={"after": page["next"]})).json()
    assert [(item["person"], item["what"], item["purpose"]) for item in rest["disclosures"]] == [
        (teacher, "mastery", None)
    ]
    assert rest["next"] is None
    assert (await world.http.get("/v1/learners/me/disclosures", headers=world.signed_in(learner))).status_code == 404
