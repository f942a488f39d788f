"""What an auditor's pages make of answers: what bears on a grade, where grade and record differ, and hostile texts."""

from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest

from services.audit.domain.differences import Kind
from services.gateway.http.pages.audits.showing import bearing, changes, lines
from services.gateway.http.pages.audits.wording import DIFFERENCES, ENTRIES, PHASES
from services.gateway.http.pages.languages import languages
from services.gateway.http.pages.rendering import Reader, page
from shared.contracts.events import EVENTS

THEME, ALLEGORY = "e69e6ade-47d3-5ea7-94af-84363a66160d", "163ac50a-3d42-4b15-86b0-80cd03ff1623"
GRADE, LEARNER = "3d1f5a52-8a0e-4c43-b6a7-55d0f2b1c9e4", "8f14e45f-ceea-8e7a-9c3b-2f1d0a5b6c7d"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}\u202e"
WHEN = "2026-11-20T12:00:00.000Z"


def state(competency: str, level: str | None, status: str = "mastered", **more: Any) -> dict[str, Any]:
    return {"competency": competency, "level": level, "status": status, **more}


def entry(id_: str, type_: str = "AttemptRecorded", **body: Any) -> dict[str, Any]:
    place = {"ledger": "evidence", "shard": 17, "position": 42}
    return {
        "id": id_,
        "type": type_,
        "actor": LEARNER,
        "occurred_at": WHEN,
        "recorded_at": WHEN,
        "position": place,
        "body": body,
    }


def attempt(id_: str, competency: str) -> dict[str, Any]:
    return entry(id_, results=[{"competency": competency, "earned": "3", "possible": "4"}])


def test_what_bears_on_a_grade_is_of_its_competencies_or_speaks_of_what_does() -> None:
    entries = [
        entry("enrolled", "LearnerEnrolled"),
        attempt("one", THEME),
        attempt("other", ALLEGORY),
        entry("set", "LevelOverridden", competency=THEME),
        entry(GRADE, "GradeReleased"),
        entry("question", "ReviewRequested", evidence="one"),
        entry("answer", "ReviewAnswered", review="question"),
        entry("void", "EvidenceVoided", evidence="one"),
        entry("void of the other", "EvidenceVoided", evidence="other"),
        entry("amended", "GradeAmended", grade=GRADE),
    ]
    found = [one["id"] for one in bearing(entries, GRADE, [THEME])]
    assert found == ["one", "set", GRADE, "question", "answer", "void", "amended"]


def test_an_entry_that_nobody_can_read_bears_on_nothing_and_breaks_nothing() -> None:
    odd = [{**entry("odd"), "body": body} for body in (None, {"results": 3}, {"results": [3, {}]}, {"grade": [GRADE]})]
    assert bearing(odd, GRADE, [THEME]) == []


def test_a_grade_differs_where_the_record_says_another_level() -> None:
    graded = [state(THEME, "Four", code="b"), state(ALLEGORY, "Two", "not_yet", code="a")]
    now = [state(THEME, "Four", code="b", statement="S"), state(ALLEGORY, "Three", code="a")]
    assert [(one.code, one.differs) for one in lines(graded, now)] == [("a", True), ("b", False)]


def test_a_day_that_is_asked_for_is_what_a_grade_is_compared_with() -> None:
    graded, now = [state(THEME, "Four")], [state(THEME, "Two", "slipped")]
    [same] = lines(graded, now, [state(THEME, "Four")], [state(THEME, "Three")])
    assert (same.differs, same.former) == (False, state(THEME, "Three"))
    [nothing] = lines(graded, now, [])
    assert (nothing.differs, nothing.then) == (True, None)


def test_then_and_now_have_every_competency_of_either_by_its_code() -> None:
    found = changes([state(THEME, "Two", code="b")], [state(THEME, "Two", code="b"), state(ALLEGORY, None, code="a")])
    assert [(one.code, one.then is None, one.differs) for one in found] == [("a", True, True), ("b", False, False)]


def test_every_entry_of_a_learner_has_a_word() -> None:
    of_learners = {name for name, contract in EVENTS.items() if "learner" in contract.body.model_fields}
    assert of_learners <= ENTRIES.keys() | {"PanelConcluded", "RoleGranted", "RoleRevoked"}


def test_every_phase_of_a_check_has_a_word() -> None:
    phases = {"ledger", "topic", "states", "learners", "grades", "reviews", "redos", "feedback"}
    assert phases == PHASES.keys()


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("running", [True, False])
def test_whatever_an_audit_tells_stays_a_text(language: str, running: bool) -> None:
    difference = {"phase": HOSTILE, "kind": HOSTILE, "what": HOSTILE, "event": HOSTILE, "learner": HOSTILE}
    members = [{"name": HOSTILE, "in_copy": HOSTILE, "elsewhere": None}]
    told = {
        "id": GRADE,
        "state": "running" if running else "different",
        "scope": "district",
        "grades": [],
        "found": 9,
        "phases": [{"name": "ledger", "done": 1, "total": None}],
        "reason": HOSTILE,
        "differences": [{**difference, "members": members}],
    }
    answer = page(
        "audit/result.html",
        Reader(language, ZoneInfo("UTC"), "/audit/results/x", person=LEARNER, csrf="c"),
        scripts=() if running else None,
        told=told,
        learner=None,
        name=None,
        shown=False,
        competencies={},
    )
    text = bytes(answer.body).decode()
    assert "<img" not in text
    assert "alert(1)</script>" not in text
    assert ("hx-trigger" in text) is running
    assert text.count("<h1>") == 1


def test_a_name_is_shown_only_where_it_was_asked_for() -> None:
    reader = Reader("en", ZoneInfo("UTC"), "/audit/learners/x", person=LEARNER, csrf="c")
    shown: dict[str, Any] = {"learner": LEARNER, "grades": [], "changes": None, "as_of": None, "problem": None}
    hidden = bytes(page("audit/learner.html", reader, name=None, shown=False, **shown).body).decode()
    assert "Names are hidden" in hidden
    assert "names=shown" not in hidden
    told = bytes(page("audit/learner.html", reader, name={"given": "Bao", "family": "K"}, shown=True, **shown).body)
    assert "Bao K" in told.decode()


def test_the_day_that_was_asked_for_is_written_as_the_language_does() -> None:
    grade = {
        "id": GRADE,
        "learner": LEARNER,
        "released": {"recorded_at": WHEN},
        "course": THEME,
        "period": THEME,
        "pins": [],
    }
    answer = page(
        "audit/grade.html",
        Reader("es", ZoneInfo("UTC"), "/audit/grades/x", person=LEARNER, csrf="c"),
        grade=grade,
        name=None,
        shown=False,
        lines=[],
        former={"state": "released"},
        as_of="2026-11-30",
        asked="2026-11-30",
        problem=None,
        entries=[],
        onward=None,
        people={},
        competencies={},
    )
    text = bytes(answer.body).decode()
    assert "El 30 de noviembre de 2026 esta calificación figuraba como" in text
    assert "El 2026-11-30" not in text


def test_schools_and_classes_are_called_by_their_names_only_where_that_was_asked_for() -> None:
    reader = Reader("en", ZoneInfo("UTC"), "/audit", person=LEARNER, csrf="c")
    schools = [{"school": THEME, "sections": [{"section": GRADE, "learners": 9}]}]
    hidden = bytes(page("audit/begin.html", reader, sought="", shown=False, schools=schools, titles={}).body).decode()
    assert "Section 3d1f5a52" in hidden
    assert 'href="/audit?titles=shown"' in hidden
    titles = {THEME: {"given": "Willowbrook"}, GRADE: {"given": "English 10A"}}
    told = bytes(page("audit/begin.html", reader, sought="", shown=False, schools=schools, titles=titles).body).decode()
    assert ("Willowbrook" in told, "English 10A · 9 learners" in told) == (True, True)
    assert 'name="names" value="" checked' in told  # those of learners stay hidden


def test_every_kind_of_difference_has_words_here() -> None:
    assert DIFFERENCES.keys() == set(get_args(Kind))
