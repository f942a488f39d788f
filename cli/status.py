"""What there is to know of a stack, as data and as tables."""

import asyncio
from dataclasses import asdict
from typing import Any

import httpx
from rich.console import Console
from rich.table import Column, Table

from deploy.local.description import describe, resident_bytes
from deploy.local.home import Home


async def report(home: Home) -> dict[str, Any]:
    """Everything: addresses and DSNs, what each program does, and each service's own health, by shard.

    `phase` is `down`, `starting`, `up` or `stopping`; where it is `down` there is only the home beside it.
    """
    description = describe(home)
    if description is None:
        return {"phase": "down", "home": str(home.path)}
    healths = await asyncio.gather(*(_health(url) for url in description.urls.values()))
    found = asdict(description)
    found["urls"] |= {"docs": f"{description.urls['gateway']}/docs"} if "gateway" in description.urls else {}
    found["services"] = dict(zip(description.urls, healths, strict=True))
    for program in found["programs"].values():
        program["resident_bytes"] = resident_bytes(program["pid"]) if program["pid"] else 0
    found["resident_bytes"] = resident_bytes(description.pid)
    return found


def table(found: dict[str, Any], console: Console) -> None:
    """The same for a person, in a screenful."""
    if found["phase"] == "down":
        console.print(f"The stack in {found['home']} is down. Start it with: ./ascertain up", soft_wrap=True)
        return
    console.print(f"The stack in {found['home']} is {found['phase']} (process {found['pid']}).", soft_wrap=True)
    console.print(_programs(found))
    console.print(f"Kafka: {found['bootstrap']}, topics {', '.join(found['topics']) or 'none yet'}", soft_wrap=True)
    if "docs" in found["urls"]:
        console.print(f"API documentation: {found['urls']['docs']}", soft_wrap=True)
    console.print(f"Memory: {found['resident_bytes'] / 2**20:.0f} MiB in all")


def _programs(found: dict[str, Any]) -> Table:
    names = ("program", "state", "health", "where", "memory", "started again")
    rows = Table(*(Column(name, overflow="fold") for name in names), box=None, pad_edge=False)
    for name, program in found["programs"].items():
        health = found["services"].get(name, {})
        restarts = f"{program['restarts']} × (last: {program['last_end']})" if program["restarts"] else "never"
        rows.add_row(
            name,
            program["state"],
            _health_words(health) if name in found["services"] else "",
            found["urls"].get(name, ""),
            f"{program['resident_bytes'] / 2**20:.0f} MiB",
            restarts,
        )
    return rows


def _health_words(health: dict[str, Any]) -> str:
    """The status; how many events lie ahead; what is paused or set aside."""
    words = [str(health.get("status", "no answer"))]
    shards = [shard for ledger in (health.get("shards") or {}).values() for shard in ledger]
    if lag := sum(shard.get("lag_events") or 0 for shard in shards):
        words.append(f"{lag} events behind")
    if paused := [shard for shard in shards if shard.get("paused")]:
        words.append(f"{len(paused)} shards paused: {paused[0]['paused']}")
    if quarantined := health.get("quarantined"):
        words.append(f"{quarantined} under review")
    if under_way := health.get("what_ifs"):
        done, parts = under_way[0]["done"], under_way[0]["parts"]
        words.append(f"{len(under_way)} what-ifs under way, {done} of {parts} parts of the first")
    return ", ".join(words)


async def _health(url: str) -> dict[str, Any]:
    try:
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
            answer = (await client.get(f"{url}/health")).json()
    except (httpx.HTTPError, ValueError) as error:
        return {"status": "no answer", "reason": str(error) or type(error).__name__}
    return answer if isinstance(answer, dict) else {"status": "no answer", "reason": "it is no JSON object"}
