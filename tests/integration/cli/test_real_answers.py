"""Real answers through the public API: killed half-way, run again, and equal to the plain fold.

The first 10,000 of them; `--answers 203442` for all.
"""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from cli.importing.responses import FRAMEWORK
from deploy.local.stack import Stack
from tests.support.commands import run, start
from tests.support.invariants import check_order, check_states, check_topic, ledger_entries, topic_entries, until
from tests.support.running import administrator, running_stack, states_shown, until_applied, verified

ANSWERS = Path(__file__).parents[4] / "shared" / "data" / "assistments2009" / "responses.csv.gz"

pytestmark = [
    pytest.mark.stack,
    pytest.mark.real_data,
    pytest.mark.skipif(not ANSWERS.exists(), reason=f"the real answers are not beside the project ({ANSWERS.name})"),
    pytest.mark.timeout(1800),
]


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """One of its own: all that is in the record is compared."""
    async with running_stack(tmp_path_factory.mktemp("stack") / "home") as stack:
        yield stack


async def test_real_answers_import_resumed_after_a_kill_and_equal_the_plain_fold(
    stack: Stack, request: pytest.FixtureRequest
) -> None:
    count = request.config.getoption("--answers")
    process = await start(stack, "import", "responses", ANSWERS, "--limit", str(count))

    async def some_are_there() -> object:
        entries = await recorded(stack)
        return entries > count // 10 or f"{entries} recorded"

    await until(some_are_there, seconds=120)
    process.kill()
    await process.wait()
    before = await recorded(stack)
    assert before < count, "it was killed too late to prove anything"

    resumed = await run(stack, "import", "responses", ANSWERS, "--limit", str(count))
    assert resumed.code == 0, resumed.err
    counts = re.search(r"([\d,]+) recorded, ([\d,]+) known before, 0 refused", resumed.err)
    assert counts is not None, resumed.err
    new, known = (int(count.replace(",", "")) for count in counts.groups())
    assert new + known == count
    assert known >= before

    again = await run(stack, "import", "responses", ANSWERS, "--limit", str(count))
    assert f"0 recorded, {count:,} known before, 0 refused" in again.err

    await until_applied(stack)
    entries = await ledger_entries(stack.databases["evidence"].app)
    check_order(entries)
    check_topic(entries, await topic_entries(stack.access))
    async with administrator(stack) as gateway:
        digests = [entry for entry in entries if entry.event == "DocumentPublished"]
        documents = {}
        for entry in digests:
            digest = entry.stream.removeprefix("document/")
            documents[digest] = await gateway.get(f"/v1/documents/{digest}")
        learners = sorted({entry.owner for entry in entries if entry.event == "AttemptRecorded"})
        shown: dict[tuple[str, str], dict[str, Any]] = {}
        for start_at in range(0, len(learners), 50):
            shown |= await states_shown(gateway, learners[start_at : start_at + 50])
        check_states(entries, documents, shown)
        assert FRAMEWORK in {document.get("id") for document in documents.values()}
        result = await verified(gateway)
    assert result["state"] == "equal", result["differences"]


async def recorded(stack: Stack) -> int:
    import asyncpg  # noqa: PLC0415 - beside its one use

    connection = await asyncpg.connect(stack.databases["evidence"].app)
    try:
        count = await connection.fetchval("SELECT count(*) FROM ledger.entry WHERE type = 'ascertain.AttemptRecorded'")
    finally:
        await connection.close()
    return int(count)
