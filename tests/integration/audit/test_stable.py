"""I6: one grade, whoever folds it: the release, mastery's states, and the audit, in any process, come to the same."""

from typing import Any

import orjson
import pytest

from services.audit.domain.auditing import Audited
from services.audit.domain.defining import documents_named
from services.audit.domain.verdicts import judged
from services.audit.ports import GradeTask
from services.audit.postgres.copy import CopyReader
from services.audit.postgres.documents import CheckedDocuments
from services.audit.processes import RefoldingProcess
from shared.ledger.canonical import canonical
from shared.ledger.identifiers import shard_of
from shared.runtime.database import connect
from tests.support.audited import AuditedDistrict
from tests.support.audited_story import SYMBOLS, THEME
from tests.support.graded_story import ADA, Grades
from tests.support.ledger_writer import TENANT
from tests.support.waiting import until

SEEDS = ("0", "1", "4242")


async def refuse(address: str) -> bytes:
    raise AssertionError(f"The copy lacks the document {address}.")


async def told_under(audited: AuditedDistrict, grades: Grades, seed: str, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """What a process of its own, with this seed for the order of its sets, says of Ada's grade: canonical bytes."""
    monkeypatch.setenv("PYTHONHASHSEED", seed)
    refolder = RefoldingProcess()
    async with await connect(audited.settings.database, size=2, name="test") as pool:
        copy, documents = CopyReader(pool), CheckedDocuments(pool, refuse)
        entries = await copy.definitions()
        try:
            await refolder.use(entries, await documents.contents(documents_named(entries)))
            task = GradeTask(ADA, shard_of(TENANT, ADA), await copy.of_owner("evidence", ADA), grades.released)
            [words] = await refolder.audit([task])
        finally:
            await refolder.close()
    return canonical([_plain(word) for word in words])


def _plain(word: Audited) -> Any:
    return orjson.loads(orjson.dumps([judged(word, []).verdict, word.differences]))


async def test_processes_with_different_hash_seeds_say_the_same_bytes(
    audited: AuditedDistrict, grades: Grades, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = [await told_under(audited, grades, seed, monkeypatch) for seed in SEEDS]
    assert len(set(told)) == 1
    assert b'"value_after"' in told[0]


async def test_an_audit_asked_for_twice_says_the_same_bytes(audited: AuditedDistrict, grades: Grades) -> None:
    reports = []
    for _ in range(2):
        report = await audited.audit_of(grades.released)
        reports.append(canonical({name: report[name] for name in report.keys() - {"id", "began_at", "ended_at"}}))
    assert reports[0] == reports[1]


async def test_live_state_release_and_audit_agree_at_the_same_pins(audited: AuditedDistrict, grades: Grades) -> None:
    """The newest word was said of what mastery shows now: three services, one digest each competency."""
    audit = await audited.audit_of(grades.amended)
    [word] = audit["grades"]
    folded = {account["competency"]: account["digest"] for account in word["contributions"]}
    [raw] = [raw for raw in audited.writer.entries if raw["envelope"]["id"] == grades.amended]
    assert folded == {level["competency"]: level["state"] for level in raw["body"]["levels"]}
    assert folded.keys() == {THEME, SYMBOLS}

    async def shown() -> bool:
        rows = await audited.mastery.fetch(
            "SELECT competency::text, digest FROM mastery.state WHERE learner = $1::text::uuid", ADA
        )
        return folded.items() <= {row["competency"]: row["digest"] for row in rows}.items()

    await until(shown, "mastery shows what the newest word was said of")
