"""Metrics and traces of the services as they are wired: what they tell, and what they never tell."""

import re
import secrets
from collections.abc import AsyncIterator
from functools import partial

import pytest

from deploy.local.kafka import KafkaServer
from deploy.local.postgres import PostgresServer
from deploy.setup.databases import drop_databases, make_databases
from shared.runtime.metrics import CATALOGUE, ROUTE
from shared.runtime.tracing import ATTRIBUTES
from tests.support.canaries import Canaries
from tests.support.evidence import attempt
from tests.support.otlp import Receiver, Seen, receiving
from tests.support.seen import SeenDistrict, seen_district
from tests.support.servers import PASSWORD, District, unique_prefix
from tests.support.waiting import until

TEMPLATE = re.compile(r"/|(/(v1|[a-z.-]+|\{[a-z_]+\}))+")
"""What a route's template looks like: never a number, an id or a word that was asked for."""


@pytest.fixture(scope="module")
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as found:
        yield found


@pytest.fixture(scope="module")
async def seen(
    postgres: PostgresServer, kafka: KafkaServer, receiver: Receiver, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[SeenDistrict]:
    prefix, owners = unique_prefix(), ("evidence", "mastery", "gateway")
    databases = await make_databases(postgres, prefix, PASSWORD, owners)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        environment.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
        environment.setenv("OTEL_TRACES_SAMPLER", "parentbased_always_off")  # only what a test asks for
        try:
            folder = tmp_path_factory.mktemp("seen")
            async with seen_district(kafka.bootstrap, District(prefix, databases), f"{prefix}.", folder) as district:
                yield district
        finally:
            await drop_databases(postgres, prefix, owners)


def traceparent(trace: str, *, sampled: bool = True) -> dict[str, str]:
    return {"traceparent": f"00-{trace}-{secrets.token_hex(8)}-{'01' if sampled else '00'}"}


async def test_one_trace_from_the_gateways_request_over_kafka_to_masterys_state(
    seen: SeenDistrict, receiver: Receiver
) -> None:
    trace = secrets.token_hex(16)
    headers = traceparent(trace)
    answer = await seen.http.post("/v1/evidence", json=attempt(seen.learner), headers=headers)
    assert answer.status_code == 201, answer.text
    await until(seen.level, "the level is shown", seconds=30)

    async def whole() -> bool:
        return {"ascertain-gateway", "ascertain-mastery"} <= {span.service for span in receiver.of_trace(trace)}

    await until(whole, "the trace has come whole", seconds=30)
    spans = {(span.service, span.name): span for span in receiver.of_trace(trace)}
    path = [
        spans["ascertain-gateway", "gateway /v1/evidence"],
        spans["ascertain-evidence", "evidence /v1/evidence"],
        spans["ascertain-evidence", "relay to topic"],
        spans["ascertain-mastery", "mastery apply"],
    ]
    assert path[0].parent == headers["traceparent"].split("-")[2]
    assert [span.parent for span in path[1:]] == [span.id for span in path[:-1]]
    assert path[1].attributes == {
        "http.request.method": "POST",
        "http.route": "/v1/evidence",
        "http.response.status_code": 201,
    }
    await until(lambda: _batch(receiver, path[3]), "the batch is linked with the entry, and the entry with it")


async def _batch(receiver: Receiver, entry: Seen) -> bool:
    batches = [span for span in receiver.spans if span.name == "mastery apply batch"]
    return any(entry.trace in batch.links and batch.trace in entry.links for batch in batches)


async def test_what_nobody_asked_to_be_traced_leaves_no_span(seen: SeenDistrict, receiver: Receiver) -> None:
    trace, traced = secrets.token_hex(16), secrets.token_hex(16)
    for headers in (traceparent(trace, sampled=False), {"traceparent": "00-nonsense"}, {}, traceparent(traced)):
        answer = await seen.http.post("/v1/evidence", json=attempt(seen.learner), headers=headers)
        assert answer.status_code == 201, answer.text

    async def last_has_come() -> bool:
        return "ascertain-mastery" in {span.service for span in receiver.of_trace(traced)}

    await until(last_has_come, "what was traced after them has come", seconds=30)
    assert receiver.of_trace(trace) == []
    requests = [span for span in receiver.spans if span.name == "gateway /v1/evidence"]
    assert {span.attributes["http.response.status_code"] for span in requests} == {201}
    assert len({span.trace for span in requests}) == len(requests) <= 2


async def test_every_service_tells_what_the_catalogue_has_and_the_numbers_are_true(seen: SeenDistrict) -> None:
    before = await seen.value("evidence", "ascertain_commands_total", outcome="appended") or 0
    item = attempt(seen.learner)
    answers = [await seen.http.post("/v1/evidence", json=item) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200], answers[0].text
    assert await seen.value("evidence", "ascertain_commands_total", outcome="appended") == before + 1
    assert (await seen.value("evidence", "ascertain_commands_total", outcome="repeated") or 0) >= 1
    place = answers[0].json()["position"]
    at = {"ledger": place["ledger"], "shard": str(place["shard"])}

    async def arrived() -> bool:
        head = await seen.value("evidence", "ascertain_ledger_head", **at)
        relayed = await seen.value("evidence", "ascertain_relay_position", **at)
        there = await seen.value("mastery", "ascertain_projection_position", **at)
        lag = await seen.value("mastery", "ascertain_projection_lag_events", ledger="evidence")
        return head == relayed == there == place["position"] and lag == 0

    await until(arrived, "each says that it has come there")
    assert await seen.value("evidence", "ascertain_relay_age_seconds", ledger="evidence") == 0

    async def told_of_states() -> bool:
        own = {"ledger": "states", "shard": str(place["shard"])}
        sent = await seen.value("mastery", "ascertain_relay_batch_events_sum", ledger="states")
        waits = await seen.value("mastery", "ascertain_relay_lag_events", ledger="states")
        age = await seen.value("mastery", "ascertain_relay_age_seconds", ledger="states")
        at_least = await seen.value("mastery", "ascertain_relay_position", **own)
        return bool(sent and at_least and sent >= at_least) and waits == 0 == age

    await until(told_of_states, "the relay of states says that it has come there")
    route = {"route": "/v1/evidence", "method": "POST", "status": "2xx"}
    for service in ("gateway", "evidence"):
        assert (await seen.value(service, "ascertain_http_request_seconds_count", **route) or 0) >= 2
    await until(seen.level, "mastery has answered a request, whichever tests ran before")
    for service in ("gateway", "evidence", "mastery"):
        await until(partial(_complete, seen, service), f"{service} tells everything")


async def _complete(seen: SeenDistrict, service: str) -> bool:
    """Whether a service tells every metric that the catalogue has of it, with labels that it has, and no other."""
    families: dict[str, set[str]] = {}
    for name, labels in await seen.told(service):
        family = next(
            m
            for m in CATALOGUE.values()
            if name in {m.exposed, *(m.name + end for end in ("_bucket", "_sum", "_count"))}
        )
        given = dict(labels)
        assert given.pop("service") == service
        given.pop("le", None)
        families.setdefault(family.name, set()).update(given)
        for label in family.labels:
            value = given[label.name]
            assert value in label.values or (label is ROUTE and TEMPLATE.fullmatch(value)), (name, value)
    due = {m.name: {label.name for label in m.labels} for m in CATALOGUE.values() if service in m.services}
    assert families.items() <= due.items()
    return families == due


async def test_metrics_are_told_inside_alone(seen: SeenDistrict) -> None:
    assert (await seen.http.get("/metrics")).status_code == 404
    for service in ("evidence", "mastery"):
        assert "/metrics" not in (await seen.http.get(f"{seen.urls[service]}/openapi.json")).json()["paths"]
    inside = seen.metrics["gateway"]
    assert (await seen.http.get(inside)).status_code == 200
    assert (await seen.http.get(inside.replace("/metrics", "/v1/tokens"))).status_code == 404


async def test_no_planted_word_and_no_id_is_in_metrics_or_traces(seen: SeenDistrict, receiver: Receiver) -> None:
    canaries, trace = Canaries(), secrets.token_hex(16)
    item = attempt(seen.learner) | {"texts": {"note": canaries.text("feedback")}}
    sent = traceparent(trace) | {"tracestate": f"vendor={canaries.mark}", "baggage": f"name={canaries.mark}"}
    for path in ("/v1/evidence", f"/v1/evidence/{canaries.mark}/void", f"/{canaries.mark}"):
        await seen.http.post(path, json=item, headers=sent, params={"q": canaries.mark})
    await seen.http.request(canaries.mark.upper(), "/v1/evidence", headers=sent)
    receipt = (await seen.http.post("/v1/evidence", json=attempt(seen.learner), headers=sent)).json()

    async def come() -> bool:
        return "ascertain-mastery" in {span.service for span in receiver.of_trace(trace)}

    await until(come, "the trace has come", seconds=30)
    told = [(await seen.http.get(url)).content for url in seen.metrics.values()] + receiver.bodies
    assert len(receiver.of_trace(trace)) >= 6
    for ours in (seen.learner, receipt["id"]):
        assert not any(ours.encode() in content for content in told)
    assert not any(canaries.in_bytes(content) or canaries.mark.upper().encode() in content for content in told)
    for span in receiver.spans:
        assert set(span.attributes) <= set(ATTRIBUTES)
