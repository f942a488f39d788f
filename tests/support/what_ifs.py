"""A district that asks what if: who asks, a class whose levels would change, and what is done and told of it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg

from services.mastery.http.what_if_documents import WhatIfDocument, WhatIfLearnersDocument
from services.mastery.postgres.what_if_work import WhatIfWork
from services.mastery.trials import Begin, PartResult, Trial, Trying
from tests.support.ledger_writer import LedgerWriter, named, policy_document, result
from tests.support.mastery import Applied, WrittenLedger
from tests.support.mastery_http import Mastery, serving

READING, WRITING, NORTH = named("reading"), named("writing"), named("North")
DISTRICT, SCHOOL, AUDITOR, STRANGER = (
    named(name) for name in ("administrator", "school administrator", "auditor", "stranger")
)
HIGHEST = policy_document("ascertain.highest@1", cut="2", title="The best so far")


class Here:
    """Folds on the spot what a process of its own would; `between` is called after each block, with the shard."""

    def __init__(self, between: Callable[[int], Any] | None = None) -> None:
        self._trying: dict[int, Trying] = {}
        self._between, self._shard = between, -1

    async def ask(self, of: Begin | bytes | None, *, revision: int, brief: Any) -> PartResult | None:
        assert isinstance(brief, Trial)
        answer = self._trying.setdefault(revision, Trying(brief)).work(of)
        if isinstance(of, Begin):
            self._shard = of.shard
        if self._between is not None and isinstance(of, bytes):
            await self._between(self._shard)
        return answer

    async def close(self) -> None:
        """What is amid a part begins anew."""


@asynccontextmanager
async def a_district(pool: asyncpg.Pool, ledger: LedgerWriter, folder: Path) -> AsyncIterator[Mastery]:
    async with serving(pool, WrittenLedger(ledger), folder, lambda: ledger.now) as mastery:
        for person, role, scope in (
            (DISTRICT, "administrator", "district"),
            (SCHOOL, "administrator", f"school/{NORTH}"),
            (AUDITOR, "auditor", "district"),
        ):
            await pool.execute(
                "INSERT INTO access.grants (person, role, scope, owner) VALUES ($1, $2, $3, $1)", person, role, scope
            )
        yield mastery


async def asked(mastery: Mastery, person: str = DISTRICT, **body: Any) -> dict[str, Any]:
    answer = await mastery.send("POST", "/v1/what-ifs", person, {"policy": HIGHEST, "scope": "district"} | body)
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


async def worked(pool: asyncpg.Pool, **more: Any) -> None:
    work = WhatIfWork(pool, trier=more.pop("trier", Here), **more)
    try:
        while await work.step():
            pass
    finally:
        await work.close()


async def seen(mastery: Mastery, id_: str, person: str = DISTRICT) -> dict[str, Any]:
    answer = await mastery.get(f"/v1/what-ifs/{id_}", person)
    assert answer.status_code == 200, answer.text
    WhatIfDocument.model_validate(answer.json())
    return dict(answer.json())


async def learners(mastery: Mastery, id_: str, competency: str, person: str = DISTRICT) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        query = {"competency": competency, "limit": "2"} | ({} if cursor is None else {"cursor": cursor})
        answer = await mastery.get(f"/v1/what-ifs/{id_}/learners", person, **query)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        WhatIfLearnersDocument.model_validate(page)
        found += page["learners"]
        cursor = page["next"]
        if cursor is None:
            assert [each["learner"] for each in found] == sorted(each["learner"] for each in found)
            return found


def a_class(ledger: LedgerWriter, learners: int, school: str = NORTH) -> list[str]:
    """Learners who reach 3 of 4 in reading first and 1 then, and 3 in writing: in the mean of both no more mastered."""
    names = [named(f"{school} {number}") for number in range(learners)]
    for learner in names:
        ledger.enrol(learner, school)
        ledger.attempt(learner, result(READING, "3"), result(WRITING, "3"))
        ledger.attempt(learner, result(READING, "1"))
    return names


async def folded(pool: asyncpg.Pool, ledger: LedgerWriter) -> Applied:
    """All that was written, applied and refolded."""
    applied = Applied(pool, ledger)
    await applied.more()
    await applied.refold()
    return applied
