"""Instants and records against the plainest account of them: the standard library's datetime, and a round trip."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ledger.entry import Entry
from shared.ledger.instants import instant, instant_text
from shared.ledger.records import entry_from_record, record_headers

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = st.datetimes(timezones=st.just(UTC)).map(lambda moment: (moment - EPOCH) // timedelta(milliseconds=1))
IDS = st.uuids().map(str)
ENTRIES = st.builds(
    Entry,
    st.sampled_from(["evidence", "definitions"]),
    st.integers(0, 63),
    st.integers(1, 2**53),
    st.integers(1, 99),
    IDS,
    IDS,
    IDS.map(lambda id_: f"evidence/{id_}"),
    st.integers(1, 10**6),
    IDS,
    st.just("ascertain.AttemptRecorded"),
    st.just("urn:ascertain:AttemptRecorded:1"),
    MOMENTS,
    MOMENTS,
    IDS,
    st.binary(max_size=200),
    st.none() | st.just("ab" * 32),
)


@given(MOMENTS)
def test_an_instant_is_written_as_the_calendar_has_it_and_read_back(moment: int) -> None:
    calendar = EPOCH + timedelta(milliseconds=moment)
    written = instant_text(moment)
    assert written == f"{calendar.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
    assert instant(written) == moment


@pytest.mark.parametrize(
    "text",
    [
        *("2026-02-30T00:00:00.000Z", "2026-13-01T00:00:00.000Z", "0000-01-01T00:00:00.000Z"),
        *("2026-11-24T24:00:00.000Z", "2026-11-24T23:60:00.000Z", "2026-11-24T23:59:60.000Z"),
        *("2026-11-24T24:00:00Z", "2026-11-24T09:30:00+05:99", "2026-11-24T09:30:00+24:00"),
        *("0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"),  # they exist, but not in UTC
        *("2026-11-24T09:30:00.0000001Z", "2026-11-24 09:30:00.000Z", "٢026-11-24T09:30:00.000Z", ""),
    ],
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be an instant"):
        instant(text)


@given(ENTRIES)
def test_a_record_gives_back_its_entry(entry: Entry) -> None:
    assert entry_from_record(record_headers(entry), entry.body) == entry


@given(ENTRIES, st.data())
def test_a_record_without_one_of_its_headers_or_with_another_body_is_no_copy(entry: Entry, data: st.DataObject) -> None:
    headers = record_headers(entry)
    needed = [h for h in headers if h[0] not in {"ce_specversion", "ce_source", "content-type", "ce_requestdigest"}]
    gone = data.draw(st.sampled_from(needed))
    with pytest.raises(ValueError, match="has no header"):
        entry_from_record([header for header in headers if header is not gone], entry.body)
    with pytest.raises(ValueError, match="does not have the digest"):
        entry_from_record(headers, entry.body + b" ")
