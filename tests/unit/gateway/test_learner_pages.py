"""What learners and guardians are told of a level: sentences from figures in both languages; pages of hostile texts."""

import re
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.gateway.domain.disclosures import (
    Revealed,
    RevealedName,
    RevealedText,
)
from services.gateway.http.pages.languages import languages
from services.gateway.http.pages.learners.explaining import SHORT, STEPS, WITHOUT, Explaining
from services.gateway.http.pages.learners.mastery import Found, subjects
from services.gateway.http.pages.learners.viewers import Viewer
from services.gateway.http.pages.learners.why import Asked, Turned, checked_of
from services.gateway.http.pages.methods import SENTENCES
from services.gateway.http.pages.rendering import Reader, page
from services.gateway.http.pages.wording import STATUSES
from shared.rulebook.table import FOR_POLICIES, FOR_ROLL_UPS, METHODS
from shared.runtime.problems import invalid
from tests.support import explained as told
from tests.unit.gateway.test_pages import HOSTILE, Tags

UTC = ZoneInfo("UTC")
HERSELF, FAMILY, TEACHER = Viewer("own-record", False), Viewer("family", False), Viewer("teaching", True)
EN, ES = Explaining.to("en"), Explaining.to("es")
TEXTS = Revealed(
    {ref: RevealedText(HOSTILE, ()) for ref in (told.FEEDBACK, told.REASON)},
    {told.LEARNER: RevealedName(HOSTILE, HOSTILE, True)},
)


def why(viewer: Viewer, language: str = "en", turned: Turned | None = None, **more: Any) -> str:
    state = told.explanation(**more)
    answer = page(
        "learner/why.html",
        Reader(language, UTC, "/x", person="p", csrf="c"),
        asked=Asked(told.LEARNER, told.THEME),
        turned=turned or Turned(),
        viewer=viewer,
        name=TEXTS.names[told.LEARNER],
        texts=TEXTS,
        state=state,
        policy=told.POLICY,
        chart=None,
        redo=told.redo(),
        questions=[told.question(), told.question(state="open", answered=None)],
        checked=None,
        tell=Explaining.to(language),
        now="",
    )
    return bytes(answer.body).decode()


def mastery(template: str, viewer: Viewer, language: str = "en", title: str = "English") -> str:
    states = {told.THEME: told.state(told.THEME, "mastered", "Proficient")}
    step = {"competency": told.ALLEGORY, "code": "c", "statement": HOSTILE, "status": "no_evidence"}
    next_ = [{**step, "opens": 2, "by": [], "flagged_by": []}]
    found = Found(
        subjects=subjects([told.framework(title=title)], states, next_),
        steps=next_,
        slipped=[],
        flagged=[],
        redos=[told.redo()],
        questions=[told.question(), told.question(state="open", answered=None)],
        statements={},
        resting=frozenset(),
        recent=[told.recent()],
    )
    answer = page(
        template,
        Reader(language, UTC, "/x", person="p", csrf="c"),
        learner=told.LEARNER,
        viewer=viewer,
        name=TEXTS.names[told.LEARNER],
        texts=TEXTS,
        found=found,
        tell=Explaining.to(language),
        done=None,
        problem=None,
        typed=None,
    )
    return bytes(answer.body).decode()


def test_a_skill_stands_on_its_page_where_its_parts_put_it_as_on_the_map() -> None:
    parts = {
        "status": "mastered",
        "level": "Proficient",
        "value": "3.1",
        "policy": "ab" * 32,
        "method": "rollup.conjunctive@1",
        "parts": [],
    }
    text = why(HERSELF, by_parts=parts, status="no_evidence", level=None, counted=[])
    assert "Proficient" in text[: text.index("The rule")]
    assert "Its parts speak for it." in text
    own = why(HERSELF, by_parts=parts)
    assert "Its parts speak for it." not in own


def test_the_rule_is_one_sentence_in_the_readers_language() -> None:
    state = told.explanation()
    [english], [spanish] = EN.rule(state, told.POLICY), ES.rule(state, told.POLICY)
    assert "the newest piece weighs 65%" in english.text
    assert english.text.endswith("mastery begins at 3 of 4.")
    assert "el dominio empieza en 3 de 4." in spanish.text
    assert english.language is spanish.language is None


def test_what_a_piece_weighs_is_said_as_the_rule_says_it() -> None:
    assert '<td class="number">65%</td>' in why(HERSELF)
    pieces = [{**piece, "weight": None} for piece in told.explanation()["counted"]]
    assert '<td class="number">–</td>' in why(HERSELF, counted=pieces)


def test_a_method_without_words_of_ours_is_told_in_the_rulebooks_and_says_so() -> None:
    rule = ES.rule(told.explanation(rule="The trend decides."), {**told.POLICY, "method": "marzano.trend@1"})
    assert [(said.text, said.language) for said in rule] == [
        ("The trend decides.", "en"),
        ("El dominio empieza en 3 de 4.", None),
    ]
    other = {**told.POLICY, "method": "ascertain.decaying_average@2"}
    assert EN.rule(told.explanation(rule="Another."), other)[0].text == "Another."


def test_every_method_that_a_policy_may_name_has_words_here() -> None:
    told_here = SENTENCES.keys()
    assert told_here >= FOR_POLICIES.keys() | FOR_ROLL_UPS.keys()
    assert {name for name, method in METHODS.items() if not method.staff} == told_here


def test_what_would_move_it_is_said_of_the_same_figures() -> None:
    state = told.explanation()
    assert EN.moves(state, told.POLICY) == [
        "A next result worth 3.61 of 4 or more reaches Best.",
        "A single next result could lower it.",
    ]
    assert [then for _, then in EN.without(state)] == ["it would be Beginning"]
    lacking = told.certainty(missing={"pieces": 1, "kinds": 0, "days": 3}, rests=None, moves=[], left_out=[])
    waits = told.explanation(status="not_enough", level=None, certainty=lacking)
    assert EN.moves(waits, told.POLICY) == [
        "One more piece of evidence is needed for a level.",
        "A further piece is needed, 3 days or more after the newest.",
    ]
    assert ES.following(waits) == "Para un nivel hace falta una evidencia más."
    judged = {**waits, "status": "mastered", "level": "Best", "override": {"event": told.FIRST}}
    assert EN.following(judged) == STEPS["mastered"], "what a teacher judged lacks no evidence"


def test_each_status_has_a_next_step() -> None:
    for status in STATUSES:
        assert EN.following(told.explanation(status=status))
    assert STEPS.keys() <= STATUSES.keys()
    assert SHORT.keys() | WITHOUT.keys() <= STATUSES.keys()


@pytest.mark.parametrize(
    ("statuses", "english", "spanish"),
    [
        ([], "No evidence yet.", "Todavía no hay evidencia."),
        (
            ["mastered"],
            "Of the skills seen so far, one is mastered.",
            "De las habilidades vistas hasta ahora, una está dominada.",
        ),
        (
            ["mastered", "no_evidence", "not_yet", "mastered", "not_yet"],
            "Of the skills seen so far, 2 are mastered and 2 are on the way.",
            "De las habilidades vistas hasta ahora, 2 están dominadas y 2 están en camino.",
        ),
    ],
)
def test_a_subject_is_one_plain_sentence(statuses: Sequence[str], english: str, spanish: str) -> None:
    assert (EN.subject(statuses), ES.subject(statuses)) == (english, spanish)


def test_pieces_that_were_checked_are_those_recorded_by_then() -> None:
    state = told.explanation()
    assert checked_of(state, None) is None
    assert checked_of(state, {"state": None, "ended_at": None, "through": None}) is None
    checked = checked_of(state, {"state": "equal", "ended_at": "d", "through": told.DAY.format(15)})
    assert checked is not None
    assert (checked.number, checked.of, checked.equal) == (1, 2, True)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("viewer", [HERSELF, FAMILY, TEACHER])
def test_no_text_on_a_learners_pages_is_more_than_a_text(viewer: Viewer, language: str) -> None:
    refused = Turned(problem=invalid(HOSTILE), at="question", typed={"reason": HOSTILE, "about": HOSTILE})
    template = "learner/family.html" if viewer.family else "learner/mastery.html"
    hostile = {"statement": HOSTILE, "counted": [{**told.counted(HOSTILE, 10, HOSTILE, "3", HOSTILE)}]}
    for text in (why(viewer, language, refused, **hostile), mastery(template, viewer, language, HOSTILE)):
        tags = Tags(text).tags
        assert not {tag for tag, _ in tags} & {"script", "img", "iframe", "object", "style"}
        assert not [attrs for _, attrs in tags if any(name.startswith(("on", "hx-", "style")) for name in attrs)]
        assert text.count("<h1") == 1
        assert "7*7" in text, "a text is never a template"
        labels = {attrs.get("for") for tag, attrs in tags if tag == "label"}
        asked = {attrs["id"] for tag, attrs in tags if tag in {"select", "textarea", "input"} and attrs.get("id")}
        assert asked <= labels


def test_each_is_offered_what_she_may_do() -> None:
    assert "Save my reflection" in why(HERSELF)
    assert "Save my reflection" not in why(FAMILY)
    for viewer in (HERSELF, FAMILY, TEACHER):
        assert "Send the question" in why(viewer)
    auditor = why(Viewer("teaching", records=False))
    assert "<button>" not in auditor.replace('<button class="plain">', "")


def test_particulars_for_working_it_out_again_stand_apart_from_what_a_family_reads() -> None:
    text = why(FAMILY)
    apart = re.search(r"<details><summary>For whoever works it out again</summary>.*?</details>", text, re.DOTALL)
    state = told.explanation()
    assert apart is not None
    for particular in (state["policy"], state["method"]):
        assert particular in apart[0]
        assert particular not in text.replace(apart[0], "")
    assert not re.search(r"\b(ledger|digest|position|projection)\b", text)


def test_in_spanish_nothing_of_the_rulebooks_is_english() -> None:
    text = why(FAMILY, "es")
    assert "This is mastered." not in text
    assert "Qué lo cambiaría" in text
    assert "A next result" not in text
