"""What gets into a log, and what does not."""

import json
import logging
from collections.abc import Iterator

import asyncpg
import pytest
import structlog

from shared.runtime.kafka_source import PartitionsDifferError
from shared.runtime.logging import dropped_fields, start_logging


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


def test_a_field_of_the_list_in_another_form_is_dropped_and_counted(capfd: pytest.CaptureFixture[str]) -> None:
    start_logging("evidence", "info")
    before = dropped_fields()
    words = {"count": "Amara", "place": "Amara Okafor", "type": ["Amara"], "reason": "Amara\nOkafor", "shard": True}
    structlog.get_logger().warning("a roster was read", seconds=1.5, **words)
    told = last_line(capfd)
    assert "Amara" not in str(told)
    assert told["seconds"] == 1.5
    assert not words.keys() & told.keys()
    assert dropped_fields() == before + len(words)


async def test_an_error_of_the_database_quotes_no_row(capfd: pytest.CaptureFixture[str]) -> None:
    start_logging("evidence", "info")
    quoting = asyncpg.UniqueViolationError("Key (name)=(Amara Okafor) already exists.")
    quoting.detail = "Key (name)=(Amara Okafor) already exists."
    structlog.get_logger().error("a shard cannot be applied", error=quoting, detail=quoting.detail)
    told = last_line(capfd)
    assert "Amara" not in str(told)
    assert told["error"] == "UniqueViolationError"


def test_an_error_whose_message_is_a_sentence_of_ours_says_it(capfd: pytest.CaptureFixture[str]) -> None:
    start_logging("evidence", "info")
    structlog.get_logger().error("a role ended", role="relay", error=PartitionsDifferError("The topic has 3 of 64."))
    assert last_line(capfd)["reason"] == "The topic has 3 of 64."
