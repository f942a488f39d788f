"""A learner is forgotten by two: one asks, another approves, and from then on whatever is asked of her is gone."""

import asyncio
from typing import Any
from uuid import uuid4

from tests.support.evidence import THEME, Client, attempt, enrolment, roster, scored
from tests.support.forgetting import Forgettable, said
from tests.support.waiting import until

GONE = (410, "gone")


async def test_one_asks_and_another_approves(forgettable: Forgettable, sourced_id: str) -> None:
    [learner] = await forgettable.enrol(sourced_id)
    path, wish = f"/v1/learners/{learner}/forget", {"id": str(uuid4()), "reason": "Her family asked for it."}
    asked, again = [await forgettable.first.post(path, wish) for _ in range(2)]
    assert (asked.status_code, again.status_code) == (201, 200), asked.text
    assert asked.json()["stream"] == f"learner/{learner}"
    approval = {"id": str(uuid4()), "request": wish["id"]}
    own = await forgettable.first.post(f"{path}/approve", approval)
    assert (own.status_code, "another administrator" in own.json()["detail"]) == (409, True)
    listed = await row_of(forgettable, learner)
    assert (listed["state"], listed["requested_by"]) == ("requested", forgettable.first.id)
    assert listed["age_seconds"] >= 0
    assert len(listed["reason_ref"]) == 64
    done, repeated = [await forgettable.second.post(f"{path}/approve", approval) for _ in range(2)]
    assert (done.status_code, repeated.status_code) == (201, 200), done.text
    assert done.json()["type"] == "LearnerForgotten"
    await forgettable.done(learner)
    listed = await row_of(forgettable, learner)
    assert (listed["approved_by"], listed["request"]) == (forgettable.second.id, wish["id"])
    assert listed["requested_at"] <= listed["approved_at"] <= listed["done_at"]
    third = await forgettable.second.post(f"{path}/approve", {**approval, "id": str(uuid4())})
    assert said(third) == GONE
    assert said(await forgettable.first.post(path, wish)) == GONE
    assert said(await forgettable.first.post(path, {"id": str(uuid4())})) == GONE


async def test_a_request_must_be_the_learners(forgettable: Forgettable, sourced_id: str) -> None:
    learner, other = await forgettable.enrol(sourced_id, f"{sourced_id}-2")
    asked = await forgettable.first.post(f"/v1/learners/{other}/forget", {"id": str(uuid4())})
    for request in (asked.json()["id"], str(uuid4())):
        answer = await forgettable.second.post(
            f"/v1/learners/{learner}/forget/approve", {"id": str(uuid4()), "request": request}
        )
        assert (answer.status_code, answer.json()["field"]) == (422, "/request")
    for path in (f"/v1/learners/{uuid4()}/forget", f"/v1/learners/{uuid4()}/forget/approve"):
        body = {"id": str(uuid4()), **({"request": str(uuid4())} if path.endswith("approve") else {})}
        assert said(await forgettable.second.post(path, body)) == (404, "not-found")


async def test_only_administrators_of_the_district_forget(forgettable: Forgettable, sourced_id: str) -> None:
    [learner] = await forgettable.enrol(sourced_id)
    asked = await forgettable.first.post(f"/v1/learners/{learner}/forget", {"id": str(uuid4())})
    approval = {"id": str(uuid4()), "request": asked.json()["id"]}
    for client in (forgettable.teacher, forgettable.running.person(), forgettable.running.person(learner)):
        assert (await client.post(f"/v1/learners/{learner}/forget", {"id": str(uuid4())})).status_code == 404
        assert (await client.post(f"/v1/learners/{learner}/forget/approve", approval)).status_code == 404
        assert (await client.get("/v1/forgettings")).status_code == 404
    assert (await row_of(forgettable, learner))["state"] == "requested"


async def test_two_who_approve_at_once_forget_her_once(forgettable: Forgettable, sourced_id: str) -> None:
    [learner] = await forgettable.enrol(sourced_id)
    asked = await forgettable.first.post(f"/v1/learners/{learner}/forget", {"id": str(uuid4())})
    path = f"/v1/learners/{learner}/forget/approve"
    answers = await asyncio.gather(
        *(forgettable.second.post(path, {"id": str(uuid4()), "request": asked.json()["id"]}) for _ in range(6))
    )
    assert sorted(answer.status_code for answer in answers) == [201, *[410] * 5]


async def test_requests_are_listed_page_by_page_and_by_state(forgettable: Forgettable, sourced_id: str) -> None:
    learners = await forgettable.enrol(*(f"{sourced_id}-{n}" for n in range(3)))
    for learner in learners:
        await forgettable.first.post(f"/v1/learners/{learner}/forget", {"id": str(uuid4())})
    everything: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = (await forgettable.first.get("/v1/forgettings", params={"limit": "2", **after})).json()
        everything += page["forgettings"]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    whole = (await forgettable.first.get("/v1/forgettings", params={"limit": "1000"})).json()["forgettings"]
    assert [one["request"] for one in everything] == [one["request"] for one in whole]
    assert set(learners) <= {one["learner"] for one in whole}
    waiting = (await forgettable.first.get("/v1/forgettings", params={"state": "requested", "limit": "1000"})).json()
    assert {one["state"] for one in waiting["forgettings"]} == {"requested"}
    assert set(learners) <= {one["learner"] for one in waiting["forgettings"]}


async def test_whatever_comes_later_is_gone_also_a_repeat(forgettable: Forgettable, sourced_id: str) -> None:
    learner, other = await forgettable.enrol(sourced_id, f"{sourced_id}-2")
    teacher, first = forgettable.teacher, forgettable.first
    plain, piece, voided = attempt(learner), scored(learner), attempt(learner)
    override = {"id": str(uuid4()), "learner": learner, "competency": THEME, "level": "Secure", "reason": "So it is."}
    review = {"id": str(uuid4()), "learner": learner, "competency": THEME, "reason": "Is it?"}
    void = {"id": str(uuid4()), "expected_version": 1}
    requests: list[tuple[str, dict[str, Any]]] = [
        ("/v1/evidence", plain),
        ("/v1/evidence", {**piece, "texts": {"feedback": "Well argued."}}),
        ("/v1/evidence", voided),
        (f"/v1/evidence/{voided['id']}/void", void),
        ("/v1/overrides", override),
        ("/v1/reviews", review),
    ]
    for path, body in requests:
        answer = await teacher.post(path, body)
        assert answer.status_code == 201, answer.text
    cleared = {"id": str(uuid4()), "expected_version": 1}
    later: list[tuple[str, dict[str, Any]]] = [
        ("/v1/evidence", attempt(learner)),
        (f"/v1/evidence/{piece['id']}/void", {"id": str(uuid4()), "expected_version": 1}),
        ("/v1/overrides", {**override, "id": str(uuid4())}),
        (f"/v1/overrides/{override['id']}/clear", cleared),
        ("/v1/reviews", {**review, "id": str(uuid4())}),
        ("/v1/works", {"id": str(uuid4()), "members": [learner], "occurred_at": "2026-09-14T10:30:00.000Z"}),
    ]
    answered = {"id": str(uuid4()), "expected_version": 1, "outcome": "unchanged", "answer": "It is."}
    await forgettable.forget(learner)
    before = await forgettable.running.count()
    for path, body in (*requests, *later):
        for client in (teacher, first):
            answer = await client.post(path, body)
            assert said(answer) == GONE, (path, client is teacher, answer.text)
    assert said(await first.post(f"/v1/reviews/{review['id']}/answer", answered)) == GONE
    batch = await teacher.post("/v1/evidence", [attempt(learner), attempt(other), plain])
    assert [one["status"] for one in batch.json()] == [410, 201, 410]
    assert await forgettable.running.count() == before + 1
    stranger = await forgettable.running.person(forgettable.running.id("user", "abara")).post("/v1/evidence", plain)
    assert said(stranger) == (404, "not-found"), "who never knew her is not told that she was here"
    assert said(await forgettable.running.person(learner).get(f"/v1/evidence/{piece['id']}")) == GONE


async def test_the_next_nightly_roster_takes_everyone_else(forgettable: Forgettable, sourced_id: str) -> None:
    new = f"{sourced_id}-new"
    learner, other = await forgettable.enrol(sourced_id, f"{sourced_id}-2")
    names = (sourced_id, f"{sourced_id}-2", new)
    await forgettable.forget(learner)
    users = [{"sourcedId": name, "givenName": "A", "familyName": "B"} for name in ("lindgren", "abara", *names)]
    for _ in range(2):
        answer = await forgettable.first.post("/v1/rosters", roster(names, users=users))
        assert answer.status_code == 200, answer.text
        refused = {(row["file"], row["sourcedId"], row["status"]) for row in answer.json()["refused"]}
        assert refused == {("users", sourced_id, 410), ("enrollments", enrolment(sourced_id)["sourcedId"], 410)}
    assert answer.json()["appended"] == 0
    item = attempt(forgettable.running.id("user", new))
    assert (await forgettable.teacher.post("/v1/evidence", item)).status_code == 201
    leaving = roster((), users=[{"sourcedId": sourced_id, "status": "tobedeleted"}], enrollments=[])
    assert (await forgettable.first.post("/v1/rosters", leaving)).json()["refused"] == []
    assert await forgettable.running.owner.fetchval("SELECT count(*) FROM vault.name WHERE owner = $1", learner) == 0
    assert (await forgettable.teacher.post("/v1/evidence", attempt(other))).status_code == 201


async def test_facts_and_a_forgetting_at_once_are_recorded_before_it_or_gone(
    forgettable: Forgettable, sourced_id: str
) -> None:
    [learner] = await forgettable.enrol(sourced_id)
    asked = (await forgettable.first.post(f"/v1/learners/{learner}/forget", {"id": str(uuid4())})).json()["id"]

    async def record(client: Client) -> list[int]:
        return [(await client.post("/v1/evidence", attempt(learner))).status_code for _ in range(20)]

    async def approve() -> None:
        await until(lambda: written(forgettable, learner), "some evidence is there")
        await forgettable.approve(learner, asked)

    approving = asyncio.create_task(approve())
    for own in await asyncio.gather(*(record(forgettable.teacher) for _ in range(4))):
        assert set(own) <= {201, 410}
        assert own == sorted(own), "what came after the forgetting was gone for good"
    await approving
    rows = await forgettable.running.owner.fetch(
        "SELECT k.type FROM ledger.stored_entry e JOIN ledger.kind k USING (kind) WHERE owner = $1 ORDER BY position",
        learner,
    )
    assert rows[-1]["type"] == "ascertain.LearnerForgotten"


async def written(forgettable: Forgettable, learner: str) -> bool:
    count: int = await forgettable.running.owner.fetchval(
        "SELECT count(*) FROM ledger.stored_entry WHERE owner = $1", learner
    )
    return count > 5


async def row_of(forgettable: Forgettable, learner: str) -> dict[str, Any]:
    listed = (await forgettable.first.get("/v1/forgettings", params={"limit": "1000"})).json()["forgettings"]
    return dict(next(one for one in listed if one["learner"] == learner))
