"""The bytes of a record on `mastery.state`, frozen as those of the ledgers are (see `test_golden_bytes`)."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from shared.contracts.states import StateChanged
from shared.ledger.canonical import canonical
from shared.ledger.decimals import scaled
from shared.ledger.identifiers import shard_of
from shared.ledger.instants import instant
from shared.ledger.state_records import StateChange, StateOutcome, state_headers, state_key, state_value

STATES = json.loads((Path(__file__).parent / "golden" / "states.json").read_text())

each_state = pytest.mark.parametrize("sample", STATES, ids=("whole", "bare", "dropped"))


@each_state
def test_records(sample: dict[str, Any]) -> None:
    change = change_of(sample)
    value = sample["value"]
    assert state_key(change.learner, change.competency) == sample["key"].encode()
    assert state_value(change) == (None if value is None else value.encode())
    assert state_headers(change) == [(name, text.encode()) for name, text in sample["headers"]]
    assert shard_of(change.tenant, change.learner) == change.shard


@pytest.mark.parametrize("sample", STATES[:2], ids=("whole", "bare"))
def test_a_value_keeps_its_contract_and_no_member_is_missing_or_more(sample: dict[str, Any]) -> None:
    value = json.loads(sample["value"])
    assert canonical(StateChanged.model_validate(value).model_dump()) == sample["value"].encode()
    assert value.keys() == StateChanged.model_fields.keys()
    for broken in ({**value, "rank": 1}, {**value, "value": "3.30"}, {**value, "seq": 0}, {**value, "status": "best"}):
        with pytest.raises(ValidationError):
            StateChanged.model_validate(broken)


def change_of(sample: dict[str, Any]) -> StateChange:
    about = sample["about"]
    places = {
        name: tuple((pin["ledger"], pin["shard"], pin["position"]) for pin in about[name]) for name in ("pins", "as_of")
    }
    said = {name: about[name] for name in ("status", "level", "policy", "method", "scope", "counted", "evidence")}
    value = None if about["value"] is None else scaled(about["value"])
    outcome = StateOutcome(**said, value=value, digest=about["digest"], pins=places["pins"])
    return StateChange(
        tenant=dict(sample["headers"])["ce_tenant"],
        shard=about["shard"],
        seq=about["seq"],
        learner=about["learner"],
        competency=about["competency"],
        changed_at=instant(about["changed_at"]),
        outcome=None if sample["value"] is None else outcome,
        as_of=places["as_of"],
    )
