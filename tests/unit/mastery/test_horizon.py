"""How far an answer sees."""

import pytest

from services.mastery.domain.errors import NotReachedError
from services.mastery.domain.horizon import instant_horizon, now_horizon, pins_horizon
from shared.rulebook.as_of import AtInstant, AtPins
from shared.rulebook.definitions import Enrolment
from shared.rulebook.known import Known, Pin

REACHED = (Pin("definitions", 0, 7), Pin("evidence", 12, 345))


def test_now_sees_all_that_is_applied() -> None:
    assert now_horizon(REACHED, held=False).pins == REACHED
    assert now_horizon(REACHED, held=True).under_review


def test_pins_bound_what_is_seen_and_nothing_is_known_of_a_shard_without_one() -> None:
    seen = pins_horizon(AtPins((Pin("evidence", 3, 999), Pin("evidence", 12, 40))), REACHED)
    assert seen.pins == (Pin("definitions", 0, 0), Pin("evidence", 12, 40))
    assert seen.known == Known(evidence=40, definitions=0)


@pytest.mark.parametrize("pin", [Pin("evidence", 12, 346), Pin("definitions", 0, 8)])
def test_what_is_not_applied_is_not_seen(pin: Pin) -> None:
    with pytest.raises(NotReachedError) as told:
        pins_horizon(AtPins((pin,)), REACHED)
    assert told.value.reached == REACHED


def test_an_instant_becomes_the_positions_recorded_by_then() -> None:
    entries = [Enrolment("a school", position, recorded) for position, recorded in ((1, 10), (5, 20), (9, 30))]
    seen = instant_horizon(AtInstant(20), 12, entries, 3, held=False)
    assert seen.pins == (Pin("definitions", 0, 3), Pin("evidence", 12, 5))
    assert seen.known == Known(evidence=5, definitions=3)
    assert seen.at == 20
