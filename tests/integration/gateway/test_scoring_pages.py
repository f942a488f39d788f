"""Scoring works over HTTP: what the API is asked for by each form, and what a page says of its answer."""

import pytest
from starlette.responses import JSONResponse

from tests.support.arranged import NOTHING
from tests.support.browser import Browser
from tests.support.exhibited_works import (
    CRITERION,
    DRAFT,
    FORM,
    LEARNER,
    MADE,
    QUESTIONS,
    RUBRIC,
    STALE,
    WORK,
    answering,
    sent,
)
from tests.support.signing_in import Door


async def test_a_work_is_scored_as_it_was_seen_and_each_criterion_is_spoken_of(door: Door, teacher: Browser) -> None:
    written = answering(door)
    shown = await teacher.send("GET", f"{door.url}/works/{WORK}/score?rubric={RUBRIC}")
    assert shown.status_code == 200, shown.text
    assert shown.text.count('type="radio" name="level/clarity"') == 2
    fields = {
        "version": "2", "rubric": RUBRIC, "draft": DRAFT, "at": "2026-11-29T10:00:00.000Z", "purpose": "performance",
        "level/clarity": "4", "ready/clarity": "D4", "say/clarity": "Louder.", "overall": "Good.",
    }  # fmt: skip
    scored = await sent(door, teacher, f"/works/{WORK}/score", **fields)
    assert scored.headers["location"].startswith("/scoring?done=scored")
    (_, _, score), (_, where, said) = written
    assert (score["expected_version"], score["feedback"], "members" in score) == (2, "Good.", False)
    assert score["results"] == [
        {"competency": one, "criterion": "clarity", "earned": "4", "possible": "4"} for one in CRITERION["competencies"]
    ]
    assert where == f"/v1/works/{WORK}/versions/{DRAFT}/feedback"
    assert (said["criterion"], said["rubric"], said["text"]) == ("clarity", RUBRIC, "D4\nLouder.")


async def test_of_a_score_whose_comment_was_refused_the_page_says_that_the_score_is_recorded(
    door: Door, teacher: Browser
) -> None:
    written = answering(door, **{"POST feedback": JSONResponse({"title": "Later"}, 503)})
    fields = {
        "id": FORM,
        "version": "2",
        "rubric": RUBRIC,
        "draft": DRAFT,
        "level/clarity": "4",
        "say/clarity": "Loud.",
    }
    told = await sent(door, teacher, f"/works/{WORK}/score", **fields)
    assert (told.status_code, "A part of this is recorded" in told.text) == (503, True)
    assert (f'name="id" value="{FORM}"' in told.text, "Loud." in told.text) == (True, True)
    assert [path.rpartition("/")[2] for _, path, _ in written] == ["scores", "feedback"]


async def test_a_score_for_nobody_is_not_one_for_everybody(door: Door, teacher: Browser) -> None:
    written = answering(door, **{f"/v1/works/{WORK}": {**MADE, "others": 1}})
    shown = await teacher.send("GET", f"{door.url}/works/{WORK}/score?rubric={RUBRIC}")
    assert f'name="member/{LEARNER}"' in shown.text
    fields = {"version": "2", "rubric": RUBRIC, "draft": DRAFT, "level/clarity": "4", "chosen": "members"}
    assert 'name="chosen" value="members"' in shown.text
    refused = await sent(door, teacher, f"/works/{WORK}/score", **fields)
    assert (refused.status_code, "Choose for whom the score is." in refused.text, written) == (422, True, [])


async def test_a_draft_that_came_meanwhile_is_shown_and_nothing_typed_is_lost(door: Door, teacher: Browser) -> None:
    answering(door, **{"POST scores": JSONResponse(STALE, 409)})
    fields = {"version": "1", "rubric": RUBRIC, "draft": DRAFT, "level/clarity": "4", "overall": "Good work."}
    refused = await sent(door, teacher, f"/works/{WORK}/score", **fields, id=FORM)
    assert refused.status_code == 409
    assert f'name="id" value="{FORM}"' in refused.text, "a score that was recorded before a comment was refused"
    assert "Another draft came in meanwhile" in refused.text
    assert 'value="4" checked' in refused.text
    assert "Good work." in refused.text


async def test_a_score_that_came_from_another_window_is_told_of_before_a_second_one(
    door: Door, teacher: Browser
) -> None:
    piece = {"event": DRAFT, "type": "RubricScored", "learner": LEARNER, "by": LEARNER, "rubric": RUBRIC, "results": []}
    made = {**MADE, "pieces": [piece]}
    written = answering(door, **{f"/v1/works/{WORK}": made})
    fields = {"version": "2", "rubric": RUBRIC, "draft": DRAFT, "level/clarity": "4", "overall": "Good.", "scores": "0"}
    refused = await sent(door, teacher, f"/works/{WORK}/score", **fields, id=FORM)
    assert (refused.status_code, "It was scored since you opened this" in refused.text, written) == (409, True, [])
    assert ('name="scores" value="1"' in refused.text, "Good." in refused.text) == (True, True)
    again = await sent(door, teacher, f"/works/{WORK}/score", **{**fields, "scores": "1"}, id=FORM)
    assert (again.status_code, len(written)) == (303, 1), "whoever looked at it may score it too"
    written.clear()
    twice = await sent(door, teacher, f"/works/{WORK}/score", **fields, id=DRAFT)
    assert (twice.status_code, len(written)) == (303, 1), "what this form recorded before is nobody else's score"


async def test_a_class_with_nobody_in_it_hides_no_work_of_the_others(door: Door, teacher: Browser) -> None:
    answering(door, **{"/v1/works": NOTHING})
    told = await teacher.send("GET", f"{door.url}/scoring")
    assert (told.status_code, "Nothing waits to be scored" in told.text) == (200, True)


@pytest.mark.parametrize("form", ["rubrics", "tasks"])
async def test_no_form_begins_from_a_document_of_another_kind(door: Door, teacher: Browser, form: str) -> None:
    answering(door)
    told = await teacher.send("GET", f"{door.url}/{form}/new?of={QUESTIONS}")
    assert told.status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"rubric": RUBRIC, "draft": "é", "overall": "Good."},
        {"rubric": "é" * 64, "draft": DRAFT, "level/clarity": "4"},
    ],
    ids=["draft", "rubric"],
)
async def test_what_no_form_of_ours_sends_is_refused(door: Door, teacher: Browser, fields: dict[str, str]) -> None:
    answering(door)
    assert (await sent(door, teacher, f"/works/{WORK}/score", **fields)).status_code in {404, 409, 422}


async def test_who_teaches_nobody_has_no_page_to_score_on(door: Door, somebody: tuple[Browser, str]) -> None:
    answering(door)
    for path in ("/scoring", f"/works/{WORK}/score"):
        assert (await somebody[0].send("GET", f"{door.url}{path}")).status_code == 404
