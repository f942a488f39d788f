"""No word that a learner or a guardian reads is left in English: a catalogue was asked for each, or it says that it is
English, or it is the district's own.
"""

from collections.abc import Iterator
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest

from services.gateway.domain.disclosures import Revealed, RevealedName
from services.gateway.http.pages.languages import words_in
from services.gateway.http.pages.learners.chart import chart
from services.gateway.http.pages.learners.explaining import Explaining
from services.gateway.http.pages.learners.mastery import Found, subjects
from services.gateway.http.pages.learners.seeing import PURPOSES, SHOWN, Row, Seeing
from services.gateway.http.pages.learners.viewers import Viewer
from services.gateway.http.pages.learners.why import Asked, Checked, Turned
from services.gateway.http.pages.refusing import KINDS, REASONS, why_not
from services.gateway.http.pages.rendering import Reader, page
from services.gateway.http.pages.wording import STATUSES
from shared.contracts.reasons import Reason
from shared.runtime.policy_templates import WHEN, template
from shared.runtime.problems import Problem, conflict, invalid
from tests.support import explained as told
from tests.support.another_language import LANGUAGE
from tests.support.marked_words import marked_words, unmarked
from tests.unit.gateway.test_portfolio_pages import pages_of

READER = Reader(LANGUAGE, ZoneInfo("UTC"), "/x", person="p", csrf="c")
VIEWERS = [Viewer("own-record", False), Viewer("family", False), Viewer("teaching", True)]
PEOPLE = Revealed({}, {told.LEARNER: RevealedName("Thandiwe", "Mokoena", True)})
OWN = [
    "Thandiwe",
    told.explanation()["statement"].removesuffix("."),
    *[one["statement"].removesuffix(".") for one in told.framework()["competencies"]],
    *("english.evidence", "Reading", "English", "theme", "Best", "Can do it", told.POLICY["title"]),
]
"""What the district wrote: names, its framework, its policy. Levels of the templates are ours."""


@pytest.fixture(autouse=True, scope="module")
def _marked() -> Iterator[None]:
    with marked_words():
        yield


def why(viewer: Viewer, policy: dict[str, Any], turned: Turned, **more: Any) -> str:
    state = told.explanation(**more)
    scale = policy["scale"]
    return _text(
        "learner/why.html",
        asked=Asked(told.LEARNER, told.THEME),
        turned=turned,
        viewer=viewer,
        texts=PEOPLE,
        state=state,
        policy=policy,
        chart=chart(["2", "3"], top=scale["top"], cut=scale["cut"]),
        redo=told.redo(),
        questions=[told.question()],
        checked=Checked(2, 2, told.DAY.format(24), True),
        now="",
    )


def _text(template_: str, **shown: Any) -> str:
    words: dict[str, Any] = {"name": PEOPLE.names[told.LEARNER], "tell": Explaining.to(LANGUAGE)}
    return bytes(page(template_, READER, **words, **shown).body).decode()


@pytest.mark.parametrize(("name", "viewer"), list(zip(WHEN, VIEWERS * 3, strict=False)))
def test_why_a_level_is_what_it_is(name: str, viewer: Viewer) -> None:
    """Under each template, with its own levels; with what an adoption keeps, an override, and parts."""
    policy = template(name)
    level = policy["scale"]["levels"][0]["name"]
    part = {**told.state(told.EVIDENCE, "mastered", level), "code": "english.evidence", "brings": "3"}
    roll_up = policy.get("roll_up", {"method": "rollup.disjunctive@1"})
    judged = {"event": told.FIRST, "level": level, "by": told.LEARNER, "reason_ref": told.REASON}
    more = {
        "level": level,
        "status": "not_yet",
        "method": policy["method"],
        "counted": [told.counted(told.FIRST, 10, "2", "2", level), told.counted(told.SECOND, 20, "3", "3", None)],
        "certainty": told.certainty(
            moves=[{"level": level, "pieces": 2, "value": "3", "masters": True, "or_more": True, "exact": True}],
            left_out=[{"event": told.SECOND, "status": "mastered", "level": None}],
        ),
        "kept": {"level": level},
        "weakest": {"criterion": "theme", "share": "0.5"},
        "override": {**judged, "recorded_at": told.DAY.format(22)},
        "evidence_alone": {"status": "slipped", "level": level, "value": "2"},
        "by_parts": {**part, "value": "3", "method": roll_up["method"], "parts": [part]},
    }
    assert unmarked(why(viewer, policy, Turned(), **more), OWN) == []


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_and_what_is_missing(status: str) -> None:
    lacking = told.certainty(missing={"pieces": 1, "kinds": 2, "days": 3}, rests=None, moves=[], left_out=[])
    texts = [
        why(viewer, told.POLICY, Turned(done="redo"), status=status, level=None, certainty=certainty)
        for viewer, certainty in zip(VIEWERS, (lacking, told.certainty(moves=[], can_lower=False)), strict=False)
    ]
    assert [left for text in texts for left in unmarked(text, OWN)] == []


@pytest.mark.parametrize(
    "template_", ["learner/family.html", "learner/mastery.html"], ids=["a guardian's page", "a learner's own"]
)
def test_where_somebody_is_with_everything(template_: str) -> None:
    viewer = VIEWERS["family" in template_]
    states = {told.THEME: told.state(told.THEME, "mastered", "Proficient")}
    step = {"competency": told.ALLEGORY, "code": "c", "statement": OWN[4], "status": "no_evidence"}
    next_ = [{**step, "opens": 2, "by": [], "flagged_by": []}]
    found = Found(
        subjects([told.framework()], states, next_), next_, [], [], [told.redo()], [], {}, frozenset(), [told.recent()]
    )
    refused = conflict("A piece is in the way.", reason="redo-is-over")
    text = _text(
        template_, learner=told.LEARNER, viewer=viewer, texts=PEOPLE, found=found, done="question",
        problem=refused, typed={},
    )  # fmt: skip
    assert unmarked(text, OWN) == []


def test_a_portfolio_and_a_work() -> None:
    """Of herself and of another; what a service said beside it is marked."""
    own = ["Zandile", "https://district.example", "Cites a text", "Asks of a text", "Traces how a theme grows", "PDF"]
    own += ["poster.pdf", "MB", "Say why"]
    assert [left for text in pages_of(LANGUAGE, "Zandile") for left in unmarked(text, own)] == []


def test_who_has_seen_it() -> None:
    rows = [Row(told.DAY.format(20), told.FIRST, False, tuple(SHOWN), purpose) for purpose in (*PURPOSES, None)]
    rows.append(Row(told.DAY.format(20), told.FIRST, True, ("share",), None))
    seeing = Seeing.to(LANGUAGE)
    text = _text("learner/seen.html", learner=told.LEARNER, names={}, rows=rows, following=3, seeing=seeing)
    assert unmarked(text, OWN) == []


def test_why_not() -> None:
    """At a form, and on the page that is shown instead of one."""
    problems = [
        invalid("Something nobody put into words.", field="/reason"),
        *[conflict("In the way.", code=kind) for kind in KINDS],
        *[conflict("In the way.", reason=reason, figures={"number": 3}) for reason in REASONS],
        *[Problem(status, "any", "No.", "In English.") for status in (400, 403, 404, 410, 413, 429, 503, 500)],
    ]
    at_a_form = why(VIEWERS[1], told.POLICY, Turned(problem=problems[0], at="question", typed={}))
    assert '<span lang="en">Something nobody put into words.</span>' in at_a_form
    assert unmarked(at_a_form, OWN) == []
    assert [left for problem in problems for left in unmarked(_text("problem.html", problem=problem))] == []


def test_every_reason_has_words_and_who_reads_english_is_told_all() -> None:
    assert REASONS.keys() == set(get_args(Reason))
    assert why_not(invalid("What would be right."), words_in("en"), english=True).text == "What would be right."
    spoken = why_not(conflict("Redo 1 is over.", reason="redo-is-over"), words_in("es"), english=False)
    assert (spoken.text, spoken.english) == ("Esto ya se rehízo. Se puede pedir otra vez.", None)
    unspoken = why_not(invalid("What would be right."), words_in("es"), english=False)
    assert (unspoken.text, unspoken.english) == ("No funcionó.", "What would be right.")
