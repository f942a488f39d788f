"""The doors of the ledger, health, and the OpenAPI document."""

from uuid import uuid4

from services.gateway.domain.routes import ROUTES
from shared.ledger.identifiers import shard_of
from shared.runtime.calling import ServiceClient
from shared.runtime.ledger_door import LedgerDoor, entry_of
from shared.runtime.ledger_reader import MOST
from shared.runtime.shards import Shard
from tests.integration.evidence.conftest import People
from tests.support.evidence import TENANT, Running, address, attempt, policy
from tests.support.serving import serving


async def test_a_service_reads_shards_owners_and_heads(evidence: Running, people: People) -> None:
    item = attempt(people.amara)
    receipt = (await people.teacher.post("/v1/evidence", item)).json()
    shard = Shard("evidence", shard_of(TENANT, people.amara))
    token = evidence.service().token or ""
    async with serving(evidence.app) as url, ServiceClient(url) as calls:
        door = LedgerDoor(calls, lambda: token)
        heads = await door.heads()
        assert len(heads) == 65
        assert heads[shard] >= receipt["position"]["position"]
        page = await door.entries(shard, after=receipt["position"]["position"] - 1, limit=1)
        assert [entry.id for entry in page.entries] == [item["id"]]
        assert page.head == heads[shard]
        assert await door.entries(shard, after=0, limit=10 * MOST) == await door.entries(shard, after=0, limit=MOST)
        owned = await door.owner("evidence", people.amara)
        assert owned[0].event == "LearnerEnrolled"
        assert item["id"] in {entry.id for entry in owned}
        assert [entry.position for entry in owned] == sorted(entry.position for entry in owned)


async def test_an_owner_of_many_entries_is_given_out_in_pages(evidence: Running, people: People) -> None:
    service = evidence.service()
    after, seen = 0, 0
    while page := (await service.get(f"/ledger/owners/{people.amara}", params={"after": after, "limit": 2})).json()[
        "entries"
    ]:
        entries = [entry_of(item) for item in page]
        assert len(entries) <= 2
        seen, after = seen + len(entries), entries[-1].position
    stored = await evidence.owner.fetchval(
        "SELECT count(*) FROM ledger.stored_entry WHERE owner = $1::text::uuid", people.amara
    )
    assert seen == stored


async def test_a_document_is_given_as_its_canonical_bytes(evidence: Running) -> None:
    path = address(policy()).removeprefix("/v1")
    answer = await evidence.service("mastery").get(path)
    assert answer.json() == policy()
    assert (await evidence.service().get("/documents/" + "0" * 64)).status_code == 404


async def test_the_doors_are_not_there_for_anyone_else(evidence: Running, people: People) -> None:
    paths = ["/ledger/heads", "/ledger/evidence/0", f"/ledger/owners/{people.amara}", address(policy())[3:]]
    strangers = [people.administrator, evidence.nobody(), evidence.service("mastery", audience="audit")]
    for path in paths:
        for client in strangers:
            answer = await client.get(path)
            assert answer.status_code == 404, (path, answer.text)
    for path in ("/ledger/evidence/64", "/ledger/definitions/1", "/ledger/grades/0"):
        assert (await evidence.service().get(path)).status_code == 404
    for path in (
        "/ledger/evidence/-1",
        "/ledger/evidence/0?limit=0",
        "/ledger/evidence/0?after=-1",
        "/ledger/owners/x",
    ):
        assert (await evidence.service().get(path)).status_code == 422


async def test_health_tells_every_shard(evidence: Running) -> None:
    health = (await evidence.nobody().get("/health")).json()
    assert health["service"] == "evidence"
    assert health["status"] == "ok"
    assert health["roles"] == ["http", "projector"]
    assert health["quarantined"] == 0
    assert [len(health["shards"][ledger]) for ledger in ("evidence", "definitions")] == [64, 1]
    shard = health["shards"]["definitions"][0]
    assert shard["head"] > 0
    assert shard["relayed"] == 0
    assert {"applied", "lag_events", "lag_seconds"} <= shard.keys()


async def test_the_openapi_document_is_whole(evidence: Running) -> None:
    document = (await evidence.nobody().get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    behind_the_gateway = {(route.template, route.method.lower()) for route in ROUTES if route.service == "evidence"}
    assert {(path, method) for path, methods in document["paths"].items() for method in methods} == {
        *behind_the_gateway,
        ("/health", "get"),
    }
    hot = document["paths"]["/v1/evidence"]["post"]
    assert hot["security"]
    assert {"200", "201", "207", "401", "404", "409", "413", "422", "503"} <= hot["responses"].keys()
    schemas = document["components"]["schemas"]
    for kind in ("Attempt", "Rubric", "Observation", "Reflection", "Attestation"):
        assert f"{kind}Item" in str(hot["requestBody"])
        assert f"{kind}InPlace" in str(schemas["SupersedeRequest"])
    assert schemas["AttemptItem"]["examples"]
    for body in (
        "ScoredBody",
        "ObservedBody",
        "ReflectedBody",
        "AttestedBody",
    ):  # references are not a client's to send
        assert not [name for name in schemas[body]["properties"] if name.endswith("_ref")]


async def test_references_of_the_openapi_document_lead_somewhere(evidence: Running) -> None:
    document = (await evidence.nobody().get("/openapi.json")).json()
    text = (await evidence.nobody().get("/openapi.json")).text
    named = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert named <= document["components"]["schemas"].keys()


async def test_what_is_not_there_is_a_problem_too(people: People) -> None:
    for answer in (await people.teacher.get(f"/v1/{uuid4()}"), await people.teacher.put("/v1/evidence", {})):
        assert answer.status_code in {404, 405}
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_head_too_large_is_refused(people: People) -> None:
    answer = await people.teacher.get("/health", headers={"X-Padding": "x" * 17_000})
    assert answer.status_code == 431
