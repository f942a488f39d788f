"""The committed contract is the generated one, and nothing generated breaks who reads what was released."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.compatibility import breaks
from shared.contracts.events import EVENTS
from shared.contracts.published import ASYNCAPI, RELEASED, SCHEMAS, asyncapi, files, schemas

MEND = "run: python -m shared.contracts.published"
EVENT, STATE, DOCUMENT = "AttemptRecorded.1", "StateChanged.1", "ascertain.policy@1"

Schema = dict[str, Any]
Change = Callable[[Schema], object]


def released() -> dict[str, Schema]:
    return {file.stem: json.loads(file.read_text()) for file in RELEASED.glob("*.json")}


def test_the_committed_files_are_what_is_generated() -> None:
    generated = files()
    assert {*SCHEMAS.glob("*.json"), ASYNCAPI} == generated.keys(), MEND
    assert [file.name for file, text in generated.items() if file.read_text() != text] == [], MEND


def test_every_event_is_a_message_of_its_topic() -> None:
    channels = asyncapi()["channels"]
    for ledger in ("evidence", "definitions"):
        told = channels[f"{ledger.capitalize()}Ledger"]["messages"]
        assert set(told) == {event.name for event in EVENTS.values() if event.ledger == ledger}
    assert set(channels["MasteryState"]["messages"]) == {"StateChanged", "StateDropped"}


def test_nothing_breaks_who_reads_what_was_released() -> None:
    assert breaks(released(), schemas()) == []


def test_everything_is_released_once_it_is_published() -> None:
    """A new event joins what consumers rely on: `cp` its schema to `released/`, and never change it there."""
    assert released().keys() == schemas().keys()


def changed(name: str, change: Change) -> list[str]:
    """What is said where the released schema of that name changes so."""
    after = copy.deepcopy(released())
    change(after[name])
    return breaks(released(), after)


BREAKING: list[tuple[str, str, Change, str]] = [
    ("a member goes away", EVENT, lambda s: s["properties"].pop("task"), "/task: member removed"),
    ("a nested member goes away", EVENT, lambda s: s["$defs"]["Result"]["properties"].pop("earned"), "member removed"),
    ("one that was always there may be absent", EVENT, lambda s: s["required"].remove("learner"), "no longer required"),
    ("old entries would lack one", EVENT, lambda s: s["required"].append("task"), "/task: newly required"),
    ("another type", EVENT, lambda s: s["properties"]["learner"].update(type="integer"), "retyped: type"),
    ("another format", EVENT, lambda s: s["properties"]["learner"].pop("format"), "retyped: format"),
    ("a wider pattern", EVENT, lambda s: s["$defs"]["Result"]["properties"]["earned"].pop("pattern"), "pattern"),
    ("a value added", EVENT, lambda s: s["properties"]["purpose"]["enum"].append("exam"), "retyped: enum"),
    ("a value taken", EVENT, lambda s: s["properties"]["purpose"]["enum"].pop(), "retyped: enum"),
    ("a status added", STATE, lambda s: s["properties"]["status"]["enum"].append("gone"), "retyped: enum"),
    ("a bound moved", STATE, lambda s: s["properties"]["shard"].update(maximum=127), "retyped: maximum"),
    ("null where there was none", STATE, lambda s: s["properties"]["digest"].update(type=["string", "null"]), "type"),
    ("a richer document", DOCUMENT, lambda s: s["properties"].update(more={"type": "string"}), "takes none"),
]


@pytest.mark.parametrize(("name", "change", "words"), [pytest.param(*it[1:], id=it[0]) for it in BREAKING])
def test_a_change_that_breaks_a_consumer_is_caught(name: str, change: Change, words: str) -> None:
    (said,) = changed(name, change)
    assert said.startswith(name)
    assert words in said


def test_an_event_that_goes_away_is_caught() -> None:
    rest = {name: schema for name, schema in released().items() if name != EVENT}
    assert breaks(released(), rest) == [f"{EVENT}: removed, but entries of that schema are in the ledger for ever"]


@given(st.sampled_from(sorted(released())), st.data())
def test_whatever_else_happens_to_a_member_of_any_schema_is_caught(name: str, data: st.DataObject) -> None:
    """Every member of every released schema: taken away, or made something else."""
    members = released()[name]["properties"]
    member = data.draw(st.sampled_from(sorted(members)))
    other = data.draw(st.sampled_from([{"type": "boolean"}, {"const": "another"}, {}]))
    assert changed(name, lambda schema: schema["properties"].pop(member))
    assert changed(name, lambda schema: schema["properties"].update({member: other}))


@given(st.sampled_from([EVENT, STATE, "GradeReleased.1"]), st.text("abc_", min_size=8), st.text())
def test_what_harms_nobody_passes(name: str, member: str, words: str) -> None:
    def harmless(schema: Schema) -> None:
        schema["properties"][member] = {"type": "string"}
        schema["description"] = schema["title"] = words

    assert changed(name, harmless) == []
    assert breaks(released(), {**released(), "SomethingNew.1": {"type": "object"}}) == []
