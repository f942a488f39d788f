"""I7: edits drawn at random, as a superuser makes them, are each found and located; and nothing else is.

Of the ledger's entries and of mastery's states: any column, a row deleted, inserted, forged in place of another, two
swapped. The first edits cover every column there is; `--edits N` goes on with more. What a failure prints, with the
seed, is enough to do the same again: `--seed S`.

What of a state's row is derived (its counts, scope, policy, method, the digest itself) is told by mastery's door, and
compared with what the audit's copy comes to; `shard` shows in the pins, `contributions` by their digest.
"""

import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from tests.support.audited import AuditedDistrict, positions
from tests.support.graded_story import Grades
from tests.support.random_edits import Edit, Editor, columns_of
from tests.support.tampering import tampering

LEDGER, STATES = "ledger.stored_entry", "mastery.state"
TOGETHER = 8
"""Edits a round: of the ledger each in a shard of its own, of the states each of a learner of her own."""

AUDITED = 5
"""Random edits after which all grades are audited."""

Make = Callable[["Round"], Awaitable[Edit]]


class Round:
    """One district in hand, with an editor for each of the two tables."""

    def __init__(self, ledger: Editor, states: Editor) -> None:
        self.ledger, self.states = ledger, states


def entry_place(row: Any) -> tuple[str, int, int]:
    return row["ledger"], row["shard"], row["position"]


def state_of(row: Any) -> tuple[str, str]:
    return str(row["learner"]), str(row["competency"])


async def deck(audited: AuditedDistrict) -> list[Make]:
    """One of every sort of edit."""
    ends = {
        (row["ledger"], row["shard"]): row["position"]
        for row in await audited.evidence.fetch("SELECT ledger, shard, position FROM ledger.head")
    }
    of_entries = await columns_of(audited.evidence, LEDGER)
    of_states = await columns_of(audited.mastery, STATES)
    return [
        *(lambda r, name=name: r.ledger.column(name) for name in of_entries),
        *(lambda r, name=name: r.states.column(name) for name in of_states),
        lambda r: r.ledger.delete(),
        lambda r: r.ledger.swap(("ledger", "shard", "position")),
        lambda r: r.ledger.forge([name for name in of_entries if name not in {"ledger", "shard", "position", "kind"}]),
        lambda r: r.ledger.insert(
            {
                "id": lambda _: r.ledger.random_id(),
                "position": lambda row: ends[row["ledger"], row["shard"]] + 1,
                "version": lambda row: row["version"] + 1000,
            }
        ),
        lambda r: r.states.delete(),
        lambda r: r.states.swap(("shard", "learner", "competency")),
        lambda r: r.states.insert({"competency": lambda _: r.states.random_id()}),
    ]


async def test_every_random_edit_is_found_where_it_is_and_nothing_else(
    audited: AuditedDistrict, grades: Grades, pytestconfig: pytest.Config
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
    async with tampering(audited.evidence, LEDGER) as entries, tampering(audited.mastery, STATES) as states:
        made = Round(
            Editor(entries, chance, entry_place, lambda row: (row["ledger"], row["shard"])),
            Editor(states, chance, state_of, lambda row: row["learner"]),
        )
        edits = [await make(made) for make in together]
        result = await audited.verify()
    told = "\n".join([told, *(edit.words for edit in edits)])
    assert result["state"] == "different", f"{result['state']} {result.get('reason')}\n{told}"
    of_states = [one for one in result["differences"] if one["phase"] == "states"]
    found: set[Any] = positions([one for one in result["differences"] if one["phase"] != "states"])
    found |= {(one["learner"], one["competency"]) for one in of_states}
    for edit in edits:
        assert edit.must <= found, f"not found: {edit.must - found}\n{told}"
    explained = {place for edit in edits for place in edit.must | edit.may}
    assert found <= explained, f"found, but nobody did it: {found - explained}\n{told}"


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
