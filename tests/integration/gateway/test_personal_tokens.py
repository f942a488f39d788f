"""Personal tokens: made, shown once, exchanged, revoked."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from deploy.setup.databases import Database
from services.gateway.domain.accounts import Account
from services.gateway.postgres.accounts import StoredAccounts
from shared.runtime.clock import now
from shared.runtime.tokens import Verifier
from tests.support.gateway import World, problem
from tests.support.relations import TENANT, new_id

PERSON, OTHER = new_id(), new_id()


async def made(world: World, person: str = PERSON, **body: str) -> dict[str, str]:
    answer = await world.http.post(
        "/v1/personal-tokens", json={"label": "a script"} | body, headers=world.signed_in(person)
    )
    assert answer.status_code == 201, answer.text
    token: dict[str, str] = answer.json()
    return token


async def exchanged(world: World, token: str) -> tuple[int, str | None]:
    answer = await world.http.post("/v1/tokens", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code, answer.json().get("access_token")


async def test_a_personal_token_becomes_an_access_token_of_the_same_person(world: World) -> None:
    token = await made(world)
    assert token["token"].startswith("ascp_")
    answer = await world.http.post("/v1/tokens", headers={"Authorization": f"Bearer {token['token']}"})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 300)
    assert Verifier(TENANT, world.trusted).person(f"Bearer {body['access_token']}").id == PERSON


async def test_a_token_is_shown_once_and_stored_as_a_digest(world: World, pool: asyncpg.Pool) -> None:
    token = await made(world)
    rows = await pool.fetch("SELECT t::text AS row, digest FROM gateway.personal_tokens AS t")
    assert hashlib.sha256(token["token"].encode()).hexdigest() in {row["digest"] for row in rows}
    assert not any(token["token"].removeprefix("ascp_") in row["row"] for row in rows)
    listed = await world.http.get("/v1/personal-tokens", headers=world.signed_in(PERSON))
    assert token["id"] in {known["id"] for known in listed.json()["personal_tokens"]}
    assert token["token"] not in listed.text


async def test_tokens_are_revoked_with_the_last_account_of_their_person_and_nobody_elses(
    world: World, pool: asyncpg.Pool
) -> None:
    leaver = new_id()
    hers, anothers = await made(world, leaver), await made(world, OTHER)
    accounts = StoredAccounts(pool)
    first, last = (Account(new_id(), "https://issuer.example", new_id(), leaver, now()) for _ in range(2))
    for account in (first, last):
        await accounts.link(account)
    assert await accounts.unlink(first.id, now())
    assert (await exchanged(world, hers["token"]))[0] == 200, "she still signs in by the other"
    assert await accounts.unlink(last.id, now())
    assert (await exchanged(world, hers["token"]))[0] == 401
    assert (await exchanged(world, anothers["token"]))[0] == 200
    assert not await accounts.unlink(last.id, now())


async def test_a_revoked_token_gives_nothing_more(world: World) -> None:
    token = await made(world)
    assert (await exchanged(world, token["token"]))[0] == 200
    for _ in range(2):
        gone = await world.http.delete(f"/v1/personal-tokens/{token['id']}", headers=world.signed_in(PERSON))
        assert gone.status_code == 204
    refused = await world.http.post("/v1/tokens", headers={"Authorization": f"Bearer {token['token']}"})
    unknown = await world.http.post("/v1/tokens", headers={"Authorization": "Bearer ascp_" + "A" * 43})
    assert refused.status_code == 401
    assert problem(refused) == problem(unknown), "revoked and never made look the same"
    [known] = [one for one in await own(world, PERSON) if one["id"] == token["id"]]
    assert known["revoked_at"] is not None
    assert known["last_used_at"] is not None


async def own(world: World, person: str) -> list[dict[str, str | None]]:
    answer = await world.http.get("/v1/personal-tokens", headers=world.signed_in(person))
    tokens: list[dict[str, str | None]] = answer.json()["personal_tokens"]
    return tokens


async def test_nobody_sees_or_revokes_another_persons(world: World) -> None:
    token = await made(world)
    assert token["id"] not in {known["id"] for known in await own(world, OTHER)}
    theirs = await world.http.delete(f"/v1/personal-tokens/{token['id']}", headers=world.signed_in(OTHER))
    nobodys = await world.http.delete(f"/v1/personal-tokens/{new_id()}", headers=world.signed_in(OTHER))
    nonsense = await world.http.delete("/v1/personal-tokens/nonsense", headers=world.signed_in(OTHER))
    assert theirs.status_code == 404
    assert problem(theirs) == problem(nobodys) == problem(nonsense)
    assert (await exchanged(world, token["token"]))[0] == 200


async def test_a_repeated_request_makes_no_second_token(world: World) -> None:
    person = new_id()
    headers = world.signed_in(person) | {"Idempotency-Key": "once"}
    first = await world.http.post("/v1/personal-tokens", json={"label": "x"}, headers=headers)
    second = await world.http.post("/v1/personal-tokens", json={"label": "x"}, headers=headers)
    assert (first.status_code, second.status_code) == (201, 409)
    assert problem(second)["id"] == first.json()["id"]
    assert len(await own(world, person)) == 1


async def test_there_is_a_bound_to_how_many_one_may_have(world: World, pool: asyncpg.Pool) -> None:
    person = new_id()
    await pool.execute(
        "INSERT INTO gateway.personal_tokens (id, person, label, digest, created_ms)"
        " SELECT gen_random_uuid(), $1, '', encode(sha256(n::text::bytea), 'hex'), $2 FROM generate_series(1, 100) n",
        person,
        now(),
    )
    refused = await world.http.post("/v1/personal-tokens", json={"label": "x"}, headers=world.signed_in(person))
    assert refused.status_code == 409
    problem(refused)


@pytest.mark.parametrize("label", ["", " ", "x" * 101, "a\x00b", 1, None, "\ud800"])
async def test_a_label_that_cannot_be(world: World, label: object) -> None:
    headers = world.signed_in(PERSON) | {"Content-Type": "application/json"}
    body = json.dumps({"label": label})
    refused = await world.http.post("/v1/personal-tokens", content=body, headers=headers)
    assert refused.status_code == 422
    assert problem(refused)["field"] == "/label"


@pytest.mark.parametrize(
    "header", [None, "Bearer", "Bearer ascp_", "Basic YTpi", "Bearer " + "x" * 43, "Bearer ascp_" + "A" * 1000]
)
async def test_what_is_no_personal_token(world: World, header: str | None) -> None:
    refused = await world.http.post("/v1/tokens", headers={"Authorization": header} if header else {})
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    problem(refused)


async def test_an_access_token_is_no_personal_token_nor_the_other_way(world: World) -> None:
    assert (await world.http.post("/v1/tokens", headers=world.signed_in(PERSON))).status_code == 401
    token = (await made(world))["token"]
    for path in ("/v1/personal-tokens", f"/v1/learners/{PERSON}/mastery"):
        assert (await world.http.get(path, headers={"Authorization": f"Bearer {token}"})).status_code == 401
    assert world.untouched


async def test_the_operators_command_prints_a_token_that_works(world: World, database: Database) -> None:
    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PYTHONPATH": str(Path(__file__).parents[3]),
            "ASCERTAIN_TENANT": TENANT,
            "ASCERTAIN_DATABASE": database.app,
            "ASCERTAIN_KEYS": str(world.trusted.parent / "keys"),
            "ASCERTAIN_TRUSTED": str(world.trusted),
        }
        line = [sys.executable, "-m", "services.gateway", *arguments]
        return subprocess.run(line, env=environment, capture_output=True, text=True, check=False, timeout=60)

    person = new_id()
    printed = command("--personal-token", person, "--label", "the nightly import")
    assert printed.returncode == 0, printed.stderr
    status, access = await exchanged(world, printed.stdout.strip())
    assert status == 200
    assert Verifier(TENANT, world.trusted).person(f"Bearer {access}").id == person
    assert [known["label"] for known in await own(world, person)] == ["the nightly import"]
    refused = command("--personal-token", "someone")
    assert refused.returncode == 2
    assert "must be a person's id, a lowercase UUID" in refused.stderr
