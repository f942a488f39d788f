"""A section's page over HTTP: what is asked of the services, and what is never written for the wrong learner."""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from uuid import uuid4

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.runtime.clock import now
from shared.runtime.disclosing import disclose
from tests.support.arranged import NOTHING
from tests.support.browser import Browser
from tests.support.relations import new_id
from tests.support.signing_in import Door

THEME = "e69e6ade-47d3-5ea7-94af-84363a66160d"
AT = "2026-11-24T09:30:00.000Z"


@dataclass
class Class:
    """A section as mastery and evidence know it: by learner how many pieces there are, her cell's version."""

    section: str = field(default_factory=new_id)
    pieces: dict[str, int] = field(default_factory=lambda: {new_id(): 0 for _ in range(3)})
    recorded: dict[str, dict[str, Any]] = field(default_factory=dict)
    voided: list[str] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    asked: list[str | None] = field(default_factory=list)
    columns: list[tuple[str | None, str | None]] = field(default_factory=list)
    lost: bool = False

    @property
    def learners(self) -> list[str]:
        return sorted(self.pieces)

    def grid(self, request: Request) -> Response:
        wanted = request.query_params.get("learner")
        learners = [one for one in self.learners if wanted in {None, one}]
        if not learners:
            return NOTHING
        tag = f'"{self.section}-{sum(self.pieces.values())}-{len(learners)}"'
        self.asked.append(request.headers.get("if-none-match"))
        self.columns.append((request.query_params.get("own"), request.query_params.get("within")))
        told = {"status": "not_yet", "level": "Two", "ready": True, "needs_evidence": False, "waiting": []}
        rows = [{"learner": one, "waiting": [], "cells": [{**told, "version": self.pieces[one]}]} for one in learners]
        column = {"competency": THEME, "code": "english.theme", "statement": "A theme", "framework": new_id()}
        body = {"columns": [column], "rows": rows, "frameworks": [], "next": None, "refolding": False}
        body["course"] = None
        unchanged = request.headers.get("if-none-match") == tag
        answer = Response(status_code=304) if unchanged else JSONResponse(body)
        answer.headers["ETag"] = tag
        return disclose(answer, "grid", learners)

    async def record(self, request: Request) -> Response:
        sent = await request.json()
        items = sent if isinstance(sent, list) else [sent]
        answers = []
        for item in items[:1] if self.lost else items:
            if item["body"]["learner"] in self.refuses:
                no = {
                    "type": "urn:ascertain:problem:no",
                    "status": 403,
                    "title": "No",
                    "detail": "She is <b>not</b> here.",
                }
                answers.append(no)
                continue
            before = self.recorded.setdefault(item["id"], item)
            assert before == item, "the same id, and another piece"
            learner = item["body"]["learner"]
            self.pieces[learner] = sum(one["body"]["learner"] == learner for one in self.recorded.values())
            answers.append(
                {"status": 201, "id": item["id"], "position": {"ledger": "evidence", "shard": 1, "position": 9}}
            )
        if self.lost:
            self.lost = False
            return JSONResponse({"title": "Later"}, 503)
        return JSONResponse(answers if isinstance(sent, list) else answers[0], 201)

    async def evidence(self, request: Request) -> Response:
        path = request.url.path
        if path == "/v1/evidence":
            return await self.record(request)
        id_ = path.split("/")[3]
        if path == "/reveal" or id_ not in self.recorded:
            return JSONResponse({"texts": [], "names": []}) if path == "/reveal" else NOTHING
        place = {"ledger": "evidence", "shard": 1, "position": 10}
        if path.endswith("/void"):
            assert (await request.json())["expected_version"] == 1
            self.voided.append(id_)
            return JSONResponse({"status": 201, "position": place}, 201)
        piece = self.recorded[id_]
        return JSONResponse({"learner": piece["body"]["learner"], "body": piece["body"], "position": place})

    def arrange(self, door: Door) -> None:
        async def grid(request: Request) -> Response:
            return self.grid(request) if request.url.path.endswith("/grid") else NOTHING

        async def tasks(_request: Request) -> Response:
            return JSONResponse({"tasks": [], "next": None})

        async def evidence(request: Request) -> Response:
            if request.url.path == "/reveal":
                return JSONResponse({"texts": [], "names": []})
            return await self.evidence(request)

        answers = {"mastery": grid, "portfolio": tasks, "evidence": evidence}
        for name, upstream in door.world.services.items():
            upstream.answer = answers.get(name, tasks)


@pytest.fixture
def school(door: Door) -> Class:
    made = Class()
    made.arrange(door)
    return made


async def token(door: Door, browser: Browser) -> str:
    return str((await browser.send("GET", f"{door.url}/v1/session")).json()["csrf_token"])


def fields_of(page: httpx.Response) -> dict[str, str]:
    """What the column's form holds."""
    [form] = re.findall(r'<form method="post"[^>]* action="/sections.*?</form>', page.text, re.DOTALL)
    inputs = re.findall(r'<input [^>]*name="([^"]*)"[^>]*?value="([^"]*)"', form)
    return {unescape(name): unescape(value) for name, value in inputs}


async def test_a_section_is_asked_for_again_by_its_tag_and_each_showing_is_in_the_logs(
    door: Door, somebody: tuple[Browser, str], school: Class
) -> None:
    browser, person = somebody
    path = f"{door.url}/sections/{school.section}?task=none"
    for language in ("en", "es", "en"):
        answer = await browser.send("GET", path, headers={"Accept-Language": language})
        assert answer.status_code == 200, answer.text
        assert answer.text.count("data-l=") == 3
        assert ("Two" in answer.text, "On the way" in answer.text) == (True, language == "en")
    assert school.asked == [None, *[f'"{school.section}-0-3"'] * 2]
    learner = school.learners[0]
    rows = await door.pool.fetch("SELECT what, person::text FROM gateway.disclosures WHERE learner = $1", learner)
    assert {tuple(row) for row in rows} == {("grid", person)}


async def test_a_class_opens_with_what_it_is_about_and_all_can_be_shown(
    door: Door, somebody: tuple[Browser, str], school: Class
) -> None:
    framework = new_id()
    for query in ("", "?within=all", f"?within={framework}", "?within=anything"):
        shown = await somebody[0].send("GET", f"{door.url}/sections/{school.section}{query}")
        assert ('value="all" selected' in shown.text) == ("all" in query)
    assert school.columns == [("true", None), (None, None), (None, framework), ("true", None)]


async def test_what_is_scored_in_a_class_is_evidence_of_its_course(
    door: Door, somebody: tuple[Browser, str], school: Class
) -> None:
    browser, course = somebody[0], new_id()
    await door.pool.execute("UPDATE access.complete SET looked = true, complete_ms = $1", now())
    await door.pool.execute(
        "INSERT INTO access.sections (section, course, school, owner) VALUES ($1, $2, $2, $1)", school.section, course
    )
    learner, other, _ = school.learners
    csrf = await token(door, browser)
    typed = {"csrf_token": csrf, "task": "none", "id": str(uuid4()), "at": AT, "learner": learner, "version": "0"}
    cell = {**typed, "competency": THEME, "score": "3"}
    assert (await browser.send("POST", f"{door.url}/sections/{school.section}/scores", form=cell)).status_code == 200
    path = f"{door.url}/sections/{school.section}/column?task=none&competency={THEME}"
    fields = fields_of(await browser.send("GET", path)) | {f"score/{other}": "4", "do": "look"}
    looked = await browser.follow(
        await browser.send("POST", f"{door.url}/sections/{school.section}/column", form=fields)
    )
    await browser.send(
        "POST", f"{door.url}/sections/{school.section}/column", form=fields_of(looked) | {"do": "record"}
    )
    assert {(one["body"]["learner"], one["body"].get("course")) for one in school.recorded.values()} == {
        (learner, course), (other, course)
    }  # fmt: skip


async def test_who_administers_and_scores_reads_a_name_as_that(
    door: Door, somebody: tuple[Browser, str], school: Class
) -> None:
    browser, person = somebody
    learner = school.learners[0]

    async def named(request: Request) -> Response:
        if request.url.path != "/reveal":
            return await school.evidence(request)
        name = {"person": learner, "given": "Amara", "family": "Okafor", "learner": True}
        return JSONResponse({"texts": [], "names": [name]})

    door.world.services["evidence"].answer = named
    await door.pool.execute("UPDATE access.complete SET looked = true, complete_ms = $1", now())
    await door.pool.execute(
        "INSERT INTO access.grants (person, role, scope, owner) VALUES ($1, 'administrator', 'district', $1)", person
    )
    cell = {"task": "none", "id": str(uuid4()), "at": AT, "learner": learner, "version": "0", "competency": THEME}
    form = {"csrf_token": await token(door, browser), **cell, "score": "3"}
    scored = await browser.send("POST", f"{door.url}/sections/{school.section}/scores", form=form)
    assert "Recorded for Amara" in scored.text
    rows = await door.pool.fetch(
        "SELECT purpose FROM gateway.disclosures WHERE learner = $1 AND what = 'names'", learner
    )
    assert [row["purpose"] for row in rows] == ["administration"]
    await door.pool.execute("DELETE FROM access.grants WHERE person = $1", person)


async def test_a_score_is_recorded_where_the_cell_is_as_it_was_and_once(
    door: Door, somebody: tuple[Browser, str], school: Class
) -> None:
    browser, _ = somebody
    learner, id_ = school.learners[0], str(uuid4())
    sent = {"csrf_token": await token(door, browser), "id": id_, "at": AT, "task": "none", "competency": THEME}
    url = f"{door.url}/sections/{school.section}/scores"
    form = {**sent, "learner": learner, "version": "0", "score": "2."}
    for _ in range(2):
        answer = await browser.send("POST", url, form=form)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert (told["version"], told["evidence"], told["score"]) == (1, id_, "2.5")
        assert (told["word"], told["rest"]) == ("Two", " · On the way")
    [piece] = school.recorded.values()
    assert (piece["body"]["learner"], piece["body"]["results"][0]["earned"]) == (learner, "2.5")
    for more, status in (
        ({"id": str(uuid4())}, 409),
        ({"id": str(uuid4()), "version": "1", "score": "9"}, 422),
        ({"id": str(uuid4()), "learner": new_id()}, 404),
        ({"id": "x"}, 422),
    ):
        assert (await browser.send("POST", url, form={**form, **more})).status_code == status
    assert len(school.recorded) == 1
    undo = {"csrf_token": sent["csrf_token"], "id": str(uuid4()), "evidence": id_}
    path = f"{door.url}/sections/{school.section}/undo"
    assert (await browser.send("POST", path, form={**undo, "learner": school.learners[1]})).status_code == 404
    listed = await browser.send("GET", f"{door.url}/sections/{school.section}")
    assert listed.text.count(id_) == 0, "whose names cannot be read are not listed"
    taken = await browser.send("POST", path, form={**undo, "learner": learner})
    assert (taken.status_code, school.voided) == (303, [id_])


async def test_a_column_is_looked_at_first_then_recorded_in_one_write_and_counts_once(
    door: Door, somebody: tuple[Browser, str], school: Class
) -> None:
    browser, _ = somebody
    ana, bo, cleo = school.learners
    url = f"{door.url}/sections/{school.section}/column"
    page = await browser.send("GET", f"{url}?task=none&competency={THEME}")
    fields = fields_of(page)
    wrong = await browser.send(
        "POST", url, form={**fields, "do": "look", "pasted": "3\nn/a\n2.5\n1", "learners": f"{ana} {bo} {cleo}"}
    )
    assert (wrong.status_code, school.recorded) == (422, {})
    assert 'value="n/a"' in wrong.text
    assert "1 pasted value has no learner" in wrong.text
    sent = await browser.send("POST", url, form={**fields, "do": "look", f"score/{ana}": "3", f"score/{cleo}": "2."})
    assert (sent.status_code, "score" in sent.headers["location"]) == (303, False)
    looked = await browser.follow(sent)
    assert (looked.status_code, "2.5 of 4" in looked.text, school.recorded) == (200, True, {})
    checked = fields_of(looked)
    school.pieces[ana] = 7
    stale = await browser.send("POST", url, form={**checked, "do": "record"})
    assert (stale.status_code, school.recorded) == (409, {})
    again = fields_of(stale)
    assert (again[f"version/{ana}"], again[f"score/{cleo}"]) == ("7", "2.")
    for _ in range(2):
        done = await browser.send("POST", url, form={**again, "do": "record"})
        assert (done.status_code, done.headers["location"]) == (
            303,
            f"/sections/{school.section}?task=none&of=4&done=recorded-2#said",
        )
    scores = {one["body"]["learner"]: one["body"]["results"][0]["earned"] for one in school.recorded.values()}
    assert (scores, len(school.recorded)) == ({ana: "3", cleo: "2.5"}, 2)
    back = await browser.follow(sent)
    assert (back.status_code, f"score/{ana}" in back.text, "This will be recorded" in back.text) == (200, True, False)
    gone = {**again, "do": "record", f"score/{new_id()}": "4"}
    assert (await browser.send("POST", url, form=gone)).status_code == 409


async def test_of_a_column_that_was_recorded_in_part_only_the_rest_is_left_to_send(
    door: Door, somebody: tuple[Browser, str], school: Class
) -> None:
    browser, _ = somebody
    ana, bo, _cleo = school.learners
    school.refuses = {bo}
    url = f"{door.url}/sections/{school.section}/column"
    fields = fields_of(await browser.send("GET", f"{url}?task=none&competency={THEME}"))
    written = {**fields, f"score/{ana}": "3", f"score/{bo}": "2"}
    told = await browser.send("POST", url, form={**written, "do": "record"})
    assert (told.status_code, len(school.recorded)) == (409, 1)
    assert "1 score is recorded. Nothing was recorded for:" in told.text
    assert "She is &lt;b&gt;not&lt;/b&gt; here." in told.text
    left = fields_of(told)
    assert (left.get(f"score/{ana}", ""), left[f"score/{bo}"]) == ("", "2")
    assert left["id"] != fields["id"]
    await browser.send("POST", url, form={**written, "do": "record"})
    assert len(school.recorded) == 1, "sent again as it was, it counts once"


async def test_of_a_column_whose_answer_was_lost_the_rest_is_sent_by_the_same_form_and_nothing_twice(
    door: Door, somebody: tuple[Browser, str], school: Class
) -> None:
    browser, _ = somebody
    ana, bo, _cleo = school.learners
    url = f"{door.url}/sections/{school.section}/column"
    fields = fields_of(await browser.send("GET", f"{url}?task=none&competency={THEME}"))
    written = {**fields, "do": "record", f"score/{ana}": "3", f"score/{bo}": "2"}
    school.lost = True
    told = await browser.send("POST", url, form=written)
    assert (told.status_code, len(school.recorded)) == (503, 1)
    assert "No answer came. Some of these scores may be recorded" in told.text
    again = fields_of(told)
    assert (again["id"], again[f"score/{ana}"], again[f"score/{bo}"]) == (fields["id"], "3", "2")
    done = await browser.send("POST", url, form={**again, "do": "record"})
    assert (done.status_code, "done=recorded-2" in done.headers["location"], len(school.recorded)) == (303, True, 2)
