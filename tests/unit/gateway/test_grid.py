"""A section's page without a stack: what a typed value is, in which order learners come, and that texts stay texts."""

from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.domain.disclosures import RevealedName
from services.gateway.http.cookies import RECORDED
from services.gateway.http.pages.rendering import Reader, fragment, page
from services.gateway.http.pages.sections.recorded import Piece, just_recorded, remember
from services.gateway.http.pages.sections.scores import Given, Measure, given, item, pasted, piece_id, scoring_of
from services.gateway.http.pages.sections.showing import View, counts, in_order
from tests.unit.gateway.test_pages import HOSTILE, Tags

ANA, BO, CLEO = sorted(str(uuid4()) for _ in range(3))
THEME, CRAFT = str(uuid4()), str(uuid4())
HALVES = Measure("4", "theme", ("1", "2", "3", "4"), "0.5")


def cell(status: str = "no_evidence", **more: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {"level": None, "ready": False, "needs_evidence": False, "waiting": [], "version": 0}
    return {"status": status, **plain, **more}


def row(learner: str, *cells: dict[str, Any], waiting: int = 0) -> dict[str, Any]:
    wait = {"what": "review", "id": str(uuid4()), "competency": None, "redo_of": None}
    return {"learner": learner, "waiting": [wait] * waiting, "cells": list(cells)}


@pytest.mark.parametrize(
    ("text", "score", "wrong"),
    [
        ("3", "3", None),
        (" 2.5 ", "2.5", None),
        ("2.", "2.5", None),
        ("2,5", "2.5", None),
        (".5", "0.5", None),
        ("04", "4", None),
        ("4.0", "4", None),
        ("0", "0", None),
        ("5", None, "too_high"),
        ("-1", None, "no_score"),
        ("1e0", None, "no_score"),
        ("three", None, "no_score"),
        ("٣", None, "no_score"),
        (".", None, "no_score"),
        ("=1+1", None, "no_score"),
        ("3\t4", None, "several"),
    ],
)
def test_what_is_a_score(text: str, score: str | None, wrong: Any) -> None:
    assert given(ANA, text, Measure("4")) == Given(ANA, text.strip(), score, wrong)


def test_a_rubric_has_the_scores_that_it_has() -> None:
    assert [given(ANA, text, HALVES).wrong for text in ("2", "2.5", "2.25")] == [None, None, "no_level"]
    whole = Measure("4", "theme", ("1", "2", "3", "4"))
    assert [given(ANA, text, whole).wrong for text in ("2", "2.5")] == [None, "no_level"]


def test_a_pasted_column_is_one_value_a_learner_and_nothing_is_shifted() -> None:
    assert pasted("3\n\n2.5\n", [ANA, BO, CLEO]) == ({ANA: "3", BO: "", CLEO: "2.5"}, 0)
    assert pasted("3\n2\n1\n4\n", [ANA, BO]) == ({ANA: "3", BO: "2"}, 2)
    assert pasted("", [ANA]) == ({}, 0)


def test_a_task_is_scored_by_its_rubric_where_one_criterion_speaks() -> None:
    task = {"id": str(uuid4()), "title": "Essay", "purpose": "performance", "competencies": [THEME, CRAFT]}
    plain = scoring_of(task, None, "10")
    assert (plain.measure(THEME), plain.measure(str(uuid4()))) == (Measure("10"), None)
    levels = [{"earned": "1"}, {"earned": "2"}]
    criteria = [
        {"code": "theme", "competencies": [THEME, CRAFT], "possible": "2", "levels": levels},
        {"code": "craft", "competencies": [CRAFT], "possible": "2", "levels": levels},
    ]
    by_rubric = scoring_of({**task, "rubric": "ab" * 32}, {"criteria": criteria}, "10")
    assert by_rubric.measure(THEME) == Measure("2", "theme", ("1", "2"))
    assert by_rubric.measure(CRAFT) is None, "two criteria speak of it: the page of the work is for that"
    assert scoring_of(None, None, "4").measure(CRAFT) == Measure("4")


def test_a_piece_says_whose_it_is_and_the_same_form_makes_the_same_piece() -> None:
    form = str(uuid4())
    assert piece_id(form, THEME, ANA) == piece_id(form, THEME, ANA) != piece_id(form, THEME, BO)
    assert piece_id(form, THEME, ANA) != piece_id(form, CRAFT, ANA)
    made = item(form, ANA, THEME, "2.5", scoring_of(None, None, "4"), "2026-11-24T09:30:00.000Z", BO, CRAFT)
    assert made["type"] == "ObservationRecorded"
    assert made["body"] == {
        "learner": ANA,
        "purpose": "performance",
        "results": [{"competency": THEME, "earned": "2.5", "possible": "4"}],
        "redo_of": BO,
        "course": CRAFT,
    }


def test_rows_come_by_name_or_need_and_never_by_level() -> None:
    names = {ANA: RevealedName("Ana", "Zorn", of_learner=True), BO: RevealedName("Bo", "Adams", of_learner=True)}
    rows = [row(ANA, cell("mastered", level="Three"), waiting=1), row(BO, cell("not_yet", level="One")), row(CLEO)]
    assert [one["learner"] for one in in_order(rows, names, View())] == [BO, ANA, CLEO]
    assert [one["learner"] for one in in_order(rows, names, View(order="need"))] == [ANA, BO, CLEO]
    assert [one["learner"] for one in in_order(rows, names, View(show="waiting"))] == [ANA]
    assert counts([row(ANA, cell(ready=True), cell("slipped"))]) == {
        "needs_evidence": 0,
        "slipped": 1,
        "ready": 1,
        "waiting": 0,
    }


def test_a_view_is_its_address() -> None:
    view = View.read({"task": THEME, "of": "10", "order": "need", "show": "ready", "more": "x"})
    assert View.read(dict(pair.split("=") for pair in view.query()[1:].split("&"))) == view
    assert View.read({"task": HOSTILE, "of": "-1", "order": "level", "show": "rank", "within": "x"}) == View()
    assert view.query(show=None, order="name", task=None) == "?"


def test_what_was_just_recorded_is_remembered_and_nothing_else_is_taken_for_it() -> None:
    section, answer = str(uuid4()), Response()
    pieces = [Piece(str(uuid4()), str(uuid4()), "english.theme", "2.5") for _ in range(30)]
    remember(answer, section, pieces)
    line = answer.headers["set-cookie"]
    assert len(line) < 4096
    assert "HttpOnly" in line

    def read(value: str, of: str = section) -> list[Piece]:
        headers = [(b"cookie", f"{RECORDED}={value}".encode())]
        return just_recorded(Request({"type": "http", "headers": headers}), of)

    value = line.partition("=")[2].partition(";")[0]
    assert read(value) == pieces
    assert read(value, str(uuid4())) == []
    for broken in ("", "x", value[:-9], "W10", "bnVsbA", "W1tdXQ", value.swapcase()):
        assert read(broken) == [], broken
    remember(answer, section, [Piece(str(uuid4()), ANA, "x" * 64, "2") for _ in range(200)])
    assert all(len(line) < 4200 for line in answer.headers.getlist("set-cookie"))


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_hostile_name_and_code_stay_texts(language: str) -> None:
    columns = [{"competency": THEME, "code": HOSTILE, "statement": HOSTILE, "framework": CRAFT}]
    waiting = cell("not_yet", level=HOSTILE, ready=True, waiting=["opening", "review"], version=7)
    rows = [row(ANA, waiting, waiting=1)]
    grid = {"columns": columns, "rows": rows, "frameworks": [{"framework": CRAFT, "title": HOSTILE}]}
    task = {"id": THEME, "title": HOSTILE, "purpose": "performance", "competencies": [THEME]}
    answer = page(
        "grid/section.html",
        Reader(language, ZoneInfo("UTC"), "/sections/x", person=ANA, csrf="token"),
        scripts=("grid.js",),
        section=CRAFT,
        title=HOSTILE,
        view=View(task=THEME),
        grid={**grid, "next": HOSTILE, "refolding": True},
        rows=rows,
        cells={ANA: fragment("grid/cells.html", language, row=rows[0], columns=columns, short={})},
        names={ANA: RevealedName(HOSTILE, HOSTILE, of_learner=True)},
        tasks=[task],
        scoring=scoring_of(task, None, "4"),
        measures=[Measure("4")],
        filters=("needs_evidence", "slipped", "ready", "waiting"),
        counts=counts(rows),
        recorded=[Piece(THEME, ANA, HOSTILE, HOSTILE)],
        done=("recorded", 30),
        at="2026-11-24T09:30:00.000Z",
    )
    tags = Tags(bytes(answer.body).decode()).tags
    assert [attrs["src"] for tag, attrs in tags if tag == "script" and "grid" in str(attrs["src"])]
    assert not {tag for tag, _ in tags} & {"img", "iframe", "object", "style"}
    assert not [attrs for _, attrs in tags if any(name.startswith(("on", "hx-", "style")) for name in attrs)]
    stops = [attrs for tag, attrs in tags if tag == "a" and f"/competencies/{THEME}" in str(attrs.get("href"))]
    assert {attrs["tabindex"] for attrs in stops} == {"-1"}
