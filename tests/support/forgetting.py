"""A small district in which learners are forgotten, and an attacker who has kept a backup of the vault's texts."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from deploy.local.postgres import PostgresServer
from services.evidence.vault.cipher import OwnerKey
from services.evidence.vault.keys import _key_name
from services.evidence.vault.wrapping import DistrictKey
from shared.contracts.documents import document_digest
from tests.support.evidence import THEME, Client, Running, address, framework, policy, roster, rubric, scored
from tests.support.servers import District
from tests.support.waiting import until


@dataclass(frozen=True, slots=True)
class Backup:
    """The vault's rows as they were, of every owner."""

    texts: list[dict[str, Any]]
    names: list[dict[str, Any]]


@dataclass(slots=True)
class Forgettable:
    """The service, its people, and connections that reach around everything."""

    running: Running
    district: District
    postgres: PostgresServer
    second: Client
    teacher: Client
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def first(self) -> Client:
        return self.running.administrator

    async def enrol(self, *names: str) -> list[str]:
        """Learners of the class, with names; their ids."""
        users = [{"sourcedId": name, "givenName": f"Given {name}", "familyName": f"Family {name}"} for name in names]
        known = [{"sourcedId": "lindgren"}, {"sourcedId": "abara"}]
        answer = await self.first.post("/v1/rosters", roster(names, users=[*known, *users]))
        assert (answer.status_code, answer.json()["refused"]) == (200, []), answer.text
        return [self.running.id("user", name) for name in names]

    async def forget(self, learner: str) -> dict[str, Any]:
        """Ask, and approve by another; the approval's receipt, once the key is destroyed."""
        asked = await self.first.post(f"/v1/learners/{learner}/forget", {"id": str(uuid4()), "reason": "They moved."})
        assert asked.status_code == 201, asked.text
        receipt = await self.approve(learner, asked.json()["id"])
        await self.done(learner)
        return receipt

    async def approve(self, learner: str, request: str) -> dict[str, Any]:
        answer = await self.second.post(
            f"/v1/learners/{learner}/forget/approve", {"id": str(uuid4()), "request": request}
        )
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def state(self, learner: str) -> str:
        listed = (await self.first.get("/v1/forgettings", params={"limit": 1000})).json()["forgettings"]
        return str(next(one["state"] for one in listed if one["learner"] == learner))

    async def done(self, learner: str) -> None:
        async def destroyed() -> bool:
            return await self.state(learner) == "done"

        await until(destroyed, "the key is destroyed", seconds=60)

    async def connect(self, dsn: str) -> asyncpg.Connection:
        return await asyncpg.connect(dsn)

    async def backup(self) -> Backup:
        texts = await self.running.owner.fetch(
            "SELECT ref, owner::text, event::text, field, ciphertext FROM vault.text"
        )
        names = await self.running.owner.fetch("SELECT owner::text, ciphertext FROM vault.name")
        return Backup([dict(row) for row in texts], [dict(row) for row in names])

    async def keys(self) -> list[OwnerKey]:
        """Every key that is to be had, with the district's key in hand."""
        connection = await asyncpg.connect(self.district.databases["keys"].migrator)
        try:
            rows = await connection.fetch(
                "SELECT owner::text, id::text, wrapped FROM keys.key WHERE wrapped IS NOT NULL"
            )
        finally:
            await connection.close()
        wrapping = DistrictKey(self.running.settings.read_district_key())
        names = [_key_name(row["owner"], row["id"]) for row in rows]
        secrets = await wrapping.unwrap(names, [row["wrapped"] for row in rows])
        return [OwnerKey(row["owner"], row["id"], secret) for row, secret in zip(rows, secrets, strict=True) if secret]

    async def keys_are_there(self, there: bool) -> None:
        """Let the database of keys answer, or nobody enter it any more."""
        name = self.district.databases["keys"].name
        connection = await asyncpg.connect(self.postgres.dsn())
        try:
            await connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {"true" if there else "false"}')
            if not there:
                await connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name
                )
        finally:
            await connection.close()


def decrypted(backup: Backup, keys: list[OwnerKey]) -> dict[str, list[str]]:
    """What any of these keys makes of any row of a backup, by the rows' owners: an attacker tries everything."""
    found: dict[str, list[str]] = {}
    for key in keys:
        for row in backup.texts:
            tried = OwnerKey(row["owner"], key.id, key.secret).decrypt_text(
                row["event"], row["field"], row["ciphertext"]
            )
            if tried is not None:
                found.setdefault(row["owner"], []).append(tried)
        for row in backup.names:
            tried = OwnerKey(row["owner"], key.id, key.secret).decrypt_name(row["ciphertext"])
            if tried is not None:
                found.setdefault(row["owner"], []).append(tried)
    return found


async def forgettable_district(running: Running, district: District, postgres: PostgresServer) -> Forgettable:
    """The district's documents, a policy in force for all, a class and its teacher, and a second administrator."""
    first = running.administrator
    for document in (framework(), rubric(), policy()):
        assert (await first.put(address(document), document)).status_code == 201
    adoption = {"id": str(uuid4()), "scope": "district", "policy": document_digest(policy()), "mode": "recompute"}
    assert (await first.post("/v1/adoptions", adoption)).status_code == 201
    assert (await first.post("/v1/rosters", roster(()))).status_code == 200
    second = running.person()
    role = {"id": str(uuid4()), "person": second.id, "role": "administrator", "scope": "district"}
    assert (await first.post("/v1/roles", role)).status_code == 201
    return Forgettable(running, district, postgres, second, running.person(running.id("user", "lindgren")))


def said(response: httpx.Response) -> tuple[int, str]:
    """The status of an answer, and the kind of problem that it is."""
    return response.status_code, response.json().get("type", "").rsplit(":", 1)[-1]


async def write_much(teacher: Client, learner: str, other: str) -> tuple[str, str]:
    """Texts of every kind about a learner, and one about another; her own work, and one with the other."""
    when = "2026-09-14T10:30:00.000Z"
    scoring = {**scored(learner), "texts": {"feedback": f"Well argued by {learner}."}}
    reflection = {
        "id": str(uuid4()),
        "type": "ReflectionRecorded",
        "occurred_at": when,
        "body": {"learner": learner},
        "texts": {"text": f"I, {learner}, learned much."},
    }
    override = {"learner": learner, "competency": THEME, "level": "Secure", "reason": f"Heard of {learner}."}
    review = {"learner": learner, "competency": THEME, "reason": f"Is that right of {learner}?"}
    redo = {"learner": learner, "competency": THEME, "note": f"For {learner} to try again."}
    made = [
        await teacher.post("/v1/evidence", scoring),
        await teacher.post("/v1/evidence", reflection),
        await teacher.post(f"/v1/evidence/{scoring['id']}/void", {**_new(), "expected_version": 1, "reason": "Twice."}),
        await teacher.post("/v1/overrides", {**_new(), **override}),
        await teacher.post("/v1/reviews", {**_new(), **review}),
        await teacher.post("/v1/redos", {**_new(), **redo}),
        await teacher.post("/v1/evidence", {**scored(other), "texts": {"feedback": f"To {other}."}}),
    ]
    works = []
    for members in ([learner], [learner, other]):
        started = await teacher.post(
            "/v1/works", {**_new(), "members": members, "title": "A poster", "occurred_at": when}
        )
        works.append(started.json()["id"])
        version = {
            "expected_version": 1,
            "artefacts": [{"kind": "text", "content": "Four legs good."}],
            "note": "First.",
        }
        made += [started, await teacher.post(f"/v1/works/{works[-1]}/versions", {**_new(), **version})]
    for answer in made:
        assert answer.status_code == 201, answer.text
    return works[0], works[1]


def _new() -> dict[str, str]:
    return {"id": str(uuid4())}
