"""Asking for verifications: by whom, once for each key, and none that runs for ever."""

from uuid import uuid4

import asyncpg
import orjson
import pytest

from services.audit.domain.verification import INTERRUPTED
from services.audit.http.documents import VerifiedDocument
from tests.support.audited import ADMINISTRATOR, AuditedDistrict
from tests.support.audited_story import LEARNERS, Told
from tests.support.ledger_writer import named


async def ask(audited: AuditedDistrict, asked: object, person: str = ADMINISTRATOR, **headers: str) -> tuple[int, dict]:  # type: ignore[type-arg]
    answer = await audited.http.post("/v1/verifications", json=asked, headers={**audited.headers(person), **headers})
    return answer.status_code, answer.json()


async def test_who_may_not_see_finds_nothing(audited: AuditedDistrict, story: Told) -> None:
    for person in (LEARNERS[0], named("a stranger")):
        assert (await ask(audited, {"scope": "district"}, person))[0] == 404
        assert (await ask(audited, {"learner": LEARNERS[0]}, person))[0] == 404
    result = await audited.verify(LEARNERS[1])
    assert (await audited.get(f"/v1/verifications/{result['id']}", named("a stranger"))).status_code == 404
    assert (await audited.get(f"/v1/verifications/{uuid4()}")).status_code == 404


@pytest.mark.parametrize(
    "asked", [{}, {"scope": "school"}, {"scope": "district", "learner": LEARNERS[0]}, {"learner": "x"}, {"other": 1}]
)
async def test_a_request_that_makes_no_sense_is_refused(audited: AuditedDistrict, story: Told, asked: object) -> None:
    status, problem = await ask(audited, asked)
    assert (status, problem["status"]) == (422, 422)


async def test_the_same_key_is_the_same_verification(audited: AuditedDistrict, story: Told) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    _, first = await ask(audited, {"learner": LEARNERS[2]}, **key)
    status, again = await ask(audited, {"learner": LEARNERS[2]}, **key)
    assert (status, again["id"]) == (202, first["id"])
    status, other = await ask(audited, {"learner": LEARNERS[3]}, **key)
    assert (status, other["type"]) == (422, "urn:ascertain:problem:mismatch")
    assert (await audited.ended(first["id"]))["state"] == "equal"


async def test_a_verification_whose_process_died_is_shown_as_failed(audited: AuditedDistrict, story: Told) -> None:
    """Its row says running, under a number that no living process holds."""
    id_ = uuid4()
    await audited.audit.execute(
        "INSERT INTO verified.verification (id, asked_by, runner, state, began_at, phases)"
        " VALUES ($1, $2::text::uuid, nextval('verified.runners'), 'running', 0, '[]')",
        *(id_, ADMINISTRATOR),
    )
    result = (await audited.get(f"/v1/verifications/{id_}")).json()
    assert (result["state"], result["reason"]) == ("failed", INTERRUPTED)


async def test_one_that_lives_is_left_alone(audited: AuditedDistrict, story: Told) -> None:
    _, asked = await ask(audited, {"scope": "district"})
    assert asked["state"] == "running"
    assert [(phase["name"], phase["unit"]) for phase in asked["phases"]] == [
        *(("ledger", "entries"), ("topic", "records"), ("states", "states")),
        *((name, name) for name in ("learners", "grades", "reviews", "redos")),
        ("feedback", "pieces"),
    ]
    seen = (await audited.get(f"/v1/verifications/{asked['id']}")).json()["state"]
    assert seen in {"running", "equal"}
    assert (await audited.ended(asked["id"]))["state"] == "equal"


async def test_the_copy_cannot_be_changed_by_the_service(audited: AuditedDistrict, story: Told) -> None:
    app = await asyncpg.connect(audited.settings.database)
    try:
        for statement in ("UPDATE audit.entry SET version = 2", "DELETE FROM audit.entry", "TRUNCATE audit.entry"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await app.execute(statement)
    finally:
        await app.close()
    with pytest.raises(asyncpg.RestrictViolationError):
        await audited.audit.execute("UPDATE audit.entry SET version = 2")


async def test_health_tells_each_shard(audited: AuditedDistrict, story: Told) -> None:
    health = (await audited.http.get("/health")).json()
    assert (health["service"], health["status"], health["roles"]) == ("audit", "ok", ["http", "projector"])
    assert len(health["shards"]["evidence"]) == 64
    assert all(shard["lag_events"] == 0 for shards in health["shards"].values() for shard in shards)


async def test_the_openapi_document_shows_every_route_with_an_example(audited: AuditedDistrict) -> None:
    document = (await audited.http.get("/openapi.json")).json()
    assert set(document["paths"]) == {
        *(
            "/v1/learners/{id}/history",
            "/v1/learners/{id}/verified",
            "/v1/verifications",
            "/v1/verifications/{id}",
            "/health",
        ),
        *("/v1/audits", "/v1/audits/{id}"),
    }
    documents = ("HistoryDocument", "VerifiedDocument", "VerificationDocument", "VerificationRequest", "HealthDocument")
    for name in (*documents, "AuditDocument", "AuditRequest"):
        assert document["components"]["schemas"][name]["examples"]


async def test_a_learner_is_told_what_was_checked_of_her_record(audited: AuditedDistrict, story: Told) -> None:
    path = f"/v1/learners/{LEARNERS[4]}/verified"
    await audited.audit.execute("DELETE FROM verified.difference")
    await audited.audit.execute("DELETE FROM verified.verdict")
    await audited.audit.execute("DELETE FROM verified.verification")
    nothing = {"learner": LEARNERS[4], "state": None, "ended_at": None, "through": None}
    assert (await audited.get(path, LEARNERS[4])).json() == nothing
    await audited.verify()
    told = (await audited.get(path, LEARNERS[4])).json()
    VerifiedDocument.model_validate(told)
    newest = (await audited.get(f"/v1/learners/{LEARNERS[4]}/history", LEARNERS[4])).json()["entries"][-1]
    assert (told["state"], told["through"]) == ("equal", newest["recorded_at"])
    located = {"phase": "ledger", "kind": "differs", "what": "It differs.", "members": []}
    for where, state in (({"learner": LEARNERS[3]}, "equal"), ({"learner": LEARNERS[4]}, "different")):
        await audited.audit.execute("UPDATE verified.verification SET found = 1, state = 'different'")
        await audited.audit.execute(
            "INSERT INTO verified.difference (verification, number, located)"
            " SELECT id, (SELECT count(*) + 1 FROM verified.difference), $1 FROM verified.verification",
            orjson.dumps({**located, **where}).decode(),
        )
        assert (await audited.get(path, LEARNERS[4])).json()["state"] == state
    assert (await audited.get(path, named("a stranger"))).status_code == 404
