"""The examples for subscribers, as a district's own people would run them: beside a running stack, by public doors."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import polars as pl
import pytest

from cli.gateway import Gateway
from deploy.local.stack import Stack
from deploy.setup.subscribers import Subscribers
from shared.runtime.kafka_access import KafkaAccess
from tests.support.commands import ROOT, Ran, environment
from tests.support.running import SmallDistrict, administrator, small_district, until_applied
from tests.support.waiting import until

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]

MANY, FEW = 12, 3


async def example(stack: Stack, access: KafkaAccess, name: str, *arguments: str | Path) -> Ran:
    """Run an example as the subscriber, to its end."""
    known = {
        "ASCERTAIN_API": stack.urls["gateway"],
        "ASCERTAIN_KAFKA": access.bootstrap,
        "ASCERTAIN_KAFKA_PROTOCOL": access.protocol,
        "ASCERTAIN_KAFKA_MECHANISM": access.mechanism,
        "ASCERTAIN_KAFKA_USER": str(access.user),
        "ASCERTAIN_KAFKA_PASSWORD": str(access.password),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, f"examples/{name}.py", *map(str, arguments)),
        env=environment(stack, **known),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return Ran(process.returncode or 0, out.decode(), err.decode())


async def relearn(gateway: Gateway, district: SmallDistrict) -> None:
    """`MANY` learners miss the first competency and later reach it, `FEW` the second; the third nobody missed."""
    first, second, third = district.competencies
    day = iter(range(1, 10))
    for competency, count, scores in ((first, MANY, "14"), (second, FEW, "14"), (third, MANY, "44")):
        for earned in scores:
            moment = f"2026-02-0{next(day)}T09:00:00.000Z"
            results = [{"competency": competency, "earned": earned, "possible": "4"}]
            pieces = [
                {
                    "id": str(uuid4()),
                    "type": "AttemptRecorded",
                    "occurred_at": moment,
                    "body": {"learner": learner, "purpose": "performance", "results": results},
                }
                for learner in district.learners[:count]
            ]
            await gateway.post("/v1/evidence", pieces)


def relearned(ran: Ran, codes: Collection[str]) -> list[tuple[str, ...]]:
    """What is told of these competencies: the district has others too, of other tests."""
    told = (tuple(line.split()[1:]) for line in ran.out.splitlines()[1:])
    return sorted(row for row in told if row[0] in codes)


async def forget(stack: Stack, gateway: Gateway, learner: str) -> None:
    """One administrator asks, another approves."""
    request, other = str(uuid4()), str(uuid4())
    await gateway.post(f"/v1/learners/{learner}/forget", {"id": request})
    role = {"id": str(uuid4()), "person": other, "role": "administrator", "scope": "district"}
    await gateway.post("/v1/roles", role)
    await until_applied(stack)
    async with Gateway(stack.urls["gateway"], await stack.personal_token(other)) as second:
        approval = {"id": str(uuid4()), "request": request}
        await second.post(f"/v1/learners/{learner}/forget/approve", approval)


@dataclass(frozen=True, slots=True)
class Relearned:
    """A district of which there is something to answer, and a subscriber to it."""

    gateway: Gateway
    district: SmallDistrict
    codes: list[str]
    access: KafkaAccess


@pytest.fixture(scope="module")
async def known(stack: Stack) -> AsyncIterator[Relearned]:
    access = await Subscribers(stack.access).add("district-analytics")
    async with administrator(stack) as gateway:
        district = await small_district(gateway, learners=MANY, competencies=3)
        await relearn(gateway, district)
        await until_applied(stack)
        codes = [each["code"] for each in next(iter(district.documents.values()))["competencies"]]
        yield Relearned(gateway, district, codes, access)


async def test_analytics_answers(stack: Stack, known: Relearned, tmp_path: Path) -> None:
    ran = await example(stack, known.access, "analytics", tmp_path, "2026-01-01")
    assert ran.code == 0, ran.err
    assert ran.out.startswith("Nothing is missing of ")
    assert relearned(ran, known.codes) == sorted([(known.codes[0], str(MANY)), (known.codes[1], "under", "ten")])


async def test_analytics_goes_on_and_forgets(stack: Stack, known: Relearned, tmp_path: Path) -> None:
    async def answered(since: str) -> Ran:
        ran = await example(stack, known.access, "analytics", tmp_path, since)
        assert ran.code == 0, ran.err
        return ran

    codes, gone = known.codes, known.district.learners[-1]
    await answered("2026-01-01")
    later = await answered("2026-02-03")  # the first was relearned before
    assert relearned(later, codes) == [(codes[1], "under", "ten")]
    await forget(stack, known.gateway, gone)
    await until_applied(stack)

    async def is_dropped() -> bool:
        return f"{codes[0]}  {MANY - 1}" in (await answered("2026-01-01")).out

    await until(is_dropped, "the forgotten learner is not counted any more")
    kept = pl.read_parquet(tmp_path / "evidence.ledger-*.parquet").filter(owner=gone)
    assert kept["event"].to_list() == ["LearnerForgotten"]


async def test_refold_reproduces_every_state(stack: Stack, known: Relearned) -> None:
    """But a forgotten learner's, where the test before forgot her."""

    async def is_reproduced() -> bool:
        ran = await example(stack, known.access, "refold")
        found = re.search(r"([\d,]+) of ([\d,]+) states are reproduced", ran.out)
        if ran.code != 0 or found is None:
            return False
        reproduced, count = (int(number.replace(",", "")) for number in found.groups())
        return reproduced == count >= 2 * (MANY - 1) + FEW

    await until(is_reproduced, "every state is on the topic, and reproduced")
