"""What gets into a log, and what does not."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from shared.runtime.logging import start_logging


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def last_line(capfd: pytest.CaptureFixture[str]) -> dict[str, object]:
    told: dict[str, object] = json.loads(capfd.readouterr().err.splitlines()[-1])
    return told


def test_a_librarys_words_stay_out_and_the_kind_and_place_of_its_error_are_told(
    capfd: pytest.CaptureFixture[str],
) -> None:
    start_logging("evidence", "info")
    try:
        raise KeyError("Amara Okafor")  # noqa: TRY301
    except KeyError:
        logging.getLogger("uvicorn.error").exception("Exception for %s", "Amara Okafor")
    told = last_line(capfd)
    assert "Amara" not in str(told)
    assert (told["error"], told["type"]) == ("KeyError", "ERROR")
    assert str(told["place"]).startswith("test_logging.py:")


def test_fields_beyond_the_list_are_dropped(capfd: pytest.CaptureFixture[str]) -> None:
    start_logging("evidence", "info")
    structlog.get_logger().warning("a roster was read", count=3, name="Amara Okafor", error=ValueError("Amara Okafor"))
    told = last_line(capfd)
    assert "Amara" not in str(told)
    assert (told["count"], told["error"]) == (3, "ValueError")
