"""Old consumers and new events, new consumers and old events (fault F12). Two versions are planted: none is real."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from services.audit.domain.bodies import body_of, keeps_its_contract
from services.evidence.folding import _decoded
from services.mastery.postgres.projection import _body
from shared.contracts.bodies import AttemptRecorded
from shared.contracts.events import decode, encode, is_known
from shared.contracts.upcasting import UPCASTERS, Upcaster, as_current, current_bytes, is_old
from shared.ledger.canonical import canonical, parse
from shared.ledger.entry import Entry, schema_name, type_name
from shared.rulebook.contributing import gather
from tests.support.ledger_writer import LedgerWriter, result
from tests.support.mastery import entry_of

TYPE = type_name("AttemptRecorded")
EARLIEST, EARLIER, TODAY = (schema_name("AttemptRecorded", number) for number in (-1, 0, 1))


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two numbers before today's: first one competency with `score`, then a list of `marks`, at last `results`."""
    monkeypatch.setitem(
        UPCASTERS,
        (TYPE, EARLIEST),
        Upcaster(EARLIER, lambda body: _with(body, "score", "marks", lambda mark: [mark])),
    )
    monkeypatch.setitem(
        UPCASTERS, (TYPE, EARLIER), Upcaster(TODAY, lambda body: _with(body, "marks", "results", lambda marks: marks))
    )


def _with(body: Mapping[str, Any], old: str, new: str, made: Callable[[Any], Any]) -> dict[str, Any]:
    return {**{name: part for name, part in body.items() if name != old}, new: made(body[old])}


def _entry() -> Entry:
    writer = LedgerWriter()
    writer.attempt(str(uuid4()), result(str(uuid4()), "3"))
    return entry_of(writer.entries[-1])


def _written_as(entry: Entry, schema: str) -> Entry:
    """The same entry as the platform would have written it when that schema was today's."""
    body: Any = parse(entry.body)
    old = {EARLIEST: ("score", body["results"][0]), EARLIER: ("marks", body["results"])}[schema]
    rest = {name: part for name, part in body.items() if name != "results"}
    return replace(entry, schema=schema, body=canonical({**rest, old[0]: old[1]}))


READERS: dict[str, Callable[[Entry], Any]] = {
    "contract": lambda entry: parse(encode(decode(entry, AttemptRecorded))),
    "mastery": _body,
    "audit": body_of,
    "evidence": lambda entry: next(iter(_decoded([_row(entry)])))[1],
    "portfolio": lambda entry: parse(current_bytes(entry)),
}


def _row(entry: Entry) -> Any:
    return tuple(getattr(entry, name) for name in Entry.__dataclass_fields__)


@pytest.mark.parametrize("schema", [EARLIEST, EARLIER])
@pytest.mark.parametrize("reader", READERS)
def test_every_service_reads_an_old_version_as_todays(planted: None, reader: str, schema: str) -> None:
    today = _entry()
    old = _written_as(today, schema)
    assert old.body != today.body
    assert READERS[reader](old) == READERS[reader](today) == parse(today.body)


def test_an_old_version_counts_as_what_it_became(planted: None) -> None:
    today = _entry()
    old = _written_as(today, EARLIEST)
    assert gather([(old, body_of(old))]).contributions == gather([(today, body_of(today))]).contributions
    assert keeps_its_contract(old)


def test_what_is_stored_and_proved_stays_as_it_was_written(planted: None) -> None:
    old = _written_as(_entry(), EARLIER)
    leaf, body = old.leaf, old.body
    as_current(old, parse(old.body))
    assert (old.leaf, old.body) == (leaf, body)


def test_known_is_what_is_todays_or_leads_there(planted: None) -> None:
    today = _entry()
    assert [is_known(_written_as(today, schema)) for schema in (EARLIEST, EARLIER)] == [True, True]
    assert is_known(today)
    assert not is_old(today)
    for stranger in (
        replace(today, schema=schema_name("AttemptRecorded", 2)),
        replace(today, schema=schema_name("AttemptRecorded", -2)),
        replace(today, type=type_name("RubricScored"), schema=EARLIER),
    ):
        assert not is_known(stranger)


def test_every_upcaster_leads_to_todays_contract() -> None:
    """Of those that are real: none ends at a number that nobody reads."""
    for type_, schema in UPCASTERS:
        seen: list[str] = []
        while (type_, schema) in UPCASTERS:
            assert schema not in seen
            seen.append(schema)
            schema = UPCASTERS[type_, schema].schema  # noqa: PLW2901 - one step on
        assert is_known(replace(_entry(), type=type_, schema=schema))
