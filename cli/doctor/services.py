"""What each service says of itself at `/health`: lag, what is not relayed, what is paused or set aside."""

from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from cli.doctor.findings import Finding

LAG = 60.0
"""Seconds of lag that somebody should look at."""


async def health_of(url: str) -> Mapping[str, Any] | None:
    """What is answered there; None where nothing is that makes sense."""
    try:
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            answer = (await client.get(f"{url.rstrip('/')}/health")).json()
    except (httpx.HTTPError, ValueError):
        return None
    return answer if isinstance(answer, dict) else None


def look_at_service(name: str, health: Mapping[str, Any] | None) -> Iterator[Finding]:
    if health is None or health.get("status") == "down":
        yield Finding(name, "does not answer", f"See: ./ascertain logs {name}")
        return
    wrong = [*_shards(name, health), *_rest(name, health)]
    yield from wrong
    if not wrong:
        yield Finding(name, "is well and has applied everything")


def _shards(name: str, health: Mapping[str, Any]) -> Iterator[Finding]:
    for ledger, shards in (health.get("shards") or {}).items():
        paused = [shard for shard in shards if shard.get("paused")]
        if paused:
            said = f"{len(paused)} shards of {ledger} are paused: {str(paused[0]['paused']).rstrip('.')}"
            yield Finding(name, said, "An unknown event means that this service must be upgraded; see its log.")
        if held := [shard for shard in shards if shard.get("not_relayed")]:
            said = f"{len(held)} shards of {ledger} are not relayed: {str(held[0]['not_relayed']).rstrip('.')}"
            yield Finding(name, said, "Writes are safe in the ledger; bring Kafka back, and they follow.")
        if any(shard.get("head") is None for shard in shards):
            yield Finding(name, f"cannot learn how far {ledger} is", "See that evidence answers.")
        lag = max((shard.get("lag_seconds") or 0 for shard in shards), default=0)
        if lag > LAG and not paused:
            said = f"is {lag:.0f} s behind {ledger}"
            yield Finding(name, said, "See its log; further projectors divide the shards among them.")


def _rest(name: str, health: Mapping[str, Any]) -> Iterator[Finding]:
    if quarantined := health.get("quarantined"):
        said = f"has {quarantined} owners in quarantine"
        advice = f"Once the cause is mended: python -m services.{name} --release OWNER"
        yield Finding(name, said, advice)
    if reason := health.get("reason"):
        yield Finding(name, str(reason).rstrip("."), f"See: ./ascertain logs {name}")
