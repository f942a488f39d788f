"""How numbers are kept and told: what the catalogue does not have is never told."""

import pytest

from shared.ledger.entry import Entry
from shared.runtime.measuring import Histogram, Measures, Reading
from shared.runtime.metrics import APPEND_SECONDS, COMMANDS, HEAD, QUARANTINED, RELAY_BATCH
from shared.runtime.observed import route_of
from shared.runtime.shards import Shard
from shared.runtime.trails import Trails, read_traceparent, under_way
from shared.runtime.trouble import UnavailableError

CONTEXT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_histogram_counts_each_value_in_the_first_bucket_that_holds_it() -> None:
    histogram = Histogram(RELAY_BATCH)
    for value in (1, 2, 3, 1000, 5000):
        histogram.observe(value)
    buckets = dict(histogram.buckets())
    assert (buckets["1.0"], buckets["2.0"], buckets["5.0"]) == (1, 2, 3)
    assert (buckets["1000.0"], buckets["2000.0"], buckets["+Inf"]) == (4, 4, 5)
    assert histogram.sum == 6006


@pytest.mark.parametrize("value", ["7f6c0a0e-0000-4000-8000-000000000001", "amara", "", "appended\n"])
def test_a_label_has_no_value_but_those_of_the_catalogue(value: str) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        Reading("evidence").number(COMMANDS, 1, value)


def test_a_metric_is_told_by_the_services_that_the_catalogue_names_and_with_all_its_labels() -> None:
    with pytest.raises(ValueError, match="does not have"):
        Reading("portfolio").number(HEAD, 1, "evidence", "0")
    with pytest.raises(ValueError, match="zip"):
        Reading("evidence").number(HEAD, 1, "evidence")


async def test_where_a_database_does_not_answer_the_other_numbers_are_told_all_the_same() -> None:
    async def answers(reading: Reading) -> None:
        reading.number(QUARANTINED, 2)

    async def does_not(_reading: Reading) -> None:
        raise UnavailableError

    async def faulty(_reading: Reading) -> None:
        raise KeyError("ours")

    measures = Measures("evidence")
    measures.read_by(does_not, answers)
    told = (await measures.exposition()).decode()
    assert 'ascertain_quarantined_owners{service="evidence"} 2.0' in told
    assert 'ascertain_state_readable{service="evidence"} 0.0' in told
    measures.read_by(faulty)
    with pytest.raises(KeyError):
        await measures.exposition()


async def test_what_is_told_can_be_read_with_its_help() -> None:
    histogram = Histogram(APPEND_SECONDS)
    histogram.observe(0.003)

    async def read(reading: Reading) -> None:
        reading.histogram(APPEND_SECONDS, histogram, "evidence")

    measures = Measures("evidence")
    measures.read_by(read)
    told = (await measures.exposition()).decode()
    assert f"# HELP ascertain_append_call_seconds {APPEND_SECONDS.told}" in told
    assert 'ascertain_append_call_seconds_bucket{le="0.005",ledger="evidence",service="evidence"} 1.0' in told


def test_a_path_that_was_asked_for_is_never_a_route() -> None:
    assert route_of({"path": "/v1/learners/amara"}) == "none"


@pytest.mark.parametrize(
    "header",
    [
        None,
        b"",
        b"amara",
        CONTEXT.encode() + b"-more",
        CONTEXT.upper().encode(),
        b"00-" + b"0" * 32 + b"-" + b"1" * 16 + b"-01",
    ],
)
def test_what_is_no_trace_context_is_not_believed(header: bytes | None) -> None:
    assert read_traceparent(header) is None


class _Publishing:
    def __init__(self, ended: list[str], context: str) -> None:
        self.context, self._ended = context, ended

    def acknowledged(self) -> None:
        self._ended.append(self.context)


class _Publishes:
    def __init__(self) -> None:
        self.ended: list[str] = []
        self.begun = 0

    def publication(self, context: str, entry: Entry) -> _Publishing:  # noqa: ARG002 - one is like another
        self.begun += 1
        return _Publishing(self.ended, context)


def entry(id_: str, position: int) -> Entry:
    return Entry("evidence", 3, position, 1, "t", "o", "s", 1, id_, "ascertain.AttemptRecorded", "sc", 0, 0, "a", b"{}")


def noted(trails: Trails, *ids: str) -> None:
    token = under_way.set(CONTEXT)
    trails.note(ids)
    under_way.reset(token)


def test_a_trace_waits_for_its_entry_stays_the_same_when_it_is_sent_again_and_ends_once_it_is_acknowledged() -> None:
    publishes = _Publishes()
    trails = Trails(publishes)
    trails.note(["before"])
    noted(trails, "one", "two")
    assert trails.headers(entry("before", 1)) == ()
    assert trails.headers(entry("one", 2)) == trails.headers(entry("one", 2)) == (("traceparent", CONTEXT.encode()),)
    trails.headers(entry("two", 3))
    trails.acknowledged(Shard("evidence", 4), 9)
    assert (publishes.begun, publishes.ended) == (2, [])
    trails.acknowledged(Shard("evidence", 3), 2)
    assert publishes.ended == [CONTEXT]
    assert trails.headers(entry("one", 2)) == ()
    assert trails.headers(entry("two", 3)) != ()


def test_traces_that_nobody_relays_are_let_go_and_counted() -> None:
    trails = Trails(_Publishes(), most=2)
    noted(trails, "one", "two", "three")
    assert trails.shed == 1
    assert trails.headers(entry("one", 1)) == ()
    assert trails.headers(entry("three", 3)) != ()
