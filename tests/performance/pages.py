"""Each page of the table as the one who comes to it has it: how long it takes at 20 requests a second, and its bytes.

python -m tests.performance pages

The whole embedded stack with the demo's story told; no browser. Requests come when they are due, whether or not the one
before was answered, and are timed from then. Beside each page stands what the issue asked for, and first of all what
the same gateway takes for its stylesheet, which it only has to hand out.
"""

import asyncio
import gzip
import re
import tempfile
import time
from pathlib import Path

import aiohttp
import httpx

from deploy.local.issuer.people import sign_in_url
from tests.browser.district import DemoDistrict, demo_district
from tests.browser.table import NOBODY, PAGES, Row
from tests.performance import Figure
from tests.performance.whole_class import whole_class
from tests.support.browser import Browser

RATE, SECONDS, WARM_UP = 20, 5.0, 3
GOAL_MS, GRID_MS = 150.0, 100.0
VOTE_BYTES, SCRIPT_BYTES = 30_000.0, 40_000.0
"""What a voter's page may be in all, and the scripts of any page, compressed."""

WHOLE = Row("grid of 30 × 40", "A whole class", "teacher-lindgren", "/sections/{whole}", "main h1")

LOADED = re.compile(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"')


async def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        async with demo_district(Path(folder) / "home") as district, httpx.AsyncClient(trust_env=False) as http:
            cookies = {who: await _cookie(district, http, who) for who in {row.who for row in PAGES}}
            district.found["whole"] = await whole_class(district)
            found = await _style(district)
            for row in _alternating([WHOLE, *(row for row in PAGES if row.do is None and row.status == 200)]):
                found += await _page(district, row, cookies[row.who])
    return found


def _alternating(rows: list[Row]) -> list[Row]:
    """Those that need no account spread over the others: an address without one may ask 600 times a minute."""
    anyone, others = [row for row in rows if row.who == NOBODY], [row for row in rows if row.who != NOBODY]
    apart = max(len(others) // max(len(anyone), 1), 1)
    spread = [[*others[n * apart : (n + 1) * apart], row] for n, row in enumerate(anyone)]
    return [row for some in spread for row in some] + others[len(anyone) * apart :]


async def _cookie(district: DemoDistrict, http: httpx.AsyncClient, who: str) -> str:
    """The `Cookie` header of somebody who has signed in by the real page."""
    if who == NOBODY:
        return ""
    browser = Browser(http)
    page = await browser.open(sign_in_url(district.url, who))
    await browser.follow(await browser.press(page, subject=who))
    return "; ".join(f"{name}={value}" for name, value in browser.cookies[district.url].items())


async def _style(district: DemoDistrict) -> list[Figure]:
    async with aiohttp.ClientSession() as http, http.get(district.url) as answer:
        [address, *_] = LOADED.findall(await answer.text())
    waits = await _waits(district.url + address, "")
    return [Figure("the stylesheet: 95 of 100 within", _share(waits, 0.95), "ms")]


async def _page(district: DemoDistrict, row: Row, cookie: str) -> list[Figure]:
    address = district.address(row.address)
    async with aiohttp.ClientSession(headers={"Cookie": cookie, "Accept": "text/html"}) as http:
        async with http.get(address) as answer:
            assert answer.status == row.status, f"{row.name} answers {answer.status}"
            text = await answer.text()
        parts = {path: await _size(http, district.url + path) for path in set(LOADED.findall(text))}
    waits = await _waits(address, cookie)
    scripts = sum(size for path, size in parts.items() if path.endswith(".js"))
    whole = len(gzip.compress(text.encode())) + sum(parts.values())
    voting = row.address.startswith("/vote")
    goal = GRID_MS if row.name.startswith("grid") else GOAL_MS
    return [
        Figure(f"{row.name}: 95 of 100 within", _share(waits, 0.95), "ms", "goal", goal),
        Figure(f"{row.name}: in all, compressed", whole, "bytes", *(("goal", VOTE_BYTES) if voting else ())),
        *([Figure(f"{row.name}: scripts", scripts, "bytes", "goal", SCRIPT_BYTES)] if scripts else []),
    ]


async def _size(http: aiohttp.ClientSession, address: str) -> int:
    async with http.get(address) as answer:
        return len(gzip.compress(await answer.read()))


async def _waits(address: str, cookie: str) -> list[float]:
    """Seconds of each request from when it was due."""
    async with aiohttp.ClientSession(headers={"Cookie": cookie, "Accept": "text/html"}) as http:

        async def ask(due: float) -> float:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            async with http.get(address) as answer:
                await answer.read()
                assert answer.status == 200, f"{address} answers {answer.status}"
            return time.perf_counter() - due

        for _ in range(WARM_UP):
            await ask(time.perf_counter())
        begun = time.perf_counter()
        return await asyncio.gather(*(ask(begun + n / RATE) for n in range(int(RATE * SECONDS))))


def _share(waits: list[float], share: float) -> float:
    """Milliseconds within which this share of them came."""
    return sorted(waits)[int(len(waits) * share)] * 1000
