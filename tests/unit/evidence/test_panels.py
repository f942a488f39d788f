"""Given a panel's entries, what it is; and when it appoints, scores or concludes, then this command or this refusal."""

import json
from dataclasses import replace
from typing import Any

import pytest

from services.evidence.domain.agreement import Difference
from services.evidence.domain.commands import Expectation, Guard, Refused
from services.evidence.domain.errors import Conflict, Gone, Invalid, NotFound
from services.evidence.domain.paneling import (
    Appoint,
    Conclude,
    Dismiss,
    Score,
    check_resolved,
    check_seen,
    current_panelist,
    decide_appoint,
    decide_conclude,
    decide_dismiss,
    decide_score,
    planned_panel,
    refused_panel,
    results_of,
)
from services.evidence.domain.panels import Panel, guest_of, panel_of
from services.evidence.domain.texts import Name
from shared.contracts.bodies import CriterionResult
from shared.ledger.canonical import parse
from shared.ledger.entry import Entry
from shared.ledger.identifiers import further_event_id
from shared.ledger.instants import instant_text
from tests.support.pure_district import (
    AMARA,
    BAO,
    CHIARA,
    FIRST,
    NOW,
    RUBRIC,
    SECOND,
    SYMBOLS,
    TEACHER,
    TENANT,
    THEME,
    THESIS,
    WORK,
    entry,
)

SHOW = "e0000000-0000-4000-8000-000000000000"
RESULT = CriterionResult(competency=THEME, criterion="thesis", possible="4", earned="4")


def told(event: str, id_: str, version: int = 1, **body: Any) -> Entry:
    names = {"ExhibitionPlanned": "exhibition", "PanelScored": "panel"}
    stream = f"{names.get(event, 'panelist')}/{SHOW}"
    return entry(
        event, id_, json.dumps({"exhibition": SHOW, **body}).encode(), owner=SHOW, stream=stream, version=version
    )


def planned(**more: Any) -> Entry:
    panel = {"rubric": RUBRIC, "discuss_from": 2}
    return told(
        "ExhibitionPlanned", SHOW, **{"school": BAO, "works": [WORK], "roles": ["family"], "panel": panel, **more}
    )


def appointed(panelist: str, id_: str = FIRST, **more: Any) -> Entry:
    return told("PanelistAppointed", id_, panelist=panelist, role="community", **more)


def scored(panelist: str, id_: str, version: int = 1, **more: Any) -> Entry:
    body = {
        "work": WORK,
        "panelist": panelist,
        "rubric": RUBRIC,
        "calibration": False,
        "results": [RESULT.model_dump()],
    }
    return told("PanelScored", id_, version, **{**body, **more})


def panel(*entries: Entry) -> Panel:
    found = panel_of([planned(), *entries])
    assert found is not None
    return found


def conclude(*scores: str, **more: Any) -> Conclude:
    said = {
        "id": SECOND, "exhibition": SHOW, "work": WORK, "scores": scores, "levels": {"thesis": "4"},
        "resolution": None, "purpose": "performance", "task": None, "course": None, "occurred_at": NOW,
    }  # fmt: skip
    return Conclude(**{**said, **more})


def test_without_a_plan_there_is_no_panel_and_without_a_rubric_nobody_sits_on_it() -> None:
    assert panel_of([]) is None
    bare = panel_of([planned(panel=None)])
    assert bare is not None
    with pytest.raises(Conflict):
        planned_panel(bare)


def test_who_was_made_known_by_an_appointment_stays_a_guest_and_nobody_else_becomes_one() -> None:
    guest = guest_of(FIRST)
    found = panel(appointed(guest), appointed(guest, SECOND), appointed(TEACHER, THEME))
    assert (found.panelists[guest].is_guest, found.panelists[TEACHER].is_guest) == (True, False)


def test_a_panelist_is_one_until_she_is_dismissed_or_her_time_is_over() -> None:
    ends = appointed(CHIARA, ends_at=instant_text(NOW))
    assert current_panelist(panel(ends), CHIARA, NOW - 1) is not None
    assert current_panelist(panel(ends), CHIARA, NOW) is None
    gone = panel(appointed(CHIARA), told("PanelistDismissed", SECOND, 2, panelist=CHIARA))
    assert current_panelist(gone, CHIARA, NOW) is None
    assert current_panelist(panel(), CHIARA, NOW) is None
    assert current_panelist(None, CHIARA, NOW) is None


def test_a_later_score_takes_the_place_of_an_earlier_and_a_calibration_is_concluded_of_by_nobody() -> None:
    found = panel(scored(CHIARA, FIRST), scored(CHIARA, SECOND, 2), scored(TEACHER, THEME, calibration=True))
    assert [score.event for score in found.counted(WORK)] == [SECOND]
    assert [score.event for score in check_seen(found, conclude(SECOND), TEACHER)] == [SECOND]
    for seen in ((FIRST,), (SECOND, THEME), ()):
        with pytest.raises(Conflict, match=SECOND):
            check_seen(found, conclude(*seen), BAO)
    other = panel(scored(CHIARA, FIRST, rubric="b" * 64))
    assert other.counted(WORK) == []


def test_a_guest_has_the_id_of_her_appointment() -> None:
    wish = Appoint(FIRST, SHOW, None, Name("Ada", "Reader"), "work", None)
    command = decide_appoint(panel(), wish, now=NOW, tenant=TENANT, actor=TEACHER)
    assert parse(command.events[0].body) == {"exhibition": SHOW, "panelist": guest_of(FIRST), "role": "work"}
    with pytest.raises(Invalid, match="future"):
        decide_appoint(panel(), replace(wish, ends_at=NOW), now=NOW, tenant=TENANT, actor=TEACHER)
    with pytest.raises(NotFound):
        decide_dismiss(panel(), Dismiss(SECOND, SHOW, CHIARA), tenant=TENANT, actor=TEACHER)


def test_an_appointment_that_is_sent_again_is_judged_by_nothing_that_changed_since() -> None:
    wish = Appoint(FIRST, SHOW, CHIARA, None, "community", NOW)
    before = decide_appoint(panel(), wish, now=NOW - 1, tenant=TENANT, actor=TEACHER)
    later = panel_of([planned(), appointed(CHIARA, ends_at=instant_text(NOW)), planned(panel=None)])
    assert later is not None
    assert decide_appoint(later, wish, now=NOW, tenant=TENANT, actor=TEACHER) == before
    with pytest.raises(Conflict):
        decide_appoint(later, replace(wish, id=SECOND), now=NOW, tenant=TENANT, actor=TEACHER)


def test_a_score_expects_its_panelist_as_she_is_and_guards_that_nothing_is_concluded() -> None:
    found = panel(appointed(CHIARA))
    wish = Score(SECOND, SHOW, WORK, {"thesis": "4"}, calibration=False, note=None, occurred_at=None)
    command = decide_score(found, found.panelists[CHIARA], wish, (RESULT,), note_ref=None, tenant=TENANT)
    assert command.actor == CHIARA
    assert command.expects == (Expectation(SHOW, f"panelist/{SHOW}/{CHIARA}", 1),)
    assert command.guards == (Guard(SHOW, f"panel/{SHOW}/{WORK}", "absent"),)


def test_a_conclusion_expects_what_was_seen_and_scores_every_member() -> None:
    found = panel(appointed(CHIARA), appointed(TEACHER, THEME), scored(CHIARA, FIRST, 3))
    wish = conclude(FIRST)
    command = decide_conclude(
        found, wish, (RESULT,), [AMARA, BAO], resolution_ref=None, tenant=TENANT, actor=TEACHER
    )  # fmt: skip
    assert [(event.id, event.owner) for event in command.events] == [
        (SECOND, SHOW), (further_event_id(SECOND, 1), AMARA), (further_event_id(SECOND, 2), BAO)
    ]  # fmt: skip
    assert command.expects == (Expectation(SHOW, f"panel/{SHOW}/{WORK}/{CHIARA}", 3),)
    assert command.guards == (
        Guard(SHOW, f"panel/{SHOW}/{WORK}", "absent"),
        Guard(SHOW, f"panel/{SHOW}/{WORK}/{TEACHER}", "absent"),
        Guard(AMARA, f"learner/{AMARA}", "open"),
        Guard(BAO, f"learner/{BAO}", "open"),
    )


def test_a_calibration_stands_beside_the_score_that_counts_and_both_are_expected_in_one_stream() -> None:
    found = panel(appointed(CHIARA), scored(CHIARA, FIRST, 1), scored(CHIARA, SECOND, 2, calibration=True))
    assert [score.event for score in found.counted(WORK)] == [FIRST]
    command = decide_conclude(
        found, conclude(FIRST), (RESULT,), [AMARA], resolution_ref=None, tenant=TENANT, actor=TEACHER
    )
    assert command.expects == (Expectation(SHOW, f"panel/{SHOW}/{WORK}/{CHIARA}", 2),)


def test_a_conclusion_guards_whoever_may_come_back_and_whoever_scored_by_an_older_rubric() -> None:
    found = panel(
        appointed(CHIARA),
        told("PanelistDismissed", SECOND, 2, panelist=CHIARA),
        scored(TEACHER, THEME, 4, rubric="b" * 64),
        scored(BAO, FIRST, 1),
    )
    command = decide_conclude(
        found, conclude(FIRST), (RESULT,), [AMARA], resolution_ref=None, tenant=TENANT, actor=TEACHER
    )
    assert command.expects == (
        Expectation(SHOW, f"panel/{SHOW}/{WORK}/{TEACHER}", 4), Expectation(SHOW, f"panel/{SHOW}/{WORK}/{BAO}", 1)
    )  # fmt: skip
    assert Guard(SHOW, f"panel/{SHOW}/{WORK}/{CHIARA}", "absent") in command.guards


@pytest.mark.parametrize("more", [{"calibration": True}, {"rubric": "b" * 64}], ids=["a calibration", "an old rubric"])
def test_who_sits_or_sat_on_the_panel_sees_and_concludes_nothing_before_a_score_of_hers_counts(
    more: dict[str, Any],
) -> None:
    entries = [appointed(TEACHER), scored(CHIARA, FIRST), scored(TEACHER, THEME, **more)]
    for found in (panel(*entries), panel(*entries, told("PanelistDismissed", SECOND, 2, panelist=TEACHER))):
        assert found.withholds(WORK, TEACHER)
        assert not found.withholds(WORK, AMARA)
        with pytest.raises(Conflict) as refused:
            check_seen(found, conclude(FIRST), TEACHER)
        assert FIRST not in str(refused.value)
    assert not panel(*entries, scored(TEACHER, SECOND, 2)).withholds(WORK, TEACHER)


def test_nobody_dismisses_herself() -> None:
    with pytest.raises(Conflict, match="herself"):
        decide_dismiss(panel(appointed(TEACHER)), Dismiss(SECOND, SHOW, TEACHER), tenant=TENANT, actor=TEACHER)


def test_where_panelists_differ_something_has_to_be_said() -> None:
    apart = [Difference("thesis", "1", "4", 2)]
    check_resolved(conclude(FIRST), [])
    check_resolved(conclude(FIRST, resolution="We read it again."), apart)
    with pytest.raises(Invalid, match="thesis from 1 to 4") as refused:
        check_resolved(conclude(FIRST), apart)
    assert refused.value.field == "/resolution"


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (Refused(f"panel/{SHOW}/{WORK}", "closed"), Conflict),
        (Refused(f"panel/{SHOW}/{WORK}/{CHIARA}", "open"), Conflict),
        (Refused(f"learner/{AMARA}", "closed"), Gone),
        (Refused(f"exhibition/{SHOW}", "closed"), type(None)),
    ],
)
def test_for_whose_sake_it_was_refused_is_told(outcome: Refused, kind: type[object]) -> None:
    assert type(refused_panel(outcome, panel(), WORK)) is kind


def test_every_competency_of_a_criterion_gets_the_level_and_no_criterion_is_left_out() -> None:
    criteria = {"thesis": THESIS.model_copy(update={"competencies": (THEME, SYMBOLS)})}
    assert [(one.competency, one.earned) for one in results_of({"thesis": "4"}, criteria)] == [
        (THEME, "4"), (SYMBOLS, "4")
    ]  # fmt: skip
    for levels, field in (
        ({}, "/levels"),
        ({"thesis": "4", "style": "1"}, "/levels"),
        ({"thesis": "5"}, "/levels/thesis"),
    ):
        with pytest.raises(Invalid) as refused:
            results_of(levels, criteria)
        assert refused.value.field == field
