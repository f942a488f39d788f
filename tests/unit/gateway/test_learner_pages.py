"""What learners and guardians are told: sentences from figures, in both languages; the map; pages of hostile texts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.gateway.domain.disclosures import (
    Disclosure,
    NotedDisclosure,
    Purpose,
    Revealed,
    RevealedName,
    RevealedText,
    read_of_learner,
)
from services.gateway.domain.routes import API
from services.gateway.http.pages.languages import languages
from services.gateway.http.pages.learners.explaining import SHORT, STEPS, WITHOUT, Explaining
from services.gateway.http.pages.learners.map_picture import BOX, map_picture
from services.gateway.http.pages.learners.mastery import Found, in_order, newest_first, subjects
from services.gateway.http.pages.learners.seeing import SHOWN, Seeing, rows_of
from services.gateway.http.pages.learners.viewers import Viewer
from services.gateway.http.pages.learners.why import Asked, Turned, checked_of
from services.gateway.http.pages.methods import SENTENCES
from services.gateway.http.pages.relations import purpose_for, purpose_in
from services.gateway.http.pages.rendering import Reader, page
from services.gateway.http.pages.wording import STATUSES
from services.gateway.http.visitors import Visitor
from shared.rulebook.table import FOR_POLICIES, FOR_ROLL_UPS, METHODS
from shared.runtime.access.questions import Standing
from shared.runtime.problems import invalid
from tests.support import explained as told
from tests.unit.gateway.test_pages import HOSTILE, Tags

UTC = ZoneInfo("UTC")
HERSELF, FAMILY, TEACHER = Viewer("own-record", False), Viewer("family", False), Viewer("teaching", True)
NOBODY = Standing(is_learner=False, speaks_for=(), teaches=(), administers=(), audits=())
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
    assert "the newest piece weighs 65 %" in english.text
    assert english.text.endswith("mastery begins at 3 of 4.")
    assert "el dominio empieza en 3 de 4." in spanish.text
    assert english.language is spanish.language is None


def test_what_a_piece_weighs_is_said_as_the_rule_says_it() -> None:
    assert '<td class="number">65 %</td>' in why(HERSELF)
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


def test_the_map_stands_what_is_rested_on_to_the_left() -> None:
    drawn = map_picture(told.framework()["competencies"])
    assert drawn is not None
    left = {place.competency["competency"]: place.left for place in drawn.places}
    assert left[told.EVIDENCE] < left[told.THEME] < left[told.ALLEGORY]
    assert len(drawn.paths) == 2
    assert all(place.left + BOX <= drawn.width for place in drawn.places)


def test_what_is_linked_with_nothing_is_in_the_list_alone() -> None:
    alone = told.place("d", "art", "mastered")
    assert map_picture([alone]) is None
    drawn = map_picture([alone, *told.framework()["competencies"]])
    assert drawn is not None
    assert "d" not in {place.competency["competency"] for place in drawn.places}


def test_subjects_keep_the_order_of_their_frameworks_and_never_one_of_levels() -> None:
    empty = told.framework(title="Art", competencies=[told.place("d", "art", "no_evidence")])
    states = {told.THEME: told.state(told.THEME, "mastered", "Best"), "gone": told.state("gone", "not_yet", "Two")}
    english, other, art = subjects([empty, told.framework()], states, [])
    assert [title.title for title in (english, other, art)] == ["English", "", "Art"]
    order = [place["competency"] for _, places in english.areas for place in places]
    assert order == [told.EVIDENCE, told.THEME, told.ALLEGORY]
    assert english.areas[0][1][1]["level"] == "Best"
    assert (other.statuses, art.begun) == (["not_yet"], False)


def test_next_steps_are_first_of_what_was_begun_and_else_in_the_order_of_the_api() -> None:
    english, art = told.framework(), told.framework(title="Art", competencies=[told.place("d", "art", "no_evidence")])
    steps = [{"competency": id_} for id_ in ("d", told.ALLEGORY, "elsewhere", told.THEME)]
    ordered = [step["competency"] for step in in_order(steps, subjects([art, english], {}, []))]
    assert ordered == [told.ALLEGORY, told.THEME, "d", "elsewhere"]


def test_questions_that_wait_come_before_those_that_were_answered() -> None:
    asked = [told.question(id=str(n), state=state) for n, state in enumerate(["answered", "open", "answered", "open"])]
    ordered = newest_first([{**one, "requested_at": told.DAY.format(10 + n)} for n, one in enumerate(asked)])
    assert [question["id"] for question in ordered] == ["3", "1", "2", "0"]


def test_what_one_person_was_shown_within_a_minute_is_one_row() -> None:
    def noted(number: int, at: int, person: str, what: str, purpose: Purpose | None = None) -> NotedDisclosure:
        return NotedDisclosure(number, at, Disclosure(told.LEARNER, person, what, purpose=purpose))

    minute, teacher, other = 60_000, told.FIRST, told.SECOND
    log = [
        noted(5, 5 * minute + 9, teacher, "names", "teaching"),
        noted(4, 5 * minute + 8, teacher, "map"),
        noted(3, 5 * minute + 7, teacher, "mastery"),
        noted(2, 5 * minute + 6, other, "mastery"),
        noted(1, minute, other, "share"),
    ]
    rows = rows_of(log)
    assert [(row.person, row.by_share, row.purpose) for row in rows] == [
        (teacher, False, "teaching"),
        (other, False, None),
        (other, True, None),
    ]
    assert Seeing.to("es").whats(rows[0].whats) == "El nombre, Niveles"


def test_whatever_is_written_into_the_log_has_a_word_for_families() -> None:
    named = re.compile(r'\bdisclose\([^"]*?"([a-z-]+)"')
    services = Path(__file__).parents[3] / "services"
    said = {what for file in services.rglob("*.py") for what in named.findall(file.read_text())}
    read = {
        found[1]
        for route in API
        if route.method == "GET"
        and route.service != "gateway"
        and (found := read_of_learner(route.template, route.template.split("/")))
    }
    assert {"roster", "grid", "map"} <= said | read
    assert said | read <= SHOWN.keys()


@dataclass(frozen=True, slots=True)
class Known:
    """Relations of one person: for whom she speaks, and how she stands."""

    children: tuple[str, ...] = ()
    stands: Standing = NOBODY

    async def is_guardian(self, _person: str, learner: str) -> bool:
        return learner in self.children

    async def standing(self, _person: str) -> Standing:
        return self.stands


@pytest.mark.parametrize(
    ("relations", "purpose"),
    [
        (Known(), "teaching"),
        (Known(("second",)), "family"),
        (Known((), replace(NOBODY, audits=("district",))), "audit"),
        (Known((), replace(NOBODY, administers=("district",), audits=("district",))), "administration"),
        (Known((), replace(NOBODY, administers=("district",), teaches=("section",))), "teaching"),
    ],
)
async def test_the_log_says_for_what_somebody_read(relations: Any, purpose: Purpose) -> None:
    """Of a work of several also where her child is not the first of them."""
    visitor = Visitor("her", "", "")
    assert await purpose_for(visitor, ["first", "second"], relations) == purpose
    assert await purpose_for(visitor, ["first", "her"], relations) == "own-record"


async def test_of_a_section_the_log_tells_its_teacher_from_who_administers_it() -> None:
    relations: Any = Known((), replace(NOBODY, administers=("school/one",), teaches=("hers",)))
    visitor = Visitor("her", "", "")
    assert [await purpose_in(visitor, one, relations) for one in ("hers", "another")] == ["teaching", "administration"]


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
