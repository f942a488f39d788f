"""A learner's history: who, when in both times, under which policy, what voided it; page by page; for whom it is."""

from typing import Any

import pytest

from shared.ledger.instants import instant
from shared.runtime.ledger_table import COLUMNS, entry_of_row
from tests.support.audited import AuditedDistrict
from tests.support.audited_story import LEARNERS, SYMBOLS, THEME, THESIS, Told
from tests.support.ledger_writer import named, policy_document

ADA = LEARNERS[0]


async def test_a_history_is_told_in_order(audited: AuditedDistrict, story: Told) -> None:
    answer = await audited.get(f"/v1/learners/{ADA}/history")
    history = answer.json()
    entries = history["entries"]
    assert [entry["type"] for entry in entries] == [
        *("LearnerEnrolled", "AttemptRecorded", "AttemptRecorded", "EvidenceVoided", "AttemptRecorded"),
    ]
    assert [entry["id"] for entry in entries][1:] == [story.first, story.voided, story.voiding, story.twice_ruled]
    assert [entry.get("voided_by") for entry in entries] == [None, None, story.voiding, None, None]
    places = [entry["position"]["position"] for entry in entries]
    assert places == sorted(places)
    assert all(instant(entry["occurred_at"]) <= instant(entry["recorded_at"]) for entry in entries)
    assert (history["learner"], history["next"]) == (ADA, None)
    assert answer.headers["Ascertain-Position"].startswith("definitions:0:")


async def test_each_piece_names_the_policies_of_its_moment(audited: AuditedDistrict, story: Told) -> None:
    """The school's own policy was adopted before the last attempt, and after the others."""
    entries = {entry["id"]: entry for entry in (await audited.get(f"/v1/learners/{ADA}/history")).json()["entries"]}
    district = audited.writer.keep(policy_document("ascertain.latest@1"))
    school = audited.writer.keep(policy_document("ascertain.decaying_average@1", weight="0.65"))
    assert entries[story.voided]["policies"] == [
        {"competency": THEME, "policy": district},
        {"competency": SYMBOLS, "policy": district},
    ]
    assert entries[story.voided]["policy"] == district
    assert entries[story.twice_ruled]["policies"] == [
        {"competency": THEME, "policy": school},
        {"competency": THESIS, "policy": school},
    ]
    assert "policies" not in entries[story.voiding]


async def test_the_leaf_and_body_are_the_ledgers(audited: AuditedDistrict, story: Told) -> None:
    entries = (await audited.get(f"/v1/learners/{ADA}/history")).json()["entries"]
    first = next(entry for entry in entries if entry["id"] == story.first)
    [row] = await audited.evidence.fetch(f"SELECT {COLUMNS} FROM ledger.entry WHERE id = $1::text::uuid", story.first)
    stored = entry_of_row(row)
    assert (first["leaf"], first["actor"]) == (stored.leaf().hex(), stored.actor)
    assert first["body"]["results"] == [{"competency": THEME, "earned": "3", "possible": "4"}]


async def test_pages_make_the_whole(audited: AuditedDistrict, story: Told) -> None:
    whole = (await audited.get(f"/v1/learners/{ADA}/history")).json()["entries"]
    paged: list[dict[str, object]] = []
    after: int | None = 0
    while after is not None:
        page = (await audited.get(f"/v1/learners/{ADA}/history", after=after, limit=2)).json()
        paged += page["entries"]
        after = page["next"]
    assert paged == whole


async def test_it_is_shown_to_whom_it_is(audited: AuditedDistrict, story: Told) -> None:
    path = f"/v1/learners/{ADA}/history"
    assert (await audited.get(path, person=ADA)).status_code == 200
    for stranger in (LEARNERS[1], named("a stranger")):
        answer = await audited.get(path, person=stranger)
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:ascertain:problem:not-found")
    nobody = await audited.http.get(path)
    assert nobody.status_code == 401


@pytest.mark.parametrize(
    ("query", "field"), [({"at_least": "soon"}, "/at_least"), ({"limit": 0}, "/query/limit"), ({"after": -1}, None)]
)
async def test_a_question_that_makes_no_sense_is_refused(
    audited: AuditedDistrict, story: Told, query: dict[str, Any], field: str | None
) -> None:
    answer = await audited.get(f"/v1/learners/{ADA}/history", **query)
    assert answer.status_code == 422
    assert field is None or answer.json()["field"] == field


async def test_a_reader_may_wait_for_what_was_just_recorded(audited: AuditedDistrict, story: Told) -> None:
    position = (await audited.get(f"/v1/learners/{ADA}/history")).headers["Ascertain-Position"]
    answer = await audited.get(f"/v1/learners/{ADA}/history", at_least=position)
    assert answer.status_code == 200
    assert answer.headers["Ascertain-Position"] == position
