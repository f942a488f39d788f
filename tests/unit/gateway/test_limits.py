"""How many requests of a caller are answered, and when the next one would be."""

import pytest
from fastapi import FastAPI

from services.gateway.http import limits
from services.gateway.http.limits import WINDOW, Limiter, address_of
from shared.runtime.problems import Problem
from shared.runtime.serve import _server


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0 * WINDOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def answered(limiter: Limiter, caller: str, count: int) -> int:
    return sum(is_answered(limiter, caller) for _ in range(count))


def is_answered(limiter: Limiter, caller: str) -> bool:
    try:
        limiter.count(caller)
    except Problem as problem:
        return problem.status != 429
    return True


def test_so_many_and_no_more(clock: Clock) -> None:
    limiter = Limiter(10, clock=clock)
    assert answered(limiter, "a", 15) == 10
    assert answered(limiter, "b", 1) == 1, "another caller is not concerned"


def test_no_burst_at_the_turn_of_the_window(clock: Clock) -> None:
    limiter = Limiter(10, clock=clock)
    clock.now += WINDOW - 0.1
    assert answered(limiter, "a", 10) == 10
    clock.now += 0.2
    assert answered(limiter, "a", 10) == 0
    clock.now += WINDOW / 2
    assert answered(limiter, "a", 10) == 5
    clock.now += 2 * WINDOW
    assert answered(limiter, "a", 15) == 10


@pytest.mark.parametrize("begun", [0, 1, 13, 30, 59])
@pytest.mark.parametrize("before", [0, 1, 9, 10])
@pytest.mark.parametrize("limit", [1, 10])
def test_whoever_waits_as_long_as_told_is_answered_and_not_much_sooner(
    clock: Clock, begun: int, before: int, limit: int
) -> None:
    limiter = Limiter(limit, clock=clock)
    answered(limiter, "a", before)
    clock.now += WINDOW + begun if before else begun
    answered(limiter, "a", limit)
    with pytest.raises(Problem) as refused:
        limiter.count("a")
    wait = refused.value.more["retry_after"]
    assert isinstance(wait, int)
    assert 1 <= wait <= 2 * WINDOW
    clock.now += wait
    limiter.count("a")


def test_memory_is_bounded_however_many_call(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_CALLERS", 100)
    limiter = Limiter(10, clock=clock)
    for number in range(1000):
        limiter.count(str(number))
        assert len(limiter._callers) <= 100
    clock.now += 2 * WINDOW
    for number in range(60):
        limiter.count(f"later {number}")
    assert len(limiter._callers) <= 100
    assert answered(limiter, "later 0", 20) == 9, "whoever is still counted stays so"


def test_what_counts_as_one_address() -> None:
    assert address_of("10.0.0.1") == "10.0.0.1"
    assert address_of("2001:db8:1:2:3:4:5:6") == address_of("2001:db8:1:2::1")
    assert address_of("2001:db8:1:3::1") != address_of("2001:db8:1:2::1")
    assert address_of(None) == address_of("") == ""


def test_nobody_chooses_the_address_that_is_counted() -> None:
    """`X-Forwarded-For` is believed from nobody, also not from the loopback."""
    assert not _server(FastAPI(), "127.0.0.1", 0).config.proxy_headers
