"""Whatever is sent: an answer below 500, a problem that says why, and nothing stored that no receipt was given for."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.contracts.documents import document_digest
from tests.integration.evidence.conftest import People
from tests.support.evidence import SYMBOLS, THEME, Running, attempt, framework, policy, roster, scored
from tests.support.periods import new_period
from tests.support.pieces import attested, in_place, observed, reflected, scores, started, version

FEW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)

ODD: st.SearchStrategy[Any] = st.sampled_from(
    ["-0", "NaN", "1e400", "9" * 400, "\u0000", "\ud800", "💥", "district", "' OR 1=1 --", "{{7*7}}", "=1+1",
     "\r\nX: y", 0, -1, 2**53, 2**64, 10**400, 0.1, -0.0, float("nan"), float("inf"), True, None, [], {}, [[]],
     {"": {}}]
)  # fmt: skip
VALUES = st.recursive(
    ODD | st.text() | st.integers() | st.floats() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
SNIPPETS = [b"{", b"}", b"[", b"]", b",", b":", b'"', b'"id"', b'"type"', b'"body"', b'"AttemptRecorded"', b"1", b"-0",
            b"1.5", b"NaN", b"1e999", b"\\u0000", b'"\\ud800"', b"\xff", b" ", b"null", b"[[[[[[[["]  # fmt: skip


@st.composite
def spoilt(draw: st.DrawFn, sound: Callable[[], Any]) -> bytes:
    """A sound body in which a few places were replaced, removed or added to."""
    body = json.loads(json.dumps(sound()))
    for _ in range(draw(st.integers(0, 3))):
        body = _spoil(draw, body)
    return json.dumps(body).encode()


def _spoil(draw: st.DrawFn, value: Any) -> Any:
    if isinstance(value, dict) and value and draw(st.integers(0, 5)):
        key = draw(st.sampled_from(sorted(value)))
        match draw(st.integers(0, 5)):
            case 0:
                return {other: member for other, member in value.items() if other != key}
            case 1:
                return {**value, draw(st.text(max_size=8) | st.sampled_from(["\ud800", "__proto__"])): draw(VALUES)}
            case _:
                return {**value, key: _spoil(draw, value[key])}
    if isinstance(value, list) and value and draw(st.integers(0, 5)):
        place = draw(st.integers(0, len(value) - 1))
        return [_spoil(draw, member) if n == place else member for n, member in enumerate(value)]
    return draw(VALUES)


def garbage() -> st.SearchStrategy[bytes]:
    return st.binary(max_size=64) | st.lists(st.sampled_from(SNIPPETS), max_size=30).map(b"".join)


def appended(answer: httpx.Response) -> int:
    """How many events an answer says that it appended."""
    if answer.status_code >= 400:
        return 0
    told = answer.json()
    if isinstance(told, dict) and isinstance(told.get("appended"), int):
        return int(told["appended"])
    return sum(_events(one) for one in (told if isinstance(told, list) else [told]) if one.get("outcome") == "appended")


def _events(receipt: Any) -> int:
    return len(receipt["receipts"]) if "receipts" in receipt else 1 + ("superseded" in receipt)


async def check(evidence: Running, answer: httpx.Response, before: int) -> None:
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"]
    assert await evidence.count() == before + appended(answer)


@FEW
@given(data=st.data())
async def test_evidence_of_any_shape(evidence: Running, people: People, data: st.DataObject) -> None:
    sound = data.draw(
        st.sampled_from(
            [
                lambda: attempt(people.amara),
                lambda: scored(people.amara),
                lambda: observed(people.amara, texts={"note": "Seen."}),
                lambda: reflected(people.amara, texts={"text": "Thought."}),
                lambda: attested(people.bao, texts={"note": "Shown."}),
                lambda: [attempt(people.amara), scored(people.bao), attempt(people.bao, redo_of=str(uuid4()))],
                lambda: [observed(people.amara, work=str(uuid4())), attested(people.bao), reflected(people.amara)],
            ]
        )
    )
    body = data.draw(garbage() | spoilt(sound))
    before = await evidence.count()
    await check(evidence, await people.teacher.post("/v1/evidence", body), before)


@FEW
@given(data=st.data())
async def test_every_other_write_of_any_shape(
    evidence: Running, people: People, newcomer: str, data: st.DataObject
) -> None:
    person = str(uuid4())
    scope = f"learner/{newcomer}"  # what is spoilt in a harmless place is adopted, and must not touch other tests
    adoption = {"id": str(uuid4()), "scope": scope, "policy": document_digest(policy()), "mode": "recompute"}
    role = {"id": str(uuid4()), "person": person, "role": "auditor", "scope": "district"}
    writes: list[tuple[str, str, Callable[[], Any]]] = [
        ("POST", f"/v1/evidence/{uuid4()}/void", lambda: {"id": person, "expected_version": 1}),
        ("POST", "/v1/adoptions", lambda: adoption),
        ("POST", "/v1/roles", lambda: role),
        ("POST", "/v1/roles/revocations", lambda: role),
        ("POST", "/v1/rosters", lambda: roster([person])),
        ("POST", "/v1/rosters/ids", lambda: {"kind": "user", "sourced_ids": ["amara"]}),
        ("PUT", "/v1/documents/" + "0" * 64, lambda: framework(person, id_=str(uuid4()))),
    ]
    method, path, sound = data.draw(st.sampled_from(writes))
    body = data.draw(garbage() | spoilt(sound))
    before = await evidence.count()
    await check(evidence, await people.administrator.send(method, path, body), before)


@FEW
@given(data=st.data())
async def test_works_and_corrections_of_any_shape(evidence: Running, people: People, data: st.DataObject) -> None:
    piece = attempt(people.amara)
    assert (await people.teacher.post("/v1/evidence", piece)).status_code == 201
    work = await started(people.teacher, people.amara, people.bao)
    writes: list[tuple[str, Callable[[], Any]]] = [
        (f"/v1/evidence/{piece['id']}/void", lambda: {"id": str(uuid4()), "expected_version": 1, "reason": "Wrong."}),
        (f"/v1/evidence/{piece['id']}/supersede", lambda: in_place(attempt(people.amara), reason="Wrong.")),
        (f"/v1/evidence/{piece['id']}/supersede", lambda: in_place(observed(people.amara, texts={"note": "Seen."}))),
        ("/v1/works", lambda: {"id": str(uuid4()), "members": [people.amara, people.bao], "title": "Ours"}),
        (f"/v1/works/{work}/versions", lambda: version(note="A draft.")),
        (f"/v1/works/{work}/scores", lambda: scores(feedback="Good.", members=[people.bao, people.amara])),
    ]
    path, sound = data.draw(st.sampled_from(writes))
    body = data.draw(garbage() | spoilt(sound))
    before = await evidence.count()
    await check(evidence, await people.teacher.post(path, body), before)


@FEW
@given(data=st.data())
async def test_grades_of_any_shape(evidence: Running, people: People, data: st.DataObject) -> None:
    course, period = evidence.id("course", "english-10"), await new_period(evidence.owner)
    states = [{"competency": THEME, "digest": "ab" * 32}]
    grade = {"id": str(uuid4()), "learner": people.amara, "course": course, "period": period, "expected_version": 0}
    judged = {"id": str(uuid4()), "states": states, "expected_version": 1, "reason": "Looked at again."}
    batch = {"id": str(uuid4()), "course": course, "period": period, "competencies": [THEME, SYMBOLS]}
    writes: list[tuple[str, Callable[[], Any]]] = [
        ("/v1/releases", lambda: {**grade, "states": states}),
        (f"/v1/releases/{uuid4()}/amend", lambda: judged),
        (f"/v1/releases/{uuid4()}/uphold", lambda: judged),
        ("/v1/release-batches", lambda: {**batch, "section": evidence.id("class", "english")}),
        (f"/v1/release-batches/{uuid4()}/release", lambda: {"leave_out": [people.amara]}),
    ]
    path, sound = data.draw(st.sampled_from(writes))
    body = data.draw(garbage() | spoilt(sound))
    before = await evidence.count()
    await check(evidence, await people.teacher.post(path, body), before)


@FEW
@given(
    route=st.tuples(
        st.sampled_from(["GET", "POST", "PUT"]),
        st.sampled_from(
            [
                "/v1/evidence/{}",
                "/v1/evidence/{}/void",
                "/v1/evidence/{}/supersede",
                "/v1/works/{}/versions",
                "/v1/works/{}/scores",
                "/v1/releases/{}",
                "/v1/releases/{}/amend",
                "/v1/release-batches/{}?after={}&limit={}",
                "/v1/release-batches/{}/release",
                "/v1/documents/{}",
                "/v1/adoptions?scope={}",
            ]
        ),
    ),
    part=st.text(max_size=40) | st.sampled_from(["..", "%00", "' OR 1=1", "learner/1", "%F0%9F"]),
    key=st.text(max_size=210).map(lambda text: text.encode("utf-8", "replace").replace(b"\n", b"").replace(b"\r", b"")),
)
async def test_addresses_and_keys_of_any_shape(
    evidence: Running, people: People, route: tuple[str, str], part: str, key: bytes
) -> None:
    before = await evidence.count()
    method, path = route
    try:
        url = httpx.URL("http://evidence" + path.format(*[part.encode("utf-8", "replace").decode()] * 3))
    except httpx.InvalidURL:
        return
    body = attempt(people.amara) if method != "GET" else None
    answer = await people.teacher.send(method, str(url), body, headers={"Idempotency-Key": key})
    await check(evidence, answer, before)
