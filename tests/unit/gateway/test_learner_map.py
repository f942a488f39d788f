"""A learner's skills by subject: the map as a picture, the order of subjects, steps and questions."""

from services.gateway.http.pages.learners.map_picture import BOX, map_picture
from services.gateway.http.pages.learners.mastery import in_order, newest_first, subjects
from tests.support import explained as told


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
