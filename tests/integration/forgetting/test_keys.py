"""Nothing of the forgotten decrypts (I10): not from a backup of the vault's tables with every key that is still there,
and their keys go whatever happens between the approval and their destruction.
"""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from deploy.local.ports import free_port
from deploy.local.postgres import PostgresServer
from deploy.setup.databases import drop_databases, make_databases
from services.evidence.settings import EvidenceSettings
from tests.support.evidence import Client, attempt, running_evidence, scored
from tests.support.forgetting import Forgettable, decrypted, forgettable_district, write_much
from tests.support.servers import PASSWORD, District, unique_prefix
from tests.support.waiting import until


async def test_nothing_of_the_forgotten_decrypts_from_a_backup_and_the_others_texts_are_read(
    forgettable: Forgettable, sourced_id: str
) -> None:
    learner, other = await forgettable.enrol(sourced_id, f"{sourced_id}-2")
    solo, group = await write_much(forgettable.teacher, learner, other)
    backup = await forgettable.backup()
    before = decrypted(backup, await forgettable.keys())
    assert f'["Given {sourced_id}","Family {sourced_id}"]' in before[learner]
    assert len(before[learner]) == 7, "feedback, two reasons, her reflection, her question, a word on a redo, her name"
    assert len(before[solo]) == len(before[group]) == 3
    await forgettable.forget(learner)
    await gone(forgettable, solo)
    after = decrypted(backup, await forgettable.keys())
    assert _among({learner, other, solo, group}, after) == _among({other, group}, before)
    await put_back(forgettable, backup.texts)
    restored = decrypted(await forgettable.backup(), await forgettable.keys())
    assert _among({learner, other, solo, group}, restored) == _among({other, group}, before), "nor once it is restored"
    await forgettable.forget(other)
    await gone(forgettable, group)
    last = decrypted(backup, await forgettable.keys())
    assert not {learner, other, solo, group} & last.keys(), "a work goes with the last of its members"


def _among(owners: set[str], texts: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """What is of these owners: keys of another test's learners may be on their way out."""
    return {owner: found for owner, found in texts.items() if owner in owners}


async def test_with_the_keys_away_she_is_forgotten_at_once_and_the_key_destroyed_later(
    forgettable: Forgettable, sourced_id: str
) -> None:
    [learner] = await forgettable.enrol(sourced_id)
    item = {**scored(learner), "texts": {"feedback": "Well argued."}}
    assert (await forgettable.teacher.post("/v1/evidence", item)).status_code == 201
    asked = await forgettable.first.post(f"/v1/learners/{learner}/forget", {"id": str(uuid4()), "reason": "Moved."})
    await forgettable.keys_are_there(False)
    try:
        refused = await forgettable.first.post(f"/v1/learners/{learner}/forget", {"id": str(uuid4()), "reason": "?"})
        assert refused.status_code == 503
        await forgettable.approve(learner, asked.json()["id"])
        assert (await forgettable.teacher.post("/v1/evidence", attempt(learner))).status_code == 410
        assert await forgettable.state(learner) == "approved"
    finally:
        await forgettable.keys_are_there(True)
    assert learner in {key.owner for key in await forgettable.keys()}
    await forgettable.done(learner)
    assert learner not in {key.owner for key in await forgettable.keys()}


async def test_one_key_that_cannot_be_destroyed_keeps_no_other_back(forgettable: Forgettable, sourced_id: str) -> None:
    stuck = str(uuid4())
    await forgettable.running.owner.execute(
        "INSERT INTO forgetting.destruction (owner, asked_at) VALUES ($1, 'epoch')", stuck
    )
    keys = forgettable.district.databases["keys"]
    connection = await forgettable.connect(keys.migrator)
    try:
        await connection.execute(f"ALTER TABLE keys.key ADD CONSTRAINT stuck CHECK (owner <> '{stuck}')")
        [learner] = await forgettable.enrol(sourced_id)
        await forgettable.forget(learner)
        await connection.execute("ALTER TABLE keys.key DROP CONSTRAINT stuck")
        await gone(forgettable, stuck)
    finally:
        await connection.close()


async def test_nothing_of_her_is_given_while_her_key_waits_for_its_destruction(
    forgettable: Forgettable, sourced_id: str
) -> None:
    [learner] = await forgettable.enrol(sourced_id)
    scoring = {**scored(learner), "texts": {"feedback": "Well argued."}}
    assert (await forgettable.teacher.post("/v1/evidence", scoring)).status_code == 201
    ref = await forgettable.running.owner.fetchval(
        "SELECT encode(ref, 'hex') FROM vault.text WHERE event = $1::text::uuid", scoring["id"]
    )

    async def given() -> tuple[int, int]:
        wish = {"person": forgettable.first.id, "texts": [ref], "names": [learner]}
        answer = (await forgettable.running.service("gateway").post("/reveal", wish)).json()
        return len(answer["texts"]), len(answer["names"])

    assert await given() == (1, 1)
    connection = await forgettable.connect(forgettable.district.databases["keys"].migrator)
    try:
        await connection.execute(f"ALTER TABLE keys.key ADD CONSTRAINT stuck CHECK (owner <> '{learner}') NOT VALID")
        asked = await forgettable.first.post(f"/v1/learners/{learner}/forget", {"id": str(uuid4())})
        await forgettable.approve(learner, asked.json()["id"])
        assert learner in {key.owner for key in await forgettable.keys()}, "it could still be read"
        assert await given() == (0, 0)
    finally:
        await connection.execute("ALTER TABLE keys.key DROP CONSTRAINT stuck")
        await connection.close()
    await forgettable.done(learner)


@pytest.mark.long
@pytest.mark.faults
async def test_killed_between_the_approval_and_the_destruction_the_key_goes_at_the_next_start(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    prefix = unique_prefix()
    district = District(prefix, await make_databases(postgres, prefix, PASSWORD, ["evidence"]))
    try:
        async with running_evidence(district, tmp_path, idle=["key destruction"]) as running:
            forgettable = await forgettable_district(running, district, postgres)
            learner, other = await forgettable.enrol("amara", "bao")
            solo, _ = await write_much(forgettable.teacher, learner, other)
            asked = await forgettable.first.post(f"/v1/learners/{learner}/forget", {"id": str(uuid4())})
        port = free_port()
        settings = running.settings.model_copy(update={"port": port})
        await forgettable.keys_are_there(False)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
            child = await started(settings, http)
            try:
                second = Client(http, forgettable.second.mint, forgettable.second.id)
                path = f"/v1/learners/{learner}/forget/approve"
                approved = await second.post(path, {"id": str(uuid4()), "request": asked.json()["id"]})
                assert approved.status_code == 201, approved.text
            finally:
                child.kill()
                await child.wait()
        await forgettable.keys_are_there(True)
        assert {learner, solo} <= {key.owner for key in await forgettable.keys()}, "nothing is destroyed yet"
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
            child = await started(settings, http)
            try:
                await until(lambda: destroyed(forgettable, learner, solo), "the keys are destroyed", seconds=60)
            finally:
                child.terminate()
                await child.wait()
    finally:
        await drop_databases(postgres, prefix, ["evidence"])


async def started(settings: EvidenceSettings, http: httpx.AsyncClient) -> asyncio.subprocess.Process:
    told = {
        f"ASCERTAIN_{name.upper()}": str(value) for name, value in settings.model_dump().items() if value is not None
    }
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.evidence", "--run", "http,projector"), env={**os.environ, **told}
    )

    async def answers() -> bool:
        try:
            return (await http.get("/health")).status_code == 200
        except httpx.TransportError:
            return False

    await until(answers, "the service answers", seconds=60)
    return child


async def destroyed(forgettable: Forgettable, *owners: str) -> bool:
    return not set(owners) & {key.owner for key in await forgettable.keys()}


async def gone(forgettable: Forgettable, owner: str) -> None:
    await until(
        lambda: forgettable.running.owner.fetchval(
            "SELECT destroyed_ms IS NOT NULL FROM forgetting.destruction WHERE owner = $1", owner
        ),
        "the key is destroyed",
        seconds=60,
    )


async def put_back(forgettable: Forgettable, texts: list[dict[str, Any]]) -> None:
    """Put the rows of a backup back into the vault's table, as a restore would."""
    await forgettable.running.owner.executemany(
        "INSERT INTO vault.text (ref, owner, event, field, ciphertext) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT DO NOTHING",
        [(row["ref"], row["owner"], row["event"], row["field"], row["ciphertext"]) for row in texts],
    )
