"""Exhibitions over real databases: planned, opened, voted in through the gateway's door, closed and counted."""

from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from services.evidence.domain.commands import Appended
from services.evidence.domain.exhibitions import Change, decide_close
from services.evidence.postgres.ledger import PostgresLedger
from shared.contracts.exhibitions import AudienceTallied, TallyPublished
from shared.ledger.identifiers import digest
from tests.integration.evidence.conftest import People
from tests.support.evidence import TENANT, THEME, Running, enrolment, roster
from tests.support.exhibitions import BEST, WELL, held, publish_questions
from tests.support.pieces import started
from tests.support.waiting import until


def attempt_in_place(learner: str) -> dict[str, Any]:
    results = [{"competency": THEME, "earned": "3", "possible": "4"}]
    return {"type": "AttemptRecorded", "body": {"learner": learner, "purpose": "performance", "results": results}}


async def test_an_exhibition_from_its_plan_to_its_tally(evidence: Running, people: People) -> None:
    work = await started(people.teacher, people.amara, people.bao)
    show = await held(evidence, people.teacher, [work], title="An evening on the farm")
    tokens = await show.ballots("family", 6)
    assert (await show.show(tokens[0])).json()["exhibition_title"] == "An evening on the farm"
    for n, token in enumerate(tokens[:5]):
        answer = await show.vote(token, {BEST: "boxer" if n else "clover", f"{WELL}/{work}": str(n % 2 + 3)})
        assert (answer.status_code, answer.json()["outcome"]) == (201, "counted"), answer.text
    first = await show.vote(tokens[0], {BEST: "snowball"})
    assert (first.status_code, first.json()["outcome"]) == (200, "already counted")
    assert (await show.show(tokens[0])).json()["state"] == "counted"
    assert (await show.show(tokens[5])).json()["state"] == "open"
    closed = await show.close()
    assert (closed.status_code, closed.json()["tally"]) == (201, "published"), closed.text
    late = await show.vote(tokens[5], {BEST: "boxer"})
    assert late.status_code == 409, late.text
    assert (await show.vote(tokens[0], {})).json() == first.json()
    entries = await evidence.owner.fetch(
        "SELECT convert_from(body, 'UTF8') AS body, type FROM ledger.entry WHERE type LIKE '%Tall%'"
        " AND position(convert_to($1, 'UTF8') IN body) > 0",
        show.id,
    )
    told = TallyPublished.model_validate_json(
        next(row["body"] for row in entries if row["type"] == "ascertain.TallyPublished")
    )
    assert (told.issued, told.voted, told.key is None) == (6, 5, False)
    members = [
        AudienceTallied.model_validate_json(row["body"]) for row in entries if row["type"].endswith("AudienceTallied")
    ]
    assert {member.learner for member in members} == {people.amara, people.bao}
    assert {member.ratings[0].earned for member in members} == {"3.4"}
    own = await evidence.owner.fetchval(
        "SELECT id::text FROM ledger.entry WHERE owner = $1::text::uuid AND type LIKE '%AudienceTallied'"
        " AND position(convert_to($2, 'UTF8') IN body) > 0",
        people.amara,
        show.id,
    )
    shown = await evidence.person(people.amara).get(f"/v1/evidence/{own}")
    assert (shown.status_code, shown.json()["type"], shown.json()["state"]) == (200, "AudienceTallied", "open")
    place = {"id": str(uuid4()), "expected_version": 1, "item": attempt_in_place(people.amara)}
    assert (await people.teacher.post(f"/v1/evidence/{own}/supersede", place)).status_code == 404
    void = {"id": str(uuid4()), "expected_version": 1, "reason": "Ballots were handed out twice."}
    assert (await people.teacher.post(f"/v1/evidence/{own}/void", void)).status_code == 201
    assert digest(bytes.fromhex(tokens[0])) in first.json()["receipt"]["stream"]


async def test_who_may_plan_and_hold_an_exhibition(evidence: Running, people: People) -> None:
    work = await started(people.teacher, people.amara, people.bao)
    school = evidence.id("org", "school")
    for client, status in ((people.teacher, 201), (people.administrator, 201)):
        answer = await client.post("/v1/exhibitions", {"id": str(uuid4()), "school": school, "works": [work]})
        assert answer.status_code == status, answer.text
    before = await evidence.count()
    for client in (people.other_teacher, people.stranger, evidence.person(people.amara)):
        wish = {"id": str(uuid4()), "school": school, "works": [work]}
        answer = await client.post("/v1/exhibitions", wish)
        assert (answer.status_code, answer.json()["field"]) == (404, "/works/0")
        nothing = await client.post("/v1/exhibitions", {**wish, "works": [str(uuid4())]})
        assert nothing.json() == answer.json(), "what is hidden looks as if it were not there"
    elsewhere = {"id": str(uuid4()), "school": str(uuid4()), "works": [work]}
    assert (await people.teacher.post("/v1/exhibitions", elsewhere)).json()["field"] == "/school"
    bare: dict[str, Any] = {"id": str(uuid4()), "school": school}
    assert (await people.teacher.post("/v1/exhibitions", bare)).json()["field"] == "/section"
    own = {**bare, "section": evidence.id("class", "english")}
    others = {**bare, "works": [work], "section": evidence.id("class", "history")}
    for client, wish, field in (
        (people.teacher, others, "/section"),
        (people.teacher, {**others, "section": str(uuid4())}, "/section"),
        (people.administrator, {**others, "section": str(uuid4())}, "/section"),
        (people.administrator, {**bare, "school": str(uuid4())}, "/school"),
        (people.administrator, {**others, "school": str(uuid4()), "section": own["section"]}, "/school"),
    ):
        answer = await client.post("/v1/exhibitions", {**wish, "id": str(uuid4())})
        assert (answer.status_code, answer.json().get("field")) == (404, field), answer.text
    assert await evidence.count() == before
    assert (await people.teacher.post("/v1/exhibitions", own)).status_code == 201
    assert (await people.administrator.post("/v1/exhibitions", {**others, "id": str(uuid4())})).status_code == 201
    show = await held(evidence, people.teacher, [work])
    for path, body in (
        ("open", {"expected_version": 1}),
        ("ballots", {"role": "family", "count": 1}),
        ("close", {"expected_version": 2}),
    ):
        for client in (people.other_teacher, people.stranger, evidence.person(people.amara)):
            answer = await client.post(f"/v1/exhibitions/{show.id}/{path}", {"id": str(uuid4()), **body})
            absent = await client.post(f"/v1/exhibitions/{uuid4()}/{path}", {"id": str(uuid4()), **body})
            assert (answer.status_code, answer.json()) == (404, absent.json())


async def test_nobody_is_invited_to_a_section_by_who_taught_it_once(evidence: Running, people: People) -> None:
    """The section is over, and her role in it has no end of its own."""
    work = await started(people.teacher, people.amara)
    over = {"sourcedId": f"over-{uuid4()}", "startDate": "2020-08-17", "endDate": "2021-06-12"}
    section = {
        "sourcedId": f"class-{uuid4()}",
        "courseSourcedId": "english-10",
        "schoolSourcedId": "school",
        "termSourcedIds": over["sourcedId"],
    }
    taught = enrolment("lindgren", section["sourcedId"], role="teacher")
    rows = roster([], academicSessions=[over], classes=[section], enrollments=[taught])
    answer = await people.administrator.post("/v1/rosters", rows)
    assert (answer.status_code, answer.json()["refused"]) == (200, []), answer.text
    wish = {
        "school": evidence.id("org", "school"),
        "works": [work],
        "section": evidence.id("class", section["sourcedId"]),
    }
    for client, status in ((people.teacher, 404), (people.administrator, 201)):
        answer = await client.post("/v1/exhibitions", {"id": str(uuid4()), **wish})
        assert (answer.status_code, answer.json().get("field")) == (status, "/section" if status == 404 else None)


async def test_a_plan_is_changed_until_it_is_opened(evidence: Running, people: People) -> None:
    work = await started(people.teacher, people.amara)
    digest_ = await publish_questions(evidence)
    first = {"id": str(uuid4()), "school": evidence.id("org", "school"), "works": [work], "title": "Animal Farm"}
    assert (await people.teacher.post("/v1/exhibitions", first)).status_code == 201
    assert (await people.teacher.post("/v1/exhibitions", first)).status_code == 200
    path, opening = f"/v1/exhibitions/{first['id']}", {"id": str(uuid4()), "expected_version": 2}
    nothing = await people.teacher.post(f"{path}/open", {"id": str(uuid4()), "expected_version": 1})
    assert nothing.status_code == 409, "nothing is asked yet"
    early = await people.teacher.post(f"{path}/ballots", {"id": str(uuid4()), "role": "family", "count": 1})
    assert early.status_code == 409
    again = {**first, "id": str(uuid4()), "exhibition": first["id"], "questions": digest_, "roles": ["family"]}
    assert (await people.teacher.post("/v1/exhibitions", again)).json()["field"] == "/expected_version"
    stale = await people.teacher.post("/v1/exhibitions", {**again, "expected_version": 4})
    assert (stale.status_code, stale.json()["version"]) == (409, 1)
    planned = await people.teacher.post("/v1/exhibitions", {**again, "id": str(uuid4()), "expected_version": 1})
    assert (planned.status_code, planned.json()["version"]) == (201, 2), planned.text
    unknown = await people.teacher.post("/v1/exhibitions", {**again, "questions": "ab" * 32, "expected_version": 2})
    assert (unknown.status_code, unknown.json()["field"]) == (422, "/questions")
    assert [(await people.teacher.post(f"{path}/open", opening)).status_code for _ in range(2)] == [201, 200]
    other = await people.teacher.post(f"{path}/open", {"id": str(uuid4()), "expected_version": 3})
    late = await people.teacher.post("/v1/exhibitions", {**again, "id": str(uuid4()), "expected_version": 3})
    assert (other.status_code, late.status_code) == (409, 409)
    issue = {"id": str(uuid4()), "role": "family", "count": 2}
    assert (await people.teacher.post(f"{path}/ballots", {**issue, "role": "staff"})).json()["field"] == "/role"
    assert [(await people.teacher.post(f"{path}/ballots", issue)).status_code for _ in range(2)] == [201, 200]
    theirs = await people.administrator.post(f"{path}/ballots", issue)
    assert (theirs.status_code, theirs.json()["type"]) == (422, "urn:ascertain:problem:mismatch"), "not whose tokens"
    more = await people.teacher.post(f"{path}/ballots", {**issue, "count": 3})
    assert (more.status_code, more.json()["type"]) == (422, "urn:ascertain:problem:mismatch")


async def test_a_close_that_was_cut_is_counted_by_the_worker_and_the_keys_are_gone(
    evidence: Running, people: People
) -> None:
    """As if the process had been killed between the close and the tally: nothing but the close is in the record."""
    work = await started(people.teacher, people.amara)
    show = await held(evidence, people.teacher, [work])
    for token in await show.ballots("family", 5):
        await show.vote(token, {BEST: "boxer", f"{WELL}/{work}": "4"})
    command = decide_close(Change(str(uuid4()), show.id, 2), tenant=TENANT, actor=people.teacher.id)
    ledger = PostgresLedger(evidence.settings.database, None, tenant=TENANT, appended=lambda: None, lanes=1)  # type: ignore[arg-type]  # reads nothing
    try:
        [outcome] = await ledger.append([command])
    finally:
        await ledger.close()
    assert isinstance(outcome, Appended)
    keys = await asyncpg.connect(evidence.settings.database_keys)
    try:
        await until(
            lambda: keys.fetchval(
                "SELECT wrapped IS NULL FROM keys.exhibition WHERE exhibition = $1::text::uuid", show.id
            ),
            "the votes are counted and the secret is destroyed",
        )
        with pytest.raises(asyncpg.RestrictViolationError):
            await keys.execute(
                "UPDATE keys.exhibition SET wrapped = 'again', destroyed_at = NULL WHERE exhibition = $1::text::uuid",
                show.id,
            )
    finally:
        await keys.close()
    told = await evidence.owner.fetchval("SELECT count(*) FROM ledger.entry WHERE stream = $1", f"tally/{show.id}")
    assert told == 1
    again = await show.close()
    assert again.status_code == 409, "it is closed by another request"
