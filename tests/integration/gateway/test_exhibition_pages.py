"""Exhibitions over HTTP: what the API is asked for by each form, and what a page says of its answer."""

from re import findall
from typing import Any
from uuid import uuid4

from starlette.responses import JSONResponse

from shared.ledger.instants import instant
from shared.runtime.disclosing import disclose
from tests.support.arranged import NOTHING
from tests.support.browser import Browser
from tests.support.exhibited_works import (
    ASKED,
    EXHIBITION,
    FAIR,
    FORM,
    RECEIPT,
    SCHOOL,
    SECTION,
    STALE,
    WORK,
    answering,
    sent,
)
from tests.support.paper import Paper
from tests.support.relations import new_id
from tests.support.signing_in import Door

BALLOT: dict[str, Any] = {
    "exhibition": FAIR, "state": "open", "language": "en", "title": {"en": "Vote"}, "works": [],
    "questions": [{
        "question": "leader", "kind": "choice", "title": {"en": "Who?"},
        "options": [{"option": "boxer", "title": {"en": "Boxer"}}],
    }],
}  # fmt: skip


async def test_a_teacher_sees_what_is_open_and_who_has_shown_nothing_yet(door: Door, teacher: Browser) -> None:
    answering(door)
    told = await teacher.send("GET", f"{door.url}/exhibitions")
    assert told.status_code == 200, told.text
    assert f'href="/exhibitions/{FAIR}"' in told.text
    assert "Nothing shown yet this school year" in told.text


async def test_a_list_goes_on_where_a_page_of_it_ends(door: Door, teacher: Browser) -> None:
    """Exhibitions of several classes are one list; tasks and rubrics go on apart."""
    many = [{**EXHIBITION, "exhibition": new_id()} for _ in range(50)]
    place = f"{instant(EXHIBITION['planned_at'])}:{many[-1]['exhibition']}"
    task = {
        "id": new_id(), "title": "Essay", "prompt": "Write.", "digest": "7a" * 32, "versions": ["7a" * 32],
        "recorded_at": "2026-11-01T09:00:00.000Z", "languages": ["en"], "used_by": {"works": 0, "pieces": 0},
    }  # fmt: skip
    answering(door, **{
        "/v1/exhibitions": {"items": many, "next": place}, "/v1/tasks": {"tasks": [task], "next": 7},
        "/v1/works": {"items": [], "next": None},
    })  # fmt: skip
    told = await teacher.send("GET", f"{door.url}/exhibitions")
    assert f'href="?after={place}"' in told.text
    seen = door.world.services["portfolio"].seen
    seen.clear()
    await teacher.send("GET", f"{door.url}/exhibitions?after={place}")
    assert [one.query_params["after"] for one in seen if one.url.path == "/v1/exhibitions"] == [place]
    seen.clear()
    shelves = await teacher.send("GET", f"{door.url}/tasks?rubrics=5")
    assert 'href="?tasks=7&amp;rubrics=5"' in shelves.text
    asked = {one.url.path: one.query_params.get("after") for one in seen}
    assert asked == {"/v1/tasks": None, "/v1/rubrics": "5"}


async def test_who_administers_the_district_sees_exhibitions_by_school(
    door: Door, somebody: tuple[Browser, str], teacher: Browser
) -> None:
    answering(door)
    await door.pool.execute(
        "UPDATE access.grants SET role = 'administrator', scope = 'district' WHERE person = $1", somebody[1]
    )
    all_ = await teacher.send("GET", f"{door.url}/exhibitions")
    assert ("led to from its roster" in all_.text, "No exhibition yet." in all_.text) == (True, False)
    of_one = await teacher.send("GET", f"{door.url}/exhibitions?school={SCHOOL}")
    assert (of_one.status_code, f"/exhibitions/{FAIR}" in of_one.text) == (200, True)
    asked = [one for one in door.world.services["portfolio"].seen if one.url.path == "/v1/exhibitions"]
    assert [dict(one.query_params).get("school") for one in asked] == [SCHOOL]


async def test_a_plan_publishes_its_questions_and_names_them(door: Door, teacher: Browser) -> None:
    told_of = new_id()
    planning = disclose(JSONResponse(RECEIPT, 201), "exhibition", [told_of])
    written = answering(door, **{"POST exhibitions": planning})
    fields = {
        "section": SECTION, "language": "en", "title": "Fair", f"work/{WORK}": "1", "role/family": "1",
        "questions": "new", "q0.kind": "choice", "q0.title": "Who?", "q0.options": "Boxer\nClover",
    }  # fmt: skip
    more = await sent(door, teacher, "/exhibitions", **fields, more="1")
    assert (more.status_code, written) == (200, [])
    assert "Question 2" in more.text
    assert 'value="Who?"' in more.text
    planned = await sent(door, teacher, "/exhibitions", **fields)
    logged = await door.pool.fetch("SELECT what FROM gateway.disclosures WHERE learner = $1", told_of)
    assert [row["what"] for row in logged] == ["exhibition"], "whom the answer to a form tells of"
    assert planned.headers["location"] == f"/exhibitions/{FAIR}?done=planned&seen=evidence:3:7"
    (put, where, document), (_, _, plan) = written
    assert (put, document["questions"][0]["options"][0]["code"]) == ("PUT", "boxer")
    assert where == f"/v1/documents/{plan['questions']}"
    assert (plan["school"], plan["section"], plan["works"], plan["roles"]) == (SCHOOL, SECTION, [WORK], ["family"])


async def test_a_plan_that_is_refused_publishes_nothing_and_once_mended_nothing_twice(
    door: Door, teacher: Browser
) -> None:
    answers: dict[str, Any] = {"POST exhibitions": JSONResponse({**STALE, "title": "No work of yours"}, 422)}
    written = answering(door, **answers)
    fields = {
        "id": FORM, "section": SECTION, "language": "en", "title": "Fair", f"work/{WORK}": "1",
        "questions": "new", "q0.kind": "choice", "q0.title": "Who?", "q0.options": "Boxer\nClover",
    }  # fmt: skip
    nobody = await sent(door, teacher, "/exhibitions", **fields)
    assert (nobody.status_code, "Choose who votes." in nobody.text, written) == (422, True, [])
    soon = await sent(door, teacher, "/exhibitions", **fields, **{"role/family": "1", "planned_for": "soon"})
    assert (soon.status_code, written) == (422, [])
    for _ in range(2):  # the API says what is wrong; then it is mended
        refused = await sent(door, teacher, "/exhibitions", **fields, **{"role/family": "1"})
        assert f'name="id" value="{FORM}"' in refused.text
    assert [path for method, path, _ in written if method == "PUT"] == [written[0][1]] * 2, "the same document"


async def test_before_anything_is_published_a_work_is_chosen_where_each_is_asked_about(
    door: Door, teacher: Browser
) -> None:
    rating = {"kind": "rating", "code": "clear", "title": "Clear?", "scale": [{"value": "1", "title": "No"}]}
    written = answering(door, **{f"/v1/documents/{'7b' * 32}": {**ASKED, "questions": [rating]}})
    fields = {"section": SECTION, "language": "en", "title": "Fair", "role/family": "1"}
    new = {"questions": "new", "q0.kind": "rating", "q0.title": "Clear?", "q0.options": "No\nYes"}
    for asked in (new, {"questions": "7b" * 32}):
        refused = await sent(door, teacher, "/exhibitions", **fields, **asked)
        assert (refused.status_code, written) == (422, [])
        assert "“Clear?” is asked of each work, so choose at least one work." in refused.text
    planned = await sent(door, teacher, "/exhibitions", **fields, questions="7b" * 32, **{f"work/{WORK}": "1"})
    assert planned.status_code == 303


async def test_a_class_without_learners_is_told_of_as_such(door: Door, teacher: Browser) -> None:
    answering(door, **{"/v1/works": NOTHING, "/v1/exhibitions": NOTHING})
    await door.pool.execute("DELETE FROM access.enrolments WHERE section = $1", SECTION)
    for path in (f"/exhibitions/new?section={SECTION}", f"/sections/{SECTION}", "/"):
        told = await teacher.send("GET", f"{door.url}{path}")
        assert (told.status_code, "Nobody is in this class yet." in told.text) == (200, True), path
    assert (await teacher.send("GET", f"{door.url}/sections/{new_id()}")).status_code == 404


async def test_an_open_exhibition_shows_turnout_and_nothing_of_what_was_said(door: Door, teacher: Browser) -> None:
    answering(door)
    told = await teacher.send("GET", f"{door.url}/exhibitions/{FAIR}")
    assert told.status_code == 200, told.text
    assert "5 ballots used" in told.text
    assert findall('<option value="([^"]*)"', told.text) == ["family"], "ballots are for whom it was planned for"
    assert "&lt;b&gt;Who&lt;/b&gt;?" in told.text
    assert not [asked for asked in door.world.services["portfolio"].seen if asked.url.path.endswith("/results")]
    same = await teacher.send("GET", f"{door.url}/exhibitions/{FAIR}/turnout?issued=12&voted=5")
    other = await teacher.send("GET", f"{door.url}/exhibitions/{FAIR}/turnout?issued=12&voted=4")
    assert (same.status_code, other.status_code, "5 ballots used" in other.text) == (204, 200, True)


async def test_ballots_are_made_once_and_downloaded_as_often_as_need_be(door: Door, teacher: Browser) -> None:
    written = answering(door, **{"POST ballots": {**RECEIPT, "role": "family", "tokens": ["ab" * 16, "cd" * 16]}})
    id_ = str(uuid4())
    made = await sent(door, teacher, f"/exhibitions/{FAIR}/ballots", id=id_, role="family", count="2")
    assert made.headers["location"] == f"/exhibitions/{FAIR}/ballots/{id_}/family/2?seen=evidence:3:7"
    page = await teacher.send("GET", f"{door.url}{made.headers['location']}")
    assert "Download the PDF" in page.text
    wish = {"id": id_, "role": "family", "count": "2", "language": "es", "paper": "a4"}
    for _ in range(2):
        pdf = await sent(door, teacher, f"/exhibitions/{FAIR}/ballots.pdf", **wish)
        assert (pdf.status_code, pdf.content[:5]) == (200, b"%PDF-")
        assert pdf.headers["content-disposition"] == 'attachment; filename="ballots-family.pdf"'
    assert len({body["id"] for _, _, body in written}) == 1
    rating = {"kind": "rating", "code": "clear", "title": "Clear?", "scale": [{"value": "1", "title": "No"}]}
    shown = {"work": WORK, "number": 1, "title_ref": "8c" * 32}
    text = {"ref": shown["title_ref"], "text": "The windmill", "owner": WORK, "learners": [new_id()]}
    answering(door, **{
        "POST ballots": {**RECEIPT, "role": "family", "tokens": ["ab" * 16]},
        f"/v1/exhibitions/{FAIR}": {**EXHIBITION, "questions": "9d" * 32, "works": [shown]},
        f"/v1/documents/{'9d' * 32}": {**ASKED, "questions": [rating]},
        "/reveal": {"texts": [text], "names": []},
    })  # fmt: skip
    for more, named in (({"titles": "1"}, True), ({}, False)):
        pdf = await sent(door, teacher, f"/exhibitions/{FAIR}/ballots.pdf", **wish, **more)
        assert ("Trabajos: 1 The windmill" in Paper(pdf.content).pages[0]) is named
    too_many = await sent(door, teacher, f"/exhibitions/{FAIR}/ballots", role="family", count="601")
    assert too_many.status_code == 422


async def test_what_changed_meanwhile_is_said_kindly(door: Door, teacher: Browser) -> None:
    answering(door, **{"POST close": JSONResponse(STALE, 409)})
    refused = await sent(door, teacher, f"/exhibitions/{FAIR}/close", version="1")
    assert (refused.status_code, "Somebody changed this exhibition meanwhile" in refused.text) == (409, True)


async def test_paper_ballots_are_entered_as_nobody_and_what_is_refused_stays(door: Door, teacher: Browser) -> None:
    written = answering(door, **{"POST show": JSONResponse(BALLOT, 200), "POST vote": JSONResponse({}, 201)})
    table = f"ballot;leader\n{'ab' * 16};Boxer\n{'cd' * 16};Nobody\nonce upon a time;Boxer"
    told = await sent(door, teacher, f"/exhibitions/{FAIR}/paper", table=table)
    assert told.status_code == 200, told.text
    assert "One ballot counted; 2 could not be taken" in told.text
    assert ("cd" * 16 in told.text, "ab" * 16 in told.text, "once upon" in told.text) == (True, False, True)
    votes = [body for _, path, body in written if path.endswith("/vote")]
    assert votes == [{"token": "ab" * 16, "answers": {"leader": "boxer"}}]
    assert (await sent(door, teacher, f"/exhibitions/{FAIR}/paper", table="x")).status_code == 422


async def test_on_a_shared_device_the_next_person_follows(door: Door) -> None:
    receipt = {"receipt": {"recorded_at": "2026-11-24T09:30:00.000Z"}}
    answering(door, **{"POST vote": receipt})
    browser = door.browser()
    typed = await browser.send("POST", f"{door.url}/vote?kiosk=1", form={"words": "AB" * 16})
    assert typed.headers["location"] == f"/vote/{'ab' * 16}?kiosk=1"
    voted = await browser.send("POST", f"{door.url}{typed.headers['location']}", form={"answer/leader": "boxer"})
    assert 'href="/vote?kiosk=1"' in voted.text
    alone = await browser.send("POST", f"{door.url}/vote/{'ab' * 16}", form={"answer/leader": "boxer"})
    assert "/vote?kiosk=1" not in alone.text


async def test_a_vote_with_nothing_chosen_is_refused_and_uses_no_ballot_up(door: Door) -> None:
    written = answering(door, **{"POST show": JSONResponse(BALLOT, 200)})
    browser, ballot = door.browser(), f"{door.url}/vote/{'ab' * 16}"
    for form, query in (({}, ""), ({"answer/leader": ""}, "&kiosk=1")):
        refused = await browser.send("POST", f"{ballot}?{query}", form=form)
        assert refused.status_code == 303, (
            "whoever votes then and goes back comes to a page, and to no form that was sent"
        )
        assert refused.headers["location"] == f"/vote/{'ab' * 16}?chose=nothing{query}"
        again = await browser.send("GET", f"{door.url}{refused.headers['location']}")
        assert (again.status_code, "Your ballot is still good" in again.text) == (422, True)
        assert 'name="answer/leader"' in again.text
    answering(door, **{"POST show": JSONResponse({**BALLOT, "state": "counted"}, 200)})
    assert "counted already" in (await browser.send("GET", f"{ballot}?chose=nothing")).text
    assert not [path for _, path, _ in written if path.endswith("/vote")]


async def test_a_ballot_says_what_the_exhibition_is_called_and_where_its_works_are_named(door: Door) -> None:
    rating = {**BALLOT["questions"][0], "question": "clear", "kind": "rating"}
    works = [{"work": WORK, "number": 1}]
    more = {"exhibition_title": "An evening <b>", "questions": [rating], "works": works}
    for ballot, told in ((BALLOT, False), ({**BALLOT, **more}, True)):
        answering(door, **{"POST show": JSONResponse(ballot, 200)})
        shown = (await door.browser().send("GET", f"{door.url}/vote/{'ab' * 16}")).text
        assert ("An evening &lt;b&gt;" in shown, "stands on your paper" in shown) == (told, told)


async def test_whoever_lets_others_vote_on_her_device_is_signed_out_first(door: Door, teacher: Browser) -> None:
    answering(door)
    shown = await teacher.send("GET", f"{door.url}/exhibitions/{FAIR}")
    assert 'href="/vote?kiosk=1"' not in shown.text
    warned = await teacher.send("GET", f"{door.url}/vote?kiosk=1")
    assert "You are signed in on this device" in warned.text
    left = await sent(door, teacher, "/sign-out", then="kiosk")
    assert (left.status_code, left.headers["location"]) == (303, "/vote?kiosk=1")
    assert not await door.is_signed_in(teacher)
    assert "signed in" not in (await teacher.send("GET", f"{door.url}/vote?kiosk=1")).text


async def test_a_version_that_no_form_of_ours_sends_is_refused(door: Door, teacher: Browser) -> None:
    answering(door, **{"POST close": JSONResponse(STALE, 409)})
    refused = await sent(door, teacher, f"/exhibitions/{FAIR}/close", version="9" * 5000)
    assert refused.status_code in {404, 409, 422}


async def test_a_ballot_that_cannot_be_counted_now_is_not_called_closed(door: Door, teacher: Browser) -> None:
    answering(door, **{"POST show": JSONResponse({"title": "Later"}, 503)})
    told = await sent(door, teacher, f"/exhibitions/{FAIR}/paper", table=f"ballot\r\n{'ab' * 16}")
    assert "it cannot be counted at the moment" in told.text
    assert "ab" * 16 in told.text
