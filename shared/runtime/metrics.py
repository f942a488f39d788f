"""The catalogue of metrics: everything that a service tells of itself by numbers, and nothing else.

Each metric is a constant with its kind, unit, labels and what it means; `docs/metrics.md` is written from here. A
label's values are closed: none can hold an id, a name or anything else that a request brings, so what `/metrics` shows
tells of no person, and the number of series is bounded before anything has run.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

from shared.ledger.identifiers import SHARDS

Kind: TypeAlias = Literal["counter", "gauge", "histogram"]
Unit: TypeAlias = Literal["seconds", "events", "owners", "shards", "commands", "connections", "calls", "things", "yes"]


@dataclass(frozen=True, slots=True)
class Label:
    """A label, and every value that it can have. ROUTE's are the templates of the process's own routes."""

    name: str
    values: frozenset[str]
    told: str


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. `labels` stand in the order in which values are given; `bounds` are those of a histogram's buckets.

    A metric of `whole` tells of the whole service, as each of its processes sees it: take the greatest, not the sum.
    """

    name: str
    kind: Kind
    unit: Unit
    told: str
    labels: tuple[Label, ...] = ()
    bounds: tuple[float, ...] = ()
    services: tuple[str, ...] = ()
    whole: bool = False

    @property
    def exposed(self) -> str:
        """The name as Prometheus knows it: a counter's ends in `_total`."""
        return f"{self.name}_total" if self.kind == "counter" else self.name


def _label(name: str, told: str, *values: str) -> Label:
    return Label(name, frozenset(values), told)


LEDGER = _label("ledger", "`evidence` or `definitions`", *SHARDS)
STATES = "states"
"""What a relay of states is called where one of a ledger is called by the ledger."""

OF_RELAY = _label("ledger", "of a relay also `states`: what mastery publishes on `mastery.state`", *SHARDS, STATES)
SHARD = _label("shard", "0 to 63", *(str(number) for number in range(max(SHARDS.values()))))
OUTCOME = _label(
    "outcome", "what came of a command (DESIGN §2.5)", "appended", "repeated", "stale", "refused", "mismatch", "failed"
)
METHOD = _label("method", "of HTTP; `other` for what no route takes", "GET", "POST", "PUT", "DELETE", "other")
STATUS = _label("status", "the class of the answer's status", "1xx", "2xx", "3xx", "4xx", "5xx", "503", "broken")
ROUTE = _label("route", "a route's template with `{id}` where an id stands; `none` where no route was found", "none")
POOL = _label(
    "pool", "what the connections are for",
    "http", "projector", "relay", "releasing", "verifying", "states", "other",
)  # fmt: skip
BATCH_STATE = _label("state", "how far a batch of grades has come", "previewing", "held", "releasing")
VERIFIED = _label("kind", "what was verified", "record", "grades")
ENDED = _label("state", "how it ended", "equal", "different", "failed")

QUICK = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)
SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)

PROJECTING = ("evidence", "mastery", "portfolio", "audit", "gateway")
EVIDENCE = ("evidence",)
RELAYING = ("evidence", "mastery")
ALL = PROJECTING

HTTP_SECONDS = Metric(
    "ascertain_http_request_seconds", "histogram", "seconds",
    "How long requests took, from the whole head to the end of the answer.",
    (ROUTE, METHOD, STATUS), QUICK, ALL,
)  # fmt: skip
HTTP_UNDER_WAY = Metric(
    "ascertain_http_requests_under_way", "gauge", "calls", "Requests that are being answered now.", services=ALL
)
LOOP_DELAY = Metric(
    "ascertain_event_loop_delay_seconds", "histogram", "seconds",
    "How much later than asked for the event loop came back to a timer. Above 50 ms something blocks it.",
    (), QUICK, ALL,
)  # fmt: skip
POOL_SIZE = Metric(
    "ascertain_pool_connections", "gauge", "connections", "Open connections to PostgreSQL.", (POOL,), services=ALL
)
POOL_LIMIT = Metric(
    "ascertain_pool_connections_limit", "gauge", "connections", "How many there may be.", (POOL,), services=ALL
)
POOL_BUSY = Metric(
    "ascertain_pool_connections_busy", "gauge", "connections",
    "Those of them that are in use. At the limit for long: requests wait for a connection.", (POOL,), services=ALL,
)  # fmt: skip
LOG_DROPPED = Metric(
    "ascertain_log_fields_dropped", "counter", "things",
    "Fields that the allow-list of the logs kept out: someone tried to log what may not be logged.", services=ALL,
)  # fmt: skip
TRACES_SHED = Metric(
    "ascertain_trace_contexts_shed", "counter", "events",
    "Traced entries whose trace was let go before they were relayed; the entries themselves are not affected.",
    services=EVIDENCE,
)  # fmt: skip

READABLE = Metric(
    "ascertain_state_readable", "gauge", "yes",
    "1 where the service's own database answered this scrape; with 0 the metrics read from it are missing.",
    services=ALL,
)  # fmt: skip
HEAD = Metric(
    "ascertain_ledger_head", "gauge", "events", "The last position of a shard in the ledger.",
    (LEDGER, SHARD), services=EVIDENCE, whole=True,
)  # fmt: skip
RELAYED = Metric(
    "ascertain_relay_position", "gauge", "events", "The last position of a shard, or of states the last `seq`, that is"
    " on its topic.",
    (OF_RELAY, SHARD), services=RELAYING, whole=True,
)  # fmt: skip
UNRELAYED = Metric(
    "ascertain_relay_lag_events", "gauge", "events", "Entries, or changes of states, that are not on their topic yet.",
    (OF_RELAY,), services=RELAYING, whole=True,
)  # fmt: skip
RELAY_AGE = Metric(
    "ascertain_relay_age_seconds", "gauge", "seconds",
    "How long the oldest of them has been waiting; 0 where none waits.",
    (OF_RELAY,), services=RELAYING, whole=True,
)  # fmt: skip
NOT_RELAYED = Metric(
    "ascertain_relay_shards_held", "gauge", "shards", "Shards that this process cannot relay at the moment.",
    (OF_RELAY,), services=RELAYING,
)  # fmt: skip
RELAY_BATCH = Metric(
    "ascertain_relay_batch_events", "histogram", "events", "Entries, or changes of states, of a batch that Kafka"
    " acknowledged.",
    (OF_RELAY,), SIZES, RELAYING,
)  # fmt: skip
RELAY_REFUSED = Metric(
    "ascertain_relay_batches_refused", "counter", "calls", "Batches that Kafka would not have.", services=RELAYING
)
RELAY_LOST = Metric(
    "ascertain_relay_publisher_lost", "counter", "calls",
    "Batches of which no acknowledgement came: the producer was dropped, and began again at the cursor.",
    services=RELAYING,
)  # fmt: skip
STATES_MENDED = Metric(
    "ascertain_states_mended", "counter", "calls",
    "Times that this process told states again, for their topic held what it should not, or lacked what it should.",
    services=("mastery",),
)  # fmt: skip

APPEND_SECONDS = Metric(
    "ascertain_append_call_seconds", "histogram", "seconds", "How long a lane's calls to the ledger took.",
    (LEDGER,), QUICK, EVIDENCE,
)  # fmt: skip
APPEND_BATCH = Metric(
    "ascertain_append_call_commands", "histogram", "commands", "Commands that went in one call of a lane.",
    (LEDGER,), SIZES, EVIDENCE,
)  # fmt: skip
COMMANDS = Metric("ascertain_commands", "counter", "commands", "What came of commands.", (OUTCOME,), services=EVIDENCE)
COMMANDS_WAITING = Metric(
    "ascertain_commands_waiting", "gauge", "commands", "Commands that wait for the ledger now.", services=EVIDENCE
)
COMMANDS_BUSY = Metric(
    "ascertain_commands_turned_away", "counter", "commands", "Commands answered with 503: too many were waiting.",
    services=EVIDENCE,
)  # fmt: skip
BATCHES = Metric(
    "ascertain_grade_batches", "gauge", "things", "Batches of grades that are not released yet.",
    (BATCH_STATE,), services=EVIDENCE, whole=True,
)  # fmt: skip
BATCHES_FAILING = Metric(
    "ascertain_grade_batches_failing", "gauge", "yes",
    "1 where the last step of the worker of batches failed: a batch waits. `/health` says why.", services=EVIDENCE,
)  # fmt: skip
KEYS_WAITING = Metric(
    "ascertain_key_destructions_waiting", "gauge", "owners",
    "Forgotten owners whose keys are not destroyed yet.", services=EVIDENCE, whole=True,
)  # fmt: skip
KEYS_FAILING = Metric(
    "ascertain_key_destructions_failing", "gauge", "yes",
    "1 where the last try to destroy a key failed.", services=EVIDENCE,
)  # fmt: skip

APPLIED = Metric(
    "ascertain_projection_position", "gauge", "events", "The last position of a shard in the service's tables.",
    (LEDGER, SHARD), services=PROJECTING, whole=True,
)  # fmt: skip
LAG_EVENTS = Metric(
    "ascertain_projection_lag_events", "gauge", "events",
    "Entries of the ledger that are not in the service's tables; absent while the ledger does not answer.",
    (LEDGER,), services=PROJECTING, whole=True,
)  # fmt: skip
LAG_SECONDS = Metric(
    "ascertain_projection_lag_seconds", "gauge", "seconds",
    "How long the oldest of them has been waiting; absent while that is not known.",
    (LEDGER,), services=PROJECTING, whole=True,
)  # fmt: skip
QUARANTINED = Metric(
    "ascertain_quarantined_owners", "gauge", "owners", "Owners whose entries wait, for one of them cannot be handled.",
    services=PROJECTING, whole=True,
)  # fmt: skip
PAUSED = Metric(
    "ascertain_projection_shards_paused", "gauge", "shards",
    "Shards that do not move, for a reason that `/health` says.",
    (LEDGER,), services=PROJECTING, whole=True,
)  # fmt: skip
PROJECTED = Metric(
    "ascertain_projection_events", "counter", "events", "Entries that this process has applied.", services=PROJECTING
)
REFILLED = Metric(
    "ascertain_projection_refilled_events", "counter", "events",
    "Those of them that came from the ledger's door, for the topic did not have them.", services=PROJECTING,
)  # fmt: skip
PASSED_OVER = Metric(
    "ascertain_projection_records_passed_over", "counter", "events",
    "Records of the topics that were no copy of an entry of this district.", services=PROJECTING,
)  # fmt: skip
FENCED = Metric(
    "ascertain_projection_fenced", "counter", "calls",
    "Batches refused by the watermark, for another process had moved it.", services=PROJECTING,
)  # fmt: skip
LACKING = Metric(
    "ascertain_ledger_lacks", "counter", "calls",
    "Times that the topic held an entry which the ledger could not give: the ledger is behind its topic.",
    services=PROJECTING,
)  # fmt: skip
PROJECTION_BATCH = Metric(
    "ascertain_projection_batch_events", "histogram", "events", "Entries of one transaction of the projector.",
    (), SIZES, PROJECTING,
)  # fmt: skip
PROJECTION_SECONDS = Metric(
    "ascertain_projection_batch_seconds", "histogram", "seconds", "How long such a transaction took.",
    (), QUICK, PROJECTING,
)  # fmt: skip
ACCESS_AGE = Metric(
    "ascertain_access_age_seconds", "gauge", "seconds",
    "How old what is known of people's relations may be. Beyond 900 every question of access is answered with 503.",
    services=PROJECTING, whole=True,
)  # fmt: skip

REFOLDS = Metric(
    "ascertain_refolds_waiting", "gauge", "things", "Refolds that definitions asked for and that are not done.",
    services=("mastery",), whole=True,
)  # fmt: skip
REFOLDS_FAILING = Metric(
    "ascertain_refolds_failing", "gauge", "yes", "1 where the last step of a refold failed.", services=("mastery",)
)
WHAT_IFS = Metric(
    "ascertain_what_ifs_under_way", "gauge", "things", "What-ifs that are asked for and not done.",
    services=("mastery",), whole=True,
)  # fmt: skip

VERIFICATIONS = Metric(
    "ascertain_verifications", "gauge", "things",
    "Verifications of the whole district that are kept, by how they ended.",
    (VERIFIED, ENDED), services=("audit",), whole=True,
)  # fmt: skip
VERIFIED_EQUAL = Metric(
    "ascertain_verification_equal", "gauge", "yes",
    "1 where the latest finished verification of the district found everything equal, 0 where it did not.",
    (VERIFIED,), services=("audit",), whole=True,
)  # fmt: skip

CATALOGUE: Mapping[str, Metric] = MappingProxyType(
    {metric.name: metric for metric in list(globals().values()) if isinstance(metric, Metric)}
)
"""Every metric, by name, in the order of the page."""
