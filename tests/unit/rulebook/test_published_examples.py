"""What other systems have published of their own numbers comes out exactly (RULES.md)."""

from typing import Any

import pytest

from shared.ledger.decimals import scaled, unscaled
from shared.rulebook.families import canvas
from shared.rulebook.method import Child
from shared.rulebook.scoring import read_case, score


def came_to(method: str, scores: str, **parameters: object) -> str | None:
    """The value that scores of 4 come to, on a scale to 4 with mastery from 3."""
    entries: list[Any] = [{"earned": each, "possible": "4"} for each in scores.split(",")]
    case: Any = {"method": method, "parameters": parameters, "scale": {"top": "4", "cut": "3"}, "entries": entries}
    value: str | None = score(read_case(case)).document()["value"]
    return value


def shown(value: str | None) -> str:
    """To two places, as grade books show it."""
    assert value is not None
    return f"{round(scaled(value), -4) // 10_000 / 100:.2f}"


@pytest.mark.parametrize(
    ("scores", "published"), [("1,2,3,4", "4.00"), ("1,3,2,4", "3.66"), ("2,4,1,3", "2.16"), ("4,3,2,1", "1.28")]
)
def test_jumpropes_table_of_power_laws(scores: str, published: str) -> None:
    assert shown(came_to("marzano.power_law@1", scores)) == published


def test_nha_uses_the_power_law_only_where_there_is_an_upward_trend() -> None:
    assert shown(came_to("marzano.power_law@1", "2,2.5,3,4", rule="trend")) == "3.68"
    assert came_to("marzano.power_law@1", "3,2,3,2", rule="trend") == "2.5"


def test_ascender_shows_the_greater_of_power_law_and_mean() -> None:
    assert came_to("marzano.power_law@1", "4,3,2,1", rule="maximum") == "2.5"
    assert came_to("marzano.power_law@1", "1,2,3,4", rule="maximum") == "4"


def test_mastery_connects_decaying_average() -> None:
    assert came_to("masteryconnect.decaying_average@1", "1,2,3,4", rate=65) == "3.48"
    assert came_to("masteryconnect.decaying_average@1", "1,2,3,4") == "3.48"


def test_a_tie_of_modes_goes_to_the_higher_level_or_to_the_more_recent() -> None:
    assert came_to("recent.mode@1", "4,3,4,3", n=4, tie="higher") == "4"
    assert came_to("recent.mode@1", "4,3,4,3", n=4, tie="newer") == "3"


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        (2.675, 2.68),
        (4.125, 4.13),
        (0.6749999999999999, 0.68),
        (-2.675, -2.68),
        (0.0, 0.0),
        (2.5, 2.5),
        (1.994, 1.99),
        (1.005, 1.01),
    ],
)
def test_rubys_rounding_is_half_away_from_zero_in_doubles(value: float, rounded: float) -> None:
    assert canvas.rounded(value) == rounded


def test_pythons_rounding_would_be_another() -> None:
    assert (round(2.675, 2), round(4.125, 2)) == (2.67, 4.12)


def test_one_stored_name_of_canvas_means_two_numbers() -> None:
    """RULES.md 1.1: so each meaning has an id of its own."""
    assert came_to("canvas.standard_decaying_average@1", "1,2,3,4", calculation_int=65) == "3.48"
    assert came_to("canvas.standard_decaying_average_flag_off@1", "1,2,3,4", calculation_int=65) == "3.3"
    assert came_to("canvas.decaying_average@1", "1,2,3,4", calculation_int=65) == "3.3"
    assert came_to("canvas.weighted_average@1", "1,2,3,4") == "3.3"


def test_canvas_multiplies_by_a_hundredth() -> None:
    assert (0.01 * 35, 35 / 100) == (0.35000000000000003, 0.35)
    assert list(canvas.weighted_average([0.0, 1.0], 35)) == [0.0, 0.35000000000000003]
    assert list(canvas.weighted_average([1.0, 0.0], 65)) == [1.0, 0.35000000000000003]


def test_rating_percents_may_not_come_to_a_hundred() -> None:
    children = [Child(name, scaled(value), False) for name, value in (("a", "4"), ("b", "3"), ("c", "1"))]
    assert canvas.rating_percents(children, [scaled("0"), scaled("4"), scaled("3")]) == [33, 33, 33]
    assert canvas.rating_percents([Child("a", None, False)], [0]) == [0]
    levels = [{"at": at, "name": name} for at, name in (("0", "Below"), ("3", "Meets"), ("4", "Exceeds"))]
    case: dict[str, Any] = {"method": "canvas.class_mean@1", "scale": {"top": "4", "cut": "3", "levels": levels}}
    said = score(
        read_case({**case, "children": [{"id": child.id, "value": unscaled(child.value or 0)} for child in children]})
    )
    assert said.why[-2] == "Of the learners with a value: Exceeds 33%, Meets 33%, Below 33%."


def test_the_median_of_a_class_is_not_rounded_and_its_mean_is() -> None:
    children = [{"id": str(number), "value": value} for number, value in enumerate(["1.675", "2.004", None])]
    case: dict[str, Any] = {"parameters": {}, "scale": {"top": "4", "cut": "3"}, "children": children}
    median = score(read_case({**case, "method": "canvas.class_median@1"}))
    assert (unscaled(median.value or 0), median.status, median.level) == ("1.8395", None, None)
    assert score(read_case({**case, "method": "canvas.class_mean@1"})).value == scaled("1.84")


def test_percents_map_the_assignments_mastery_to_the_outcomes() -> None:
    """RULES.md 1.8: piecewise linear, the cut to the cut and all of it to all of it."""
    top, cut, seven_tenths = scaled("5"), scaled("3"), scaled("0.7")
    shares = [canvas.percent(scaled(score), scaled("10"), seven_tenths, top, cut) for score in ("0", "7", "8.5", "10")]
    assert shares == [0.0, 0.6, 0.8, 1.0]
    assert canvas.percent(scaled("1"), scaled("3"), scaled("0.6"), top, cut) == 1 / 3
    assert canvas.percent(scaled("1"), scaled("3"), None, top, cut) == 1 / 3


def test_a_threshold_of_open_edx_holds_exactly() -> None:
    """0.8 ≥ 0.8, which doubles may not say of 0.1 + 0.7."""
    entries = [{"earned": "0.8", "possible": "1"}]
    case: dict[str, Any] = {"method": "openedx.threshold@1", "scale": {"top": "1", "cut": "1"}, "entries": entries}
    assert score(read_case({**case, "parameters": {"op": "gte", "threshold": "0.8"}})).value == scaled("1")
