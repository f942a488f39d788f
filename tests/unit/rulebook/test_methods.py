"""What each method computes after each value, and what each value weighs in the end."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ledger.decimals import SCALE, scaled, unscaled
from shared.rulebook.arithmetic import half_even, value_of
from shared.rulebook.contribution import Result
from shared.rulebook.method import Method
from shared.rulebook.methods import decaying_average_weights
from shared.rulebook.table import METHODS
from tests.support.promises import contributions_methods, run


def after_each(method: str, *values: str, **parameters: str) -> list[str]:
    given = {name: scaled(value) for name, value in parameters.items()}
    return [unscaled(value or 0) for value in METHODS[method].values([scaled(value) for value in values], **given)]


def weights(method: str, *values: str, **parameters: str) -> list[str]:
    given = {name: scaled(value) for name, value in parameters.items()}
    weigh = METHODS[method].weights
    assert weigh is not None
    return [unscaled(weight) for weight in weigh([scaled(value) for value in values], **given)]


def piece_of(*results: tuple[str, str]) -> tuple[Result, ...]:
    return tuple(Result(scaled(earned), scaled(possible)) for earned, possible in results)


def test_every_method_stands_in_the_table_under_its_own_id() -> None:
    assert all(method.id == name for name, method in METHODS.items())


def test_every_method_can_be_sent_to_a_process_that_folds() -> None:
    for method in METHODS.values():
        sent = pickle.loads(pickle.dumps(method))
        assert (sent, sent.named) == (method, method.named)


def test_highest_never_falls() -> None:
    assert after_each("ascertain.highest@1", "2", "3.5", "0", "3.5") == ["2", "3.5", "3.5", "3.5"]
    assert weights("ascertain.highest@1", "2", "3.5", "0", "3.5") == ["0", "1", "0", "0"]


def test_latest_is_the_last() -> None:
    assert after_each("ascertain.latest@1", "2", "3.5", "0") == ["2", "3.5", "0"]
    assert weights("ascertain.latest@1", "2", "3.5", "0") == ["0", "0", "1"]


def test_a_decaying_average_rounds_at_each_step() -> None:
    # 1 → 1·0.35 + 2·0.65 = 1.65 → 1.65·0.35 + 3·0.65 = 2.5275 → 2.5275·0.35 + 4·0.65 = 3.484625 (RULES.md 6: 3.48)
    assert after_each("ascertain.decaying_average@1", "1", "2", "3", "4", weight="0.65") == [
        "1",
        "1.65",
        "2.5275",
        "3.484625",
    ]
    # One more: 3.484625·0.35 + 1·0.65 = 1.86961875, rounded to 1.869619, and the next step starts from that:
    # 1.869619·0.35 + 1·0.65 = 1.30436665 → 1.304367.
    assert after_each("ascertain.decaying_average@1", "1", "2", "3", "4", "1", "1", weight="0.65")[4:] == [
        "1.869619",
        "1.304367",
    ]


def test_a_decaying_average_rounds_ties_to_even() -> None:
    assert after_each("ascertain.decaying_average@1", "0.000001", "0.000002", weight="0.5")[-1] == "0.000002"
    assert after_each("ascertain.decaying_average@1", "0.000002", "0.000003", weight="0.5")[-1] == "0.000002"


def test_a_weight_of_one_is_the_latest() -> None:
    assert after_each("ascertain.decaying_average@1", "4", "1", "3", weight="1") == ["4", "1", "3"]


def test_the_weights_of_a_decaying_average() -> None:
    assert weights("ascertain.decaying_average@1", "1", "2", "3", weight="0.65") == ["0.1225", "0.2275", "0.65"]
    assert weights("ascertain.decaying_average@1", "1", weight="0.65") == ["1"]


@pytest.mark.parametrize("method", contributions_methods(), ids=lambda method: method.id)
def test_nothing_comes_from_nothing(method: Method) -> None:
    assert run(method, []) == []


@pytest.mark.parametrize(
    ("results", "value"),
    [
        ([("3", "4")], "3"),
        ([("7", "9")], "3.111111"),
        ([("2", "3")], "2.666667"),
        ([("3", "4"), ("2", "4")], "2.5"),
        # 4·(1/3 + 1/2)/2 = 1.666…: rounded once; rounding each share first would give 1.666666.
        ([("1", "3"), ("1", "2")], "1.666667"),
        ([("1", "1"), ("3", "4"), ("5", "6")], "3.444444"),
        ([("0", "5")], "0"),
        ([("0.000001", "999999999999")], "0"),
    ],
)
def test_the_value_of_a_contribution_is_the_top_times_the_mean_share(
    results: list[tuple[str, str]], value: str
) -> None:
    assert unscaled(value_of(piece_of(*results), scaled("4"))) == value


def test_halves_go_to_even() -> None:
    assert [half_even(n, 2) for n in range(8)] == [0, 0, 1, 2, 2, 2, 3, 4]
    assert [half_even(n, 3) for n in range(7)] == [0, 0, 1, 1, 1, 2, 2]


def test_the_weights_of_means_and_of_what_one_piece_sets() -> None:
    assert weights("ascertain.average@1", "1", "2", "3", "4") == ["0.25"] * 4
    assert counted("recent.mean@1", "1", "2", "3", n=2) == ["0", "0.5", "0.5"]
    assert counted("recent.mean_of_highest@1", "1", "4", "3", "4", n=2) == ["0", "0.5", "0", "0.5"]
    assert counted("ascertain.n_of_m@1", "4", "3", "1", "3", n=3, m=4) == ["0", "0", "0", "1"]
    assert counted("ascertain.n_of_m@1", "4", "3", n=3, m=4) == ["0", "0"]


def counted(method: str, *values: str, **numbers: int) -> list[str]:
    """The weights of a method whose parameters are whole numbers."""
    weigh = METHODS[method].weights
    assert weigh is not None
    return [unscaled(weight) for weight in weigh([scaled(value) for value in values], **numbers)]


@given(
    weight=st.one_of(st.integers(1, SCALE), st.sampled_from([1, SCALE - 1, SCALE])),
    count=st.integers(min_value=1, max_value=60),
)
def test_the_weights_are_the_exact_powers_rounded_once(weight: int, count: int) -> None:
    exact = [
        half_even((weight if index else SCALE) * (SCALE - weight) ** later, SCALE**later)
        for index, later in enumerate(reversed(range(count)))
    ]
    assert list(decaying_average_weights([0] * count, weight=weight)) == exact
