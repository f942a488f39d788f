"""Audits of grades: equal where nothing was touched; else what differs, and from which position on."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from tests.support import oracle
from tests.support.audited import ADMINISTRATOR, AuditedDistrict
from tests.support.audited_story import SYMBOLS, Told
from tests.support.graded_story import ADA, BEN, CLEO, Grades
from tests.support.ledger_writer import named
from tests.support.tampering import Tampered, tampering

LEDGER, COPY = "ledger.stored_entry", "audit.entry"


@pytest.fixture
async def ledger(audited: AuditedDistrict) -> AsyncIterator[Tampered]:
    async with tampering(audited.evidence, LEDGER) as tampered:
        yield tampered


@pytest.fixture
async def copy(audited: AuditedDistrict) -> AsyncIterator[Tampered]:
    async with tampering(audited.audit, COPY) as tampered:
        yield tampered


def place(row: Any) -> dict[str, Any]:
    return {"ledger": row["ledger"], "shard": row["shard"], "position": row["position"]}


async def test_an_untouched_grade_is_equal_and_tells_what_each_piece_contributed(
    audited: AuditedDistrict, grades: Grades
) -> None:
    audit = await audited.audit_of(grades.released)
    assert (audit["state"], audit["found"], audit["differences"]) == ("equal", 0, [])
    assert [(word["spoken"], word["event"], word["version"]) for word in audit["grades"]] == [
        ("released", grades.released, 1),
        ("amended", grades.amended, 2),
        ("upheld", grades.upheld, 3),
    ]
    first, second, _ = audit["grades"]
    for word in (first, second):
        pins = [(pin["ledger"], pin["shard"], pin["position"]) for pin in word["pins"]]
        states = oracle.states(audited.writer.entries, audited.writer.documents, pins)
        for account in word["contributions"]:
            state = states[ADA, account["competency"]]
            assert (account["digest"], account["level"], account["value"]) == (state.digest, state.level, state.value)
            counted = [piece for piece in account["pieces"] if piece["counted"]]
            assert [(piece["event"], piece["value"]) for piece in counted] == state.counted
            assert [piece["value_after"] for piece in counted] == state.trajectory
            assert counted[-1]["level_after"] == state.level
    known = [{piece["event"] for piece in account["pieces"]} for account in first["contributions"]]
    assert not any(grades.later in events for events in known)
    assert any(grades.later in {piece["event"] for piece in one["pieces"]} for one in second["contributions"])


async def test_a_later_word_is_audited_for_itself(audited: AuditedDistrict, grades: Grades) -> None:
    for event, spoken in ((grades.amended, "amended"), (grades.upheld, "upheld")):
        audit = await audited.audit_of(event)
        assert [(word["spoken"], word["grade"], word["state"]) for word in audit["grades"]] == [
            (spoken, grades.released, "equal")
        ]


async def test_the_whole_district_is_equal(audited: AuditedDistrict, grades: Grades) -> None:
    audit = await audited.audit_of()
    assert (audit["state"], audit["differences"], audit["grades"]) == ("equal", [], [])
    [_, phase] = audit["phases"]
    assert (phase["name"], phase["done"], phase["unit"]) == ("grades", len(grades.words), "grades")


async def test_an_entry_edited_that_a_grade_rests_on_is_named(
    audited: AuditedDistrict, grades: Grades, ledger: Tampered
) -> None:
    row = await ledger.one("id = $2", grades.later)
    await ledger.edit(row, "occurred_at = occurred_at - 1")
    audit = await audited.audit_of(grades.released)
    states = {word["spoken"]: (word["state"], word["begins"]) for word in audit["grades"]}
    assert states == {
        "released": ("equal", []),
        "amended": ("different", [place(row)]),
        "upheld": ("different", [place(row)]),
    }
    assert all(place(row).items() <= found.items() for found in audit["differences"])
    assert (await audited.audit_of(grades.of_ben))["state"] == "equal"
    assert (await audited.verify())["state"] == "different"
    whole = await audited.audit_of()
    assert {word["event"] for word in whole["grades"]} == {grades.amended, grades.upheld}


@pytest.mark.parametrize("change", ["body = '\\xff'", "occurred_at = 9223372036854775807", "owner = gen_random_uuid()"])
async def test_what_the_ledger_cannot_even_tell_is_named(
    audited: AuditedDistrict, grades: Grades, ledger: Tampered, change: str
) -> None:
    before = f"position < (SELECT position FROM {ledger.table} WHERE id = $3)"  # a grade rests on all before it
    row = await ledger.one(f"owner = $2 AND {before}", BEN, grades.of_ben)
    await ledger.edit(row, change)
    audit = await audited.audit_of(grades.of_ben)
    assert (audit["state"], audit["grades"][0]["begins"]) == ("different", [place(row)])


async def test_an_entry_that_no_grade_rests_on_is_found_by_a_verification_alone(
    audited: AuditedDistrict, grades: Grades, ledger: Tampered
) -> None:
    row = await ledger.one("owner = $2", CLEO)
    await ledger.edit(row, "recorded_at = recorded_at + 1")
    assert (await audited.audit_of(grades.released))["state"] == "equal"
    assert (await audited.audit_of())["state"] == "equal"
    assert (await audited.verify())["state"] == "different"


async def test_a_role_is_no_definition_that_a_grade_rests_on(
    audited: AuditedDistrict, grades: Grades, ledger: Tampered
) -> None:
    row = await ledger.one("ledger = 'definitions' AND stream LIKE 'person/%'")
    await ledger.edit(row, "actor = gen_random_uuid()")
    assert (await audited.audit_of(grades.of_ben))["state"] == "equal"
    assert (await audited.verify())["state"] == "different"


async def test_a_policy_edited_concerns_every_grade_after_it(
    audited: AuditedDistrict, grades: Grades, ledger: Tampered
) -> None:
    row = await ledger.one("ledger = 'definitions' AND stream = 'policy/district'")
    await ledger.edit(row, "recorded_at = recorded_at + 1")
    audit = await audited.audit_of()
    assert (audit["state"], audit["different"]) == ("different", len(grades.words))
    assert {tuple(place.items()) for word in audit["grades"] for place in word["begins"]} == {tuple(place(row).items())}


async def test_the_grade_itself_edited_in_the_ledger(
    audited: AuditedDistrict, grades: Grades, ledger: Tampered
) -> None:
    row = await ledger.one("id = $2", grades.of_ben)
    await ledger.edit(row, """body = convert_to(replace(convert_from(body, 'UTF8'), '"at":', '"as":'), 'UTF8')""")
    audit = await audited.audit_of(grades.of_ben)
    assert (audit["state"], audit["grades"][0]["begins"]) == ("different", [place(row)])
    assert any(member["name"] == "body" for member in audit["differences"][0]["members"])


async def test_evidence_edited_alike_in_copy_and_ledger_is_told_by_the_fold(
    audited: AuditedDistrict, grades: Grades, ledger: Tampered, copy: Tampered
) -> None:
    """Both witnesses say the same; the grade still says what the evidence came to."""
    change = (
        "body = convert_to(regexp_replace(convert_from(body, 'UTF8'),"
        """ '"earned":"[0-9]"', '"earned":"0"', 'g'), 'UTF8')"""
    )
    condition = "owner = $2 AND convert_from(body, 'UTF8') LIKE '%symbols%'"
    for tampered, owner in ((ledger, BEN), (copy, BEN)):
        await tampered.edit(await tampered.one(condition, owner), change)
    audit = await audited.audit_of(grades.of_ben)
    [found] = audit["differences"]
    assert (found["kind"], found["competency"], found["event"]) == ("grade_differs", SYMBOLS, grades.of_ben)
    assert {member["name"] for member in found["members"]} >= {"state"}


async def test_who_may_see_the_learner_may_audit_her_grade(audited: AuditedDistrict, grades: Grades) -> None:
    assert (await audited.audit_of(grades.released, person=ADA))["state"] == "equal"
    for person, asked in (
        (BEN, {"grade": grades.released}),
        (named("a stranger"), {"grade": grades.released}),
        (ADA, {"scope": "district"}),
        (ADMINISTRATOR, {"grade": grades.later}),
        (ADMINISTRATOR, {"grade": str(uuid4())}),
    ):
        answer = await audited.http.post("/v1/audits", json=asked, headers=audited.headers(person))
        assert answer.status_code == 404, answer.text
    seen = await audited.audit_of(grades.released)
    assert (await audited.get(f"/v1/audits/{seen['id']}", ADA)).status_code == 200
    assert (await audited.get(f"/v1/audits/{seen['id']}", BEN)).status_code == 404
    assert (await audited.get(f"/v1/verifications/{seen['id']}")).status_code == 404


async def test_asked_again_under_the_same_id_it_is_the_same_audit(audited: AuditedDistrict, grades: Grades) -> None:
    id_ = str(uuid4())

    async def ask(grade: str) -> tuple[int, dict[str, Any]]:
        asked = {"id": id_, "grade": grade}
        answer = await audited.http.post("/v1/audits", json=asked, headers=audited.headers(ADMINISTRATOR))
        return answer.status_code, answer.json()

    assert (await ask(grades.released))[1]["id"] == id_
    assert (await audited.ended(id_, kind="audits"))["state"] == "equal"
    status, again = await ask(grades.released)
    assert (status, again["state"]) == (202, "equal")
    status, refused = await ask(grades.of_ben)
    assert (status, refused["type"]) == (422, "urn:ascertain:problem:mismatch")


@pytest.mark.parametrize(
    "asked", [{}, {"scope": "school"}, {"grade": "x"}, {"grade": str(uuid4()), "scope": "district"}]
)
async def test_a_request_that_makes_no_sense_is_refused(audited: AuditedDistrict, story: Told, asked: object) -> None:
    answer = await audited.http.post("/v1/audits", json=asked, headers=audited.headers(ADMINISTRATOR))
    assert answer.status_code == 422
