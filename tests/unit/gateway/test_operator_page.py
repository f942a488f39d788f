"""The operator's page: lags summed, reasons gathered, and nothing of anybody."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.gateway.http.pages.languages import languages
from services.gateway.http.pages.operator.operating import services
from services.gateway.http.pages.rendering import Reader, page

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}"


def shard(number: int, **more: Any) -> dict[str, Any]:
    return {"shard": number, "head": 9, "applied": 9, "lag_events": 0, "lag_seconds": 0.0, **more}


def health(**of_mastery: Any) -> dict[str, Any]:
    rows = [shard(0, lag_events=3, lag_seconds=1.5), shard(1, lag_events=4, lag_seconds=9.0)]
    mastery = {"service": "mastery", "status": "ok", "shards": {"evidence": rows}, "quarantined": 2, **of_mastery}
    return {
        "service": "gateway",
        "status": "ok",
        "shards": {"definitions": [shard(0)]},
        "quarantined": 3,
        "services": {"mastery": mastery, "audit": {"service": "audit", "status": "down"}},
    }


def test_lags_are_summed_in_entries_and_the_longest_in_seconds() -> None:
    found = {one.name: one for one in services(health())}
    [lag] = found["mastery"].lags
    assert (lag.ledger, lag.entries, lag.seconds) == ("evidence", 7, 9.0)


def test_a_lag_that_nobody_knows_is_not_none_at_all() -> None:
    unknown = {"evidence": [shard(0), {"shard": 1, "applied": 4}]}
    found = {one.name: one for one in services(health(shards=unknown))}
    [lag] = found["mastery"].lags
    assert (lag.entries, lag.seconds) == (None, None)


def test_who_needs_somebody_comes_first_and_each_has_its_own_in_quarantine() -> None:
    found = [(one.name, one.quarantined) for one in services(health())]
    assert found == [("audit", 0), ("gateway", 1), ("mastery", 2)]


def test_shards_that_stand_still_for_one_reason_are_told_together() -> None:
    rows = [shard(0, paused="upgrade me"), shard(1), shard(2, paused="upgrade me"), shard(3, not_relayed="no broker")]
    found = {one.name: one for one in services(health(shards={"evidence": rows}))}
    told = [(stop.what, list(stop.shards), stop.reason) for stop in found["mastery"].stops]
    assert told == [("not_relayed", [3], "no broker"), ("paused", [0, 2], "upgrade me")]


def test_what_waits_is_told_where_there_is_any() -> None:
    waiting = {"grade_batches": {"previewing": 2, "releasing": 0}, "key_destructions": 1}
    found = {one.name: one for one in services(health(waiting=waiting))}
    assert found["mastery"].waiting == {"grade_batches.previewing": 2, "key_destructions": 1}


@pytest.mark.parametrize("language", languages())
def test_whatever_a_service_says_stays_a_text(language: str) -> None:
    said = health(
        status=HOSTILE,
        reason=HOSTILE,
        failing={HOSTILE: HOSTILE},
        waiting={HOSTILE: 3},
        shards={"evidence": [shard(0, paused=HOSTILE)]},
        refolds=[{"scope": f"learner/{HOSTILE}", "position": 3, "done": 4}],
        what_ifs=[{"parts": 64, "done": 2}],
    )
    reader = Reader(language, ZoneInfo("UTC"), "/operator", person="p", csrf="c")
    answer = page(
        "operator/operator.html",
        reader,
        scripts=(),
        well=False,
        services=services(said),
        quarantined=said["quarantined"],
    )
    text = bytes(answer.body).decode()
    assert "<img" not in text
    assert "alert(1)</script>" not in text
    assert "--release OWNER" in text
    assert f"learner/{HOSTILE}" not in text, "whom a refold is of is nobody's to know here"
    assert text.count("<h1>") == 1
