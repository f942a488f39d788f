"""No personal data outside the vault (I9): words planted through every door are found nowhere, and given back.

A door that takes text is a row of DOORS; a new one needs nothing but its row.
"""

import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from aiokafka import AIOKafkaProducer

from cli.gateway import Gateway
from deploy.setup.topics import make_topics
from shared.contracts.documents import document_digest
from shared.ledger.instants import instant_text
from shared.runtime.clock import now
from tests.support.canaries import (
    AnyOf,
    Canaries,
    answers_with,
    files_with,
    references,
    spoiled,
    tables_with,
    topics_with,
)
from tests.support.evidence import THEME, address, framework, moves, policy, roster, rubric
from tests.support.exhibitions import BEST, questions
from tests.support.running import running_stack, until_applied
from tests.support.text_doors import DOORS, NAMED, PEOPLE, Door, World
from tests.support.waiting import until


@pytest.fixture(scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder: Path = tmp_path_factory.mktemp("canaries")
    async with AsyncExitStack() as opened:
        stack = await opened.enter_async_context(running_stack(folder))
        administrator = await opened.enter_async_context(Gateway(stack.urls["gateway"], stack.operator.token))
        for document in (framework(), rubric(), policy(), moves(), questions()):
            await administrator.put(address(document), document)
        adoption = {"id": str(uuid4()), "scope": "district", "policy": document_digest(policy()), "mode": "recompute"}
        await administrator.post("/v1/adoptions", adoption)
        await administrator.post("/v1/rosters", roster(["amara", "bao", "leaver"]))
        _, answer = await administrator.post("/v1/rosters/ids", {"kind": "user", "sourced_ids": [*NAMED]})
        _, courses = await administrator.post("/v1/rosters/ids", {"kind": "course", "sourced_ids": ["english-10"]})
        _, terms = await administrator.post("/v1/rosters/ids", {"kind": "academicSession", "sourced_ids": ["year"]})
        _, orgs = await administrator.post("/v1/rosters/ids", {"kind": "org", "sourced_ids": ["school"]})
        ids = {**answer["ids"], **courses["ids"], **terms["ids"], **orgs["ids"]}
        made = World(stack, Canaries(), {"administrator": administrator}, ids)
        for name in PEOPLE:
            token = await stack.personal_token(made.ids[name])
            made.clients[name] = await opened.enter_async_context(Gateway(stack.urls["gateway"], token))
        yield made


@pytest.mark.stack
async def test_planted_words_are_found_nowhere_and_given_back_by_reveal(
    world: World, pytestconfig: pytest.Config
) -> None:
    for name, door in DOORS.items():
        if door.looks:
            await world.look()
        body = door.body(world)
        await refused_without_an_echo(world, door, body, everything=pytestconfig.getoption("--long"))
        status, answer = await world.clients[door.sender].post(door.path(world), body)
        assert status in {200, 201}, (name, answer)
        assert not answer.get("refused"), (name, answer)
        assert world.canaries.mark not in json.dumps(answer), name
    await until_applied(world.stack)
    await given_back(world)
    await read_by_everyone(world)
    await found_nowhere(world)


async def refused_without_an_echo(world: World, door: Door, body: dict[str, Any], *, everything: bool) -> None:
    """Wrong in one member after the other, and no JSON at all: nothing of what was sent is repeated.

    But the sourcedId of a roster's row, by which whoever sent it finds the row again; it is no name.
    """
    client, path, mark = world.clients[door.sender], door.path(world), world.canaries.mark
    for place, wrong in spoiled(body, mark, everything=everything):
        if place.endswith("/sourcedId") or not place.startswith(door.within):
            continue
        answer = await sent(client, "POST", path, json.dumps(wrong))
        assert answer.status_code == door.refused, (path, place, answer.text)
        assert mark not in answer.text, (path, place)
    for raw in (json.dumps(body)[:-1], f'"{mark}"', mark, f'{{"learner": {mark}}}'):
        answer = await sent(client, "POST", path, raw)
        assert (answer.status_code, mark in answer.text) == (422, False), (path, raw)
    answer = await sent(client, "POST", path, "{}", {"Idempotency-Key": mark * 7})
    assert (answer.status_code, mark in answer.text) == (422, False), path


async def sent(
    client: Gateway, method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None
) -> httpx.Response:
    """A request as it is, through no client that would mend it; sent again where it was one too many."""
    head = {"Authorization": f"Bearer {await client._token()}", "Content-Type": "application/json", **(headers or {})}

    async def answered() -> httpx.Response | None:
        answer = await client._http.request(method, path, content=body, headers=head)
        return None if answer.status_code == 429 else answer

    found = await until(answered, "the gateway takes another request")
    assert isinstance(found, httpx.Response)
    return found


async def given_back(world: World) -> None:
    refs = await references(world.stack)
    administrator = world.clients["administrator"]
    asked = {"purpose": "audit", "texts": refs, "names": [world.ids[name] for name in NAMED]}
    _, answer = await administrator.post("/v1/reveal", asked)
    assert set(answer["texts"].values()) == set(world.canaries.texts)
    assert answer["withheld"] == []
    mark = world.canaries.mark
    for name in PEOPLE:
        assert answer["names"][world.ids[name]] == {"given": f"{mark} {name}", "family": f"{mark} of {name}"}
    assert answer["names"][world.ids["preferring"]] == {"given": f"{mark} the preferred", "family": ""}


async def read_by_everyone(world: World) -> None:
    """Everything that may be read of the learner, by all who may: none of it has a word of what was written."""
    amara, made, mark = world.ids["amara"], world.made, world.canaries.mark
    paths = [
        *(f"/v1/learners/{amara}/{what}" for what in ("mastery", "history", "portfolio", "disclosures")),
        *(f"/v1/learners/{amara}/{what}" for what in ("portfolio/coverage", "portfolio/suggestions", "transcript")),
        f"/v1/learners/{amara}/competencies/{THEME}/explanation",
        *(f"/v1/evidence/{made[name]}" for name in ("scored", "observed", "reflected", "attested", "superseded")),
        f"/v1/works/{made['work']}",
        f"/v1/releases/{made['grade']}",
        f"/v1/learners/{amara}/grades",
        f"/v1/reviews?learner={amara}",
    ]
    for path in paths:
        read = [await sent(world.clients[reader], "GET", path) for reader in ("administrator", "lindgren", "amara")]
        assert any(answer.status_code == 200 for answer in read), (path, read[0].text)
        assert not any(mark in answer.text for answer in read), path
    for wrong in (f"/v1/learners/{mark}/mastery", f"/v1/learners/{amara}/mastery?as_of={mark}", f"/v1/{mark}"):
        answer = await sent(world.clients["administrator"], "GET", wrong)
        assert answer.status_code in {404, 422}, (wrong, answer.text)
        assert mark not in answer.text, wrong


async def found_nowhere(world: World, canaries: Canaries | None = None) -> None:
    sought = canaries or world.canaries
    assert await tables_with(world.stack, sought) == []
    assert await topics_with(world.stack, sought) == []
    assert await answers_with(world.stack, sought) == []
    assert files_with(world.stack, sought) == []


@pytest.mark.stack
async def test_a_vote_leaves_no_trace_of_its_token_or_its_voter(world: World) -> None:
    """Of a ballot's token, of whatever a voter's request says of her, and of an answer that is none."""
    administrator, work = world.clients["administrator"], str(uuid4())
    await administrator.post("/v1/works", {"id": work, "members": [world.ids["amara"]]})
    exhibition = str(uuid4())
    plan = {"school": world.ids["school"], "works": [work], "questions": document_digest(questions())}
    await administrator.post("/v1/exhibitions", {"id": exhibition, **plan})
    path = f"/v1/exhibitions/{exhibition}"
    await administrator.post(f"{path}/open", {"id": str(uuid4()), "expected_version": 1})
    issue = {"id": str(uuid4()), "role": "family", "count": 3}
    status, issued = await administrator.post(f"{path}/ballots", issue)
    assert (status, len(issued["tokens"])) == (201, 3)
    voter = Canaries()
    headers = {"User-Agent": voter.mark, "X-Forwarded-For": voter.mark, "Cookie": f"who={voter.mark}"}
    async with httpx.AsyncClient(
        base_url=world.stack.urls["gateway"], headers=headers, timeout=60, trust_env=False
    ) as http:
        for token in issued["tokens"]:
            address_ = f"/v1/ballots/{token}"
            assert (await http.get(address_)).json()["state"] == "open"
            for wrong in ({BEST: voter.mark}, {voter.mark: "boxer"}, {BEST: [voter.mark]}):
                refused = await http.post(address_, json={"answers": wrong})
                assert refused.status_code == 422, refused.text
            assert (await http.post(address_, content=token)).status_code == 422
            assert (await http.post(f"{address_}/{token}", json={})).status_code == 404
            assert (await http.post(address_, json={"answers": {BEST: "boxer"}})).status_code == 201
            assert (await http.post(address_, json={"answers": {}})).status_code == 200
        assert (await http.get(f"/v1/ballots/{voter.mark}")).status_code == 404
    await until_applied(world.stack)
    tokens = [Token(token) for token in issued["tokens"]]
    assert await tables_with(world.stack, AnyOf(voter, *tokens)) == []  # of what is there until the close alone
    status, closed = await administrator.post(f"{path}/close", {"id": str(uuid4()), "expected_version": 2})
    assert (status, closed["tally"]) == (201, "published")
    await found_nowhere(world, AnyOf(voter, *tokens))


class Token(Canaries):
    """A ballot's token, as it is written and as the bytes that it is."""

    def forms(self) -> tuple[bytes, ...]:
        return (*super().forms(), bytes.fromhex(self.mark))


@pytest.mark.stack
async def test_a_share_tells_of_nobody_more_than_a_first_name_and_leaves_no_trace_of_its_secret(world: World) -> None:
    """A surname in a title and in a draft, a score, feedback, another member, and whatever a reader's request says."""
    amara, path = world.clients["amara"], f"/v1/learners/{world.ids['amara']}/portfolio"
    surname, hidden, reader = Canaries(), Canaries(), Canaries()
    named = {"sourcedId": "amara", "givenName": "Amara", "familyName": surname.mark}
    await world.clients["administrator"].post("/v1/rosters", {**roster(["amara", "bao", "leaver"]), "users": [named]})
    work, version, later = (str(uuid4()) for _ in range(3))
    start = {"id": work, "members": [world.ids["amara"], world.ids["bao"]], "title": f"Farm, by {surname.mark}"}
    await world.clients["lindgren"].post("/v1/works", start)
    for n, (id_, words) in enumerate(((version, f"Once, {surname.mark}."), (later, hidden.mark)), start=1):
        draft = {"id": id_, "expected_version": n, "artefacts": [{"kind": "text", "content": words}]}
        await amara.post(f"/v1/works/{work}/versions", draft)
    await world.clients["lindgren"].post(
        f"/v1/works/{work}/versions/{version}/feedback", {"id": str(uuid4()), "text": hidden.text("feedback")}
    )
    exhibit = {"id": str(uuid4()), "version": version, "competencies": [THEME], "reason": "Because."}
    await amara.post(f"{path}/exhibits", exhibit)
    share = {"id": str(uuid4()), "audience": "public", "expires_at": instant_text(now() + 3_600_000)}
    _, made = await amara.post(f"{path}/shares", {**share, "exhibits": [exhibit["id"]]})
    _, again = await amara.post(f"{path}/shares", {**share, "exhibits": [exhibit["id"]]})
    assert again["secret"] == made["secret"]
    headers = {"User-Agent": reader.mark, "X-Forwarded-For": reader.mark, "Referer": f"https://{reader.mark}.example/"}
    async with httpx.AsyncClient(
        base_url=world.stack.urls["gateway"], headers=headers, timeout=60, trust_env=False
    ) as http:
        seen = await http.get(made["address"])
        assert seen.status_code == 200, seen.text
        [shown] = seen.json()["exhibits"]
        assert (seen.json()["given"], shown["title"], shown["others"]) == ("Amara", "Farm, by […]", 1)
        assert shown["artefacts"] == [{"kind": "text", "content": "Once, […]."}]
        for planted in (surname, hidden):
            assert planted.mark not in seen.text
        for told in ("Proficient", "earned", "level", "score", "grade", world.ids["amara"], world.ids["bao"]):
            assert told not in seen.text, told
        log = (await amara.get(f"/v1/learners/{world.ids['amara']}/disclosures"))["disclosures"]
        assert (log[0]["what"], log[0]["share"], log[0]["person"]) == ("share", share["id"], None)
        await until_applied(world.stack)
        await found_nowhere(world, AnyOf(reader, Canaries(made["secret"])))
        await amara.post(f"{path}/shares/{share['id']}/revoke", {"id": str(uuid4())})
        assert (await http.get(made["address"])).status_code == 404


@pytest.mark.stack
async def test_the_search_finds_what_is_there(world: World) -> None:
    """Words that are planted where none may be, in each way in which they might be written."""
    stack, planted = world.stack, Canaries()
    migrator = await asyncpg.connect(stack.databases["mastery"].migrator)
    try:
        await migrator.execute("CREATE TABLE planted (plainly text, hidden bytea)")
        await migrator.execute("INSERT INTO planted (hidden) VALUES ($1)", f"in bytes {planted.mark}".encode())
    finally:
        await migrator.close()
    await make_topics(stack.access, partitions={"planted": 1})
    async with AIOKafkaProducer(**stack.access.options()) as producer:
        await producer.send_and_wait("planted", b"{}", headers=[("ce_subject", planted.mark.encode())])
    for shift in range(3):
        written = base64.b64encode(b"." * shift + planted.mark.encode() + b" and more")
        (stack.home.logs / f"planted-{shift}.log").write_bytes(b"a line\n" + written)
    assert [name.partition(" ")[2] for name in await tables_with(stack, planted)] == ["public.planted"]
    assert [place.partition("/")[0] for place in await topics_with(stack, planted)] == ["planted"]
    files = {Path(file).name for file in files_with(stack, planted)}
    assert {f"planted-{shift}.log" for shift in range(3)} <= files
