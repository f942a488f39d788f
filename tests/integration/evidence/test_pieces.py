"""Observations, reflections and attestations: what is recorded, what is refused and why, and what becomes of texts."""

from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.documents import document_digest
from tests.integration.evidence.conftest import People
from tests.support.evidence import SYMBOLS, THEME, Running, attempt, rubric
from tests.support.pieces import BY_RUBRIC, RESULT, attested, observed, reflected, scored, started

UNKNOWN = "00000000-0000-4000-8000-000000000000"
SAID = [(scored, "feedback"), (observed, "note"), (reflected, "text"), (attested, "note")]


async def texts(evidence: Running) -> set[tuple[str, str, str]]:
    """Owner, event and field of everything that the vault holds."""
    rows = await evidence.owner.fetch("SELECT owner::text, event::text, field FROM vault.text")
    return {tuple(row) for row in rows}


@pytest.mark.parametrize("make", [observed, reflected, attested])
async def test_every_kind_is_recorded_once_and_read_as_it_was(people: People, make: Any) -> None:
    item = make(people.amara)
    first = await people.teacher.post("/v1/evidence", item)
    again = await people.teacher.post("/v1/evidence", item)
    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert first.json()["type"] == item["type"]
    read = (await people.teacher.get(f"/v1/evidence/{item['id']}")).json()
    assert (read["type"], read["learner"], read["state"]) == (item["type"], people.amara, "open")
    assert read["body"] == item["body"]


@pytest.mark.parametrize(("make", "name"), SAID)
async def test_a_text_is_kept_apart_and_a_retry_is_the_same_request(
    evidence: Running, people: People, make: Any, name: str
) -> None:
    item = make(people.amara, texts={name: "Quoted the text, and then herself."})
    first = await people.teacher.post("/v1/evidence", item)
    again = await people.teacher.post("/v1/evidence", item)
    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert again.json() == {**first.json(), "status": 200, "outcome": "repeated"}
    read = (await people.teacher.get(f"/v1/evidence/{item['id']}")).json()
    assert len(read["body"][f"{name}_ref"]) == 64
    assert "Quoted" not in str(read)
    assert (people.amara, item["id"], f"{name}_ref") in await texts(evidence)
    for other in ({name: "Another text."}, None):
        answer = await people.teacher.post("/v1/evidence", {**item, "texts": other})
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:ascertain:problem:mismatch")


async def test_equal_texts_do_not_show(people: People) -> None:
    items = [observed(learner, texts={"note": "Well done."}) for learner in (people.amara, people.amara, people.bao)]
    assert (await people.teacher.post("/v1/evidence", items)).status_code == 201
    refs = {(await people.teacher.get(f"/v1/evidence/{item['id']}")).json()["body"]["note_ref"] for item in items}
    assert len(refs) == 3


async def test_what_is_refused_keeps_no_text(evidence: Running, people: People) -> None:
    before = await evidence.count()
    kept = await texts(evidence)
    wrong = [{**RESULT, "competency": UNKNOWN}]
    good = observed(people.amara, texts={"note": "Stands."})
    answer = await people.teacher.post(
        "/v1/evidence",
        [
            observed(people.amara, results=wrong, texts={"note": "Falls."}),
            good,
            observed(UNKNOWN, texts={"note": "Falls too."}),
        ],
    )
    assert [one["status"] for one in answer.json()] == [422, 201, 404]
    assert await evidence.count() == before + 1
    assert await texts(evidence) - kept == {(people.amara, good["id"], "note_ref")}


REFUSED: list[tuple[str, tuple[Any, dict[str, Any]], str]] = [
    ("unknown competency", (observed, {"results": [{**RESULT, "competency": UNKNOWN}]}), "/body/results/0/competency"),
    ("unknown rubric", (observed, {"rubric": "0" * 64, "results": [BY_RUBRIC]}), "/body/rubric"),
    ("no criterion", (observed, {"rubric": "0" * 64}), "/body"),
    ("no work", (observed, {"work": UNKNOWN}), "/body/work"),
    ("a redo of nothing", (observed, {"redo_of": UNKNOWN}), "/body/redo_of"),
    ("a reference", (observed, {"note_ref": "a" * 64}), "/body/note_ref"),
    ("a reference to feedback", (scored, {"feedback_ref": "a" * 64}), "/body/feedback_ref"),
    ("a rating of nothing known", (reflected, {"ratings": [{**RESULT, "competency": UNKNOWN}]}),
     "/body/ratings/0/competency"),
    ("silence", (reflected, {"ratings": []}), "/texts/text"),
    ("a reflection on nothing", (reflected, {"evidence": UNKNOWN}), "/body/evidence"),
    ("a reflection's reference", (reflected, {"text_ref": "a" * 64}), "/body/text_ref"),
    ("a rating above possible", (reflected, {"ratings": [{**RESULT, "earned": "5"}]}), "/body/ratings/0/earned"),
    ("no basis", (attested, {"basis": "Another school!"}), "/body/basis"),
    ("an attestation of nothing known", (attested, {"results": [{**RESULT, "competency": UNKNOWN}]}),
     "/body/results/0/competency"),
    ("an attempt with a text", (attempt, {"note": "So."}), "/body/note"),
    ("a text of another kind", (observed, {"texts": {"feedback": "So."}}), "/texts/note"),
    ("an empty text", (observed, {"texts": {"note": ""}}), "/texts/note"),
    ("a blank text", (observed, {"texts": {"note": " \n "}}), "/texts/note"),
    ("a long text", (observed, {"texts": {"note": "x" * 20_001}}), "/texts/note"),
    ("a control character", (observed, {"texts": {"note": "So\u0007."}}), "/texts/note"),
    ("no text at all", (observed, {"texts": {"note": 7}}), "/texts/note"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "item", "field"), REFUSED, ids=[what for what, _, _ in REFUSED])
async def test_a_refusal_names_the_field(
    evidence: Running, people: People, what: str, item: tuple[Any, dict[str, Any]], field: str
) -> None:
    make, more = item
    before = await evidence.count()
    kept = await texts(evidence)
    answer = await people.teacher.post("/v1/evidence", make(people.amara, **more))
    assert answer.status_code == 422, answer.text
    assert answer.json()["field"] == field, answer.json()
    assert (await evidence.count(), await texts(evidence)) == (before, kept)


async def test_a_text_is_as_long_as_it_may_be(people: People) -> None:
    item = observed(people.amara, texts={"note": "ü" * 19_998 + "\n\t"})
    assert (await people.teacher.post("/v1/evidence", item)).status_code == 201


async def test_an_attempt_has_no_texts(people: People) -> None:
    answer = await people.teacher.post("/v1/evidence", {**attempt(people.amara), "texts": {"note": "So."}})
    assert (answer.status_code, answer.json()["field"]) == (422, "/texts")


async def test_an_observation_is_judged_by_its_rubric(people: People) -> None:
    by = {"rubric": document_digest(rubric())}
    assert (await people.teacher.post("/v1/evidence", observed(people.amara, **by, results=[BY_RUBRIC]))).is_success
    for wrong, field in (({"earned": "3.5"}, "earned"), ({"competency": SYMBOLS}, "competency")):
        answer = await people.teacher.post(
            "/v1/evidence", observed(people.amara, **by, results=[{**BY_RUBRIC, **wrong}])
        )
        assert (answer.status_code, answer.json()["field"]) == (422, f"/body/results/0/{field}")


async def test_a_learner_reflects_on_her_own_work_and_on_nobody_elses(evidence: Running, people: People) -> None:
    hers, his = attempt(people.amara), attempt(people.bao)
    assert (await people.teacher.post("/v1/evidence", [hers, his])).status_code == 201
    amara = evidence.person(people.amara)
    own = reflected(people.amara, evidence=hers["id"], ratings=[], texts={"text": "I would begin earlier."})
    assert (await amara.post("/v1/evidence", own)).status_code == 201
    assert (await amara.get(f"/v1/evidence/{own['id']}")).json()["actor"] == people.amara
    before = await evidence.count()
    of_him = await amara.post("/v1/evidence", reflected(people.bao))
    assert (of_him.status_code, of_him.json()["field"]) == (404, "/body/learner")
    on_his = await amara.post("/v1/evidence", reflected(people.amara, evidence=his["id"]))
    assert (on_his.status_code, on_his.json()["field"]) == (422, "/body/evidence")
    for make in (attempt, observed, attested):
        assert (await amara.post("/v1/evidence", make(people.amara))).status_code == 404
    assert (await people.stranger.post("/v1/evidence", reflected(people.stranger.id))).status_code == 404
    assert await evidence.count() == before


async def test_a_reflection_on_an_item_of_the_same_request_stands_with_it(people: People) -> None:
    tried = attempt(people.amara)
    answer = await people.teacher.post("/v1/evidence", [tried, reflected(people.amara, evidence=tried["id"])])
    assert answer.status_code == 201, answer.text
    refused = attempt(people.amara, results=[{"competency": UNKNOWN, "earned": "1", "possible": "1"}])
    answer = await people.teacher.post("/v1/evidence", [refused, reflected(people.amara, evidence=refused["id"])])
    assert [one["status"] for one in answer.json()] == [422, 422]


async def test_evidence_names_a_work_that_is_the_learners(people: People) -> None:
    work = await started(people.teacher, people.amara)
    for make in (attempt, scored, observed, reflected):
        assert (await people.teacher.post("/v1/evidence", make(people.amara, work=work))).status_code == 201
        for wrong in (make(people.bao, work=work), make(people.amara, work=str(uuid4()))):
            answer = await people.teacher.post("/v1/evidence", wrong)
            assert (answer.status_code, answer.json()["field"]) == (422, "/body/work")
    piece = attempt(people.amara)
    assert (await people.teacher.post("/v1/evidence", piece)).status_code == 201
    assert (await people.teacher.post("/v1/evidence", attempt(people.amara, work=piece["id"]))).status_code == 422


async def test_all_kinds_stand_in_one_request(people: People) -> None:
    items = [make(people.amara, texts={name: "Said."}) for make, name in SAID]
    answer = await people.teacher.post("/v1/evidence", [*items, attempt(people.bao), observed(people.bao)])
    assert answer.status_code == 201, answer.text
    assert [one["type"] for one in answer.json()[:4]] == [item["type"] for item in items]


async def test_a_kind_that_there_is_not_is_told_which_there_are(people: People) -> None:
    item = {**attempt(people.amara), "type": "EvidenceSuperseded"}
    answer = await people.teacher.post("/v1/evidence", item)
    assert (answer.status_code, answer.json()["field"]) == (422, "/type")
    for name in ("AttemptRecorded", "ObservationRecorded", "PriorMasteryAttested"):
        assert name in answer.json()["detail"]


async def test_a_result_of_another_competency_is_told_by_its_place_in_each_kind(people: People) -> None:
    results = [{"competency": THEME, "earned": 3.5, "possible": "4"}]
    for make in (attempt, observed, attested):
        answer = await people.teacher.post("/v1/evidence", make(people.amara, results=results))
        assert (answer.status_code, answer.json()["field"]) == (422, "/body/results/0/earned")
