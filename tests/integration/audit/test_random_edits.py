"""I7: edits drawn at random, as a superuser makes them, are each found and located; and nothing else is.

Of the ledger's entries and of all that mastery keeps of learners: any column, a row deleted, inserted, forged in place
of another, two swapped. The first edits cover every column there is; `--edits N` goes on with more. What a failure
prints, with the seed, is enough to do the same again: `--seed S`.

What of a state's row is derived (its counts, scope, policy, method, the digest itself) is told by mastery's door, and
compared with what the audit's copy comes to; `shard` shows in the pins, `contributions` by their digest. The rows
beside states are told as they are.
"""

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.support.asked_story import ask
from tests.support.audited import AuditedDistrict, positions
from tests.support.graded_story import Grades
from tests.support.random_edits import Edit, Editor, columns_of
from tests.support.tampering import tampering

LEDGER, STATES = "ledger.stored_entry", "mastery.state"
TOGETHER = 12
"""Edits a round: of the ledger each in a shard of its own, of mastery's tables each of a learner of her own."""

AUDITED = 5
"""Random edits after which all grades are audited."""

Round = Mapping[str, Editor]
"""An editor for each table."""

Make = Callable[[Round], Awaitable[Edit]]
Where = Callable[[Any], Any]


def entry_place(row: Any) -> tuple[str, int, int]:
    return row["ledger"], row["shard"], row["position"]


def state_of(row: Any) -> tuple[str, str]:
    return str(row["learner"]), str(row["competency"])


def row_of(phase: str, *names: str) -> Where:
    """Where a difference of this phase locates a row that these columns name, beside its learner."""
    return lambda row: (phase, str(row["learner"]), *(str(row[name]) for name in names))


BESIDE: Mapping[str, tuple[Where, str]] = {
    "mastery.learner": (row_of("learners"), "learner"),
    "mastery.forgotten": (row_of("learners"), "learner"),
    "mastery.grade": (row_of("grades", "grade"), "grade"),
    "mastery.graded": (row_of("grades", "grade", "competency"), "competency"),
    "mastery.review": (row_of("reviews", "review"), "review"),
    "mastery.redo": (row_of("redos", "redo"), "redo"),
    "mastery.feedback": (row_of("feedback", "piece"), "piece"),
}
"""What mastery keeps beside states: where each row is found, and the column that makes a further one of it."""

KEYS = {
    "mastery.learner": ("shard", "learner"),
    "mastery.grade": ("shard", "learner", "grade"),
    "mastery.review": ("shard", "learner", "review"),
    "mastery.redo": ("shard", "learner", "redo"),
}
"""What stays where it is when two rows are swapped."""


@pytest.fixture(scope="module")
async def asked(audited: AuditedDistrict, grades: Grades) -> None:
    await ask(audited, grades)


async def deck(audited: AuditedDistrict) -> list[Make]:
    """One of every sort of edit."""
    ends = {
        (row["ledger"], row["shard"]): row["position"]
        for row in await audited.evidence.fetch("SELECT ledger, shard, position FROM ledger.head")
    }
    of_entries = await columns_of(audited.evidence, LEDGER)
    return [
        *(_column(LEDGER, name) for name in of_entries),
        *[_column(table, name) for table in (STATES, *BESIDE) for name in await columns_of(audited.mastery, table)],
        *(_delete(table) for table in (LEDGER, STATES, *BESIDE)),
        lambda r: r[LEDGER].swap(("ledger", "shard", "position")),
        lambda r: r[LEDGER].forge([name for name in of_entries if name not in {"ledger", "shard", "position", "kind"}]),
        lambda r: r[LEDGER].insert(
            {
                "id": lambda _: r[LEDGER].random_id(),
                "position": lambda row: ends[row["ledger"], row["shard"]] + 1,
                "version": lambda row: row["version"] + 1000,
            }
        ),
        lambda r: r[STATES].swap(("shard", "learner", "competency")),
        lambda r: r[STATES].insert({"competency": lambda _: r[STATES].random_id()}),
        *(_swap(table, keys) for table, keys in KEYS.items()),
        *(_insert(table, key) for table, (_, key) in BESIDE.items()),
    ]


def _column(table: str, name: str) -> Make:
    return lambda r: r[table].column(name)


def _delete(table: str) -> Make:
    return lambda r: r[table].delete()


def _swap(table: str, keys: Sequence[str]) -> Make:
    return lambda r: r[table].swap(keys)


def _insert(table: str, key: str) -> Make:
    return lambda r: r[table].insert({key: lambda _: r[table].random_id()})


@pytest.mark.long
async def test_every_random_edit_is_found_where_it_is_and_nothing_else(
    audited: AuditedDistrict, asked: None, pytestconfig: pytest.Config
) -> None:
    seed = pytestconfig.getoption("--seed")
    chance = random.Random(seed)
    sorts = await deck(audited)
    wanted = pytestconfig.getoption("--edits") or len(sorts)
    left: list[Make] = []
    while wanted > 0:
        left = left or chance.sample(sorts, len(sorts))
        together, left = left[: min(TOGETHER, wanted)], left[min(TOGETHER, wanted) :]
        wanted -= len(together)
        await edited_and_found(audited, together, chance, f"--seed {seed}")
    assert (await audited.verify())["state"] == "equal"


async def edited_and_found(
    audited: AuditedDistrict, together: Sequence[Make], chance: random.Random, told: str
) -> None:
    """Make these edits, verify, and undo them."""
    async with AsyncExitStack() as opened:
        entries = await opened.enter_async_context(tampering(audited.evidence, LEDGER))
        made = {LEDGER: Editor(entries, chance, entry_place, lambda row: (row["ledger"], row["shard"]))}
        for table, where in ((STATES, state_of), *((table, where) for table, (where, _) in BESIDE.items())):
            rows = await opened.enter_async_context(tampering(audited.mastery, table))
            made[table] = Editor(rows, chance, where, lambda row: row["learner"])
        edits = [await make(made) for make in together]
        result = await audited.verify()
    told = "\n".join([told, *(edit.words for edit in edits)])
    assert result["state"] == "different", f"{result['state']} {result.get('reason')}\n{told}"
    found = {place for one in result["differences"] for place in places_of(one)}
    for edit in edits:
        assert edit.must <= found, f"not found: {edit.must - found}\n{told}"
    explained = {place for edit in edits for place in edit.must | edit.may}
    assert found <= explained, f"found, but nobody did it: {found - explained}\n{told}"


def places_of(difference: Mapping[str, Any]) -> set[Any]:
    """Where a difference is: in the ledger, in a state, or in a row beside states."""
    match difference["phase"]:
        case "ledger" | "topic":
            return set(positions([dict(difference)]))
        case "states":
            return {(difference["learner"], difference["competency"])}
        case "grades" if "competency" in difference:
            return {("grades", difference["learner"], difference["grade"], difference["competency"])}
        case "grades":
            return {("grades", difference["learner"], difference["grade"])}
        case "reviews" | "redos" | "feedback" as phase:
            return {(phase, difference["learner"], difference["event"])}
        case phase:
            return {(phase, difference["learner"])}


@pytest.mark.long
async def test_a_random_edit_concerns_exactly_the_grades_that_rest_on_it(
    audited: AuditedDistrict, grades: Grades, pytestconfig: pytest.Config
) -> None:
    """Any column of any entry: what an audit of all grades names is what rests on it, and from there on."""
    seed = pytestconfig.getoption("--seed")
    chance = random.Random(seed)
    names = [name for name in await columns_of(audited.evidence, LEDGER) if name not in {"ledger", "shard", "position"}]
    for _ in range(max(AUDITED, (pytestconfig.getoption("--edits") or 0) // 4)):
        async with tampering(audited.evidence, LEDGER) as entries:
            editor = Editor(entries, chance, entry_place, lambda row: (row["ledger"], row["shard"]))
            edit = await editor.column(chance.choice(names))
            audit = await audited.audit_of()
        told = f"--seed {seed}\n{edit.words}"
        [(ledger, shard, position)] = edit.must
        resting = {
            word.event
            for word in grades.words
            if word.rests_on(ledger, shard, position) and (ledger == "evidence" or position in grades.defining)
        }
        assert {word["event"] for word in audit["grades"]} == resting, told
        assert audit["state"] == ("different" if resting else "equal"), told
        begins = [{"ledger": ledger, "shard": shard, "position": position}]
        assert all(word["begins"] == begins for word in audit["grades"]), told
