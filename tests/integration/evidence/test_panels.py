"""A panel: appointed, scoring without seeing one another, concluding once; and what it is refused."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.documents import document_digest
from shared.runtime.disclosing import HEADER, disclosed
from tests.integration.evidence.conftest import People
from tests.support.evidence import Client, Running, applied, rubric
from tests.support.pieces import started

WHEN = "2026-11-20T18:30:00.000Z"
HIGH, LOW = {"thesis": "4", "symbols": "3"}, {"thesis": "2", "symbols": "3"}


@dataclass(frozen=True, slots=True)
class Shown:
    """An exhibition of one work of two learners, whoever holds it, and two panelists without an account."""

    exhibition: str
    work: str
    teacher: Client
    librarian: Client
    employer: Client

    def path(self, ending: str = "panel") -> str:
        return f"/v1/exhibitions/{self.exhibition}/works/{self.work}/{ending}"

    async def score(self, panelist: Client, levels: dict[str, str], **more: Any) -> Any:
        return await panelist.post(self.path("panel-scores"), {"id": str(uuid4()), "levels": levels, **more})

    async def conclude(self, *scores: str, **more: Any) -> Any:
        agreed = {"id": str(uuid4()), "scores": scores, "levels": HIGH, "occurred_at": WHEN, **more}
        return await self.teacher.post(self.path(), agreed)

    async def panel(self, reader: Client | None = None) -> Any:
        return await (reader or self.teacher).get(f"/v1/exhibitions/{self.exhibition}/panel")


async def appointed(evidence: Running, teacher: Client, exhibition: str, **more: Any) -> Client:
    body = {"id": str(uuid4()), "role": "community", "name": {"given": "Ada", "family": "Reader"}, **more}
    answer = await teacher.post(f"/v1/exhibitions/{exhibition}/panelists", body)
    assert answer.status_code == 201, answer.text
    again = await teacher.post(f"/v1/exhibitions/{exhibition}/panelists", body)
    assert (again.status_code, again.json()["panelist"]) == (200, answer.json()["panelist"])
    return evidence.person(answer.json()["panelist"])


@pytest.fixture
async def shown(evidence: Running, people: People) -> Shown:
    work = await started(people.teacher, people.amara, people.bao)
    exhibition = str(uuid4())
    plan = {
        "id": exhibition, "school": evidence.id("org", "school"), "works": [work],
        "panel": {"rubric": document_digest(rubric())},
    }  # fmt: skip
    answer = await people.teacher.post("/v1/exhibitions", plan)
    assert answer.status_code == 201, answer.text
    panelists = [await appointed(evidence, people.teacher, exhibition) for _ in range(2)]
    return Shown(exhibition, work, people.teacher, *panelists)


async def test_a_panel_scores_apart_and_concludes_together(people: People, shown: Shown) -> None:
    first = await shown.score(shown.librarian, LOW)
    second = await shown.score(shown.employer, HIGH, note="Would hire her.")
    assert (first.status_code, second.status_code) == (201, 201), first.text + second.text
    told = await shown.panel(shown.librarian)
    mine, makers = told.json(), {(people.amara, "panel"), (people.bao, "panel")}
    assert set(disclosed(one.encode() for one in told.headers.get_list(HEADER))) == makers
    [work] = mine["works"]
    assert [score["panelist"] for score in work["scores"]] == [shown.librarian.id]
    assert "agreement" not in mine
    seen = (await shown.panel()).json()
    [work] = seen["works"]
    assert {score["panelist"] for score in work["scores"]} == {shown.librarian.id, shown.employer.id}
    assert work["differences"] == [{"criterion": "thesis", "lowest": "2", "highest": "4", "levels": 2}]
    assert (seen["agreement"]["n"], seen["agreement"]["exact"], seen["agreement"]["adjacent"]) == (2, 1, 1)
    ids = [score["score"] for score in work["scores"]]
    silent = await shown.conclude(*ids)
    assert (silent.status_code, silent.json()["field"]) == (422, "/resolution")
    answer = await shown.conclude(*ids, resolution="Read the middle again together: it carries the thesis.")
    assert answer.status_code == 201, answer.text
    assert [one["learner"] for one in answer.json()["receipts"]] == [people.amara, people.bao]
    for one in answer.json()["receipts"]:
        piece = (await people.teacher.get(f"/v1/evidence/{one['id']}")).json()
        assert (piece["type"], piece["occurred_at"], piece["body"]["work"]) == ("RubricScored", WHEN, shown.work)
    [work] = (await shown.panel(shown.librarian)).json()["works"]
    assert (len(work["scores"]), work["conclusion"]["levels"]) == (1, HIGH)
    late = await shown.score(shown.librarian, HIGH)
    again = await shown.conclude(*ids, resolution="Once more.")
    assert (late.status_code, again.status_code) == (409, 409)


async def test_a_panel_that_gave_nothing_yet_tells_of_no_learner(shown: Shown) -> None:
    assert HEADER not in (await shown.panel()).headers


async def test_the_same_conclusion_sent_again_is_the_same(evidence: Running, shown: Shown) -> None:
    score = (await shown.score(shown.librarian, HIGH)).json()["id"]
    body = {"id": str(uuid4()), "scores": [score], "levels": HIGH, "occurred_at": WHEN}
    first, again = [await shown.teacher.post(shown.path(), body) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200), again.text
    count = await evidence.count()
    assert [one["id"] for one in first.json()["receipts"]] == [one["id"] for one in again.json()["receipts"]]
    assert await evidence.count() == count


async def test_a_later_score_takes_the_place_of_an_earlier_and_must_have_been_seen(shown: Shown) -> None:
    old = (await shown.score(shown.librarian, LOW)).json()["id"]
    new = (await shown.score(shown.librarian, HIGH)).json()["id"]
    stale = await shown.conclude(old)
    assert (stale.status_code, stale.json()["field"], new in stale.json()["detail"]) == (409, "/scores", True)
    assert (await shown.conclude(new)).status_code == 201


async def test_of_a_calibration_nothing_is_concluded(shown: Shown) -> None:
    for panelist, levels in ((shown.librarian, LOW), (shown.employer, HIGH)):
        assert (await shown.score(panelist, levels, calibration=True)).status_code == 201
    panel = (await shown.panel()).json()
    assert (panel["agreement"]["n"], panel["calibration"]["n"]) == (0, 2)
    ids = [score["score"] for score in panel["works"][0]["scores"]]
    assert (await shown.conclude(*ids, resolution="So.")).status_code == 409


async def test_a_calibration_after_a_score_takes_nothing_away(shown: Shown) -> None:
    score = (await shown.score(shown.librarian, HIGH)).json()["id"]
    assert (await shown.score(shown.librarian, LOW, calibration=True)).status_code == 201
    [work] = (await shown.panel(shown.librarian)).json()["works"]
    assert [one["calibration"] for one in work["scores"]] == [False, True]
    concluded = await shown.conclude(score)
    assert concluded.status_code == 201, concluded.text


async def test_who_leads_a_panel_and_sits_on_it_scores_before_she_sees_the_others(people: People, shown: Shown) -> None:
    path = f"/v1/exhibitions/{shown.exhibition}/panelists"
    seat = {"role": "teacher", "panelist": shown.teacher.id}
    assert (await shown.teacher.post(path, {"id": str(uuid4()), **seat})).status_code == 201
    theirs = (await shown.score(shown.librarian, LOW)).json()["id"]
    assert (await shown.score(shown.teacher, HIGH, calibration=True)).status_code == 201
    gone = f"{path}/{shown.teacher.id}/dismiss"
    assert (await shown.teacher.post(gone, {"id": str(uuid4())})).status_code == 409
    for dismissed in (False, True):
        if dismissed:
            assert (await people.administrator.post(gone, {"id": str(uuid4())})).status_code == 201
        [work] = (await shown.panel()).json()["works"]
        assert ([one["calibration"] for one in work["scores"]], work["hidden"]) == ([True], 1)
        answer = await shown.conclude(str(uuid4()))
        assert (answer.status_code, theirs in answer.text, "score the work first" in answer.text) == (409, False, True)
    assert (await shown.teacher.post(path, {"id": str(uuid4()), **seat})).status_code == 201
    mine = (await shown.score(shown.teacher, HIGH)).json()["id"]
    [work] = (await shown.panel()).json()["works"]
    assert ({one["score"] for one in work["scores"]} >= {mine, theirs}, work["hidden"]) == (True, 0)
    assert (await shown.conclude(mine, theirs, resolution="We read it again.")).status_code == 201


async def test_who_is_dismissed_or_whose_time_is_over_scores_no_longer(
    evidence: Running, people: People, shown: Shown
) -> None:
    path = f"/v1/exhibitions/{shown.exhibition}/panelists/{shown.librarian.id}/dismiss"
    assert (await shown.teacher.post(path, {"id": str(uuid4())})).status_code == 201
    assert (await shown.score(shown.librarian, HIGH)).status_code == 404
    assert (await shown.panel(shown.librarian)).status_code == 404
    over = {"id": str(uuid4()), "role": "work", "panelist": str(uuid4()), "ends_at": "2026-01-01T00:00:00.000Z"}
    answer = await shown.teacher.post(f"/v1/exhibitions/{shown.exhibition}/panelists", over)
    assert (answer.status_code, answer.json()["field"]) == (422, "/ends_at")
    for stranger in (people.stranger, people.other_teacher, evidence.person(people.amara)):
        assert (await shown.score(stranger, HIGH)).status_code == 404
        assert (await shown.panel(stranger)).status_code == 404


@pytest.mark.parametrize(
    ("levels", "field"),
    [
        ({"thesis": "4"}, "/levels"),
        ({**HIGH, "style": "1"}, "/levels"),
        ({**HIGH, "thesis": "2.5"}, "/levels/thesis"),
        ({**HIGH, "symbols": "9"}, "/levels/symbols"),
    ],
)
async def test_what_fits_no_rubric_is_refused(shown: Shown, levels: dict[str, str], field: str) -> None:
    answer = await shown.score(shown.librarian, levels)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_nobody_sits_on_a_panel_that_was_not_planned(evidence: Running, people: People) -> None:
    plan = {"id": str(uuid4()), "school": evidence.id("org", "school"),
            "works": [await started(people.teacher, people.amara)]}  # fmt: skip
    assert (await people.teacher.post("/v1/exhibitions", plan)).status_code == 201
    body = {"id": str(uuid4()), "role": "work", "panelist": str(uuid4())}
    answer = await people.teacher.post(f"/v1/exhibitions/{plan['id']}/panelists", body)
    assert answer.status_code == 409
    assert (await people.teacher.get(f"/v1/exhibitions/{plan['id']}/panel")).status_code == 409
    both = {**body, "name": {"given": "Ada", "family": "Reader"}}
    assert (await people.teacher.post(f"/v1/exhibitions/{plan['id']}/panelists", both)).status_code == 422


async def reveal(evidence: Running, reader: Client, *refs: str) -> set[str]:
    """The texts among these that a person is given back."""
    body = {"person": reader.id, "texts": list(refs), "names": []}
    answer = await evidence.service("gateway").post("/reveal", body)
    assert answer.status_code == 200, answer.text
    return {text["ref"] for text in answer.json()["texts"]}


async def test_a_panelist_reads_what_is_shown_and_no_other_panelists_note(
    evidence: Running, people: People, shown: Shown
) -> None:
    version = str(uuid4())
    draft = {"id": version, "expected_version": 1, "artefacts": [{"kind": "text", "content": "A poster."}]}
    answer = await shown.teacher.post(f"/v1/works/{shown.work}/versions", draft)
    assert answer.status_code == 201, answer.text
    said = {"id": str(uuid4()), "text": "Say why."}
    answer = await shown.teacher.post(f"/v1/works/{shown.work}/versions/{version}/feedback", said)
    assert answer.status_code == 201, answer.text
    for panelist in (shown.librarian, shown.employer):
        assert (await shown.score(panelist, HIGH, note=f"So says {panelist.id}.")).status_code == 201
    await applied(evidence)
    content, feedback, mine, theirs = await texts_of(evidence, version, said["id"], shown)
    assert await reveal(evidence, shown.librarian, content, feedback, mine, theirs) == {content, mine}
    assert await reveal(evidence, people.stranger, content, feedback, mine, theirs) == set()
    assert await reveal(evidence, shown.teacher, content, feedback, mine, theirs) == {content, feedback}
    ids = [score["score"] for score in (await shown.panel()).json()["works"][0]["scores"]]
    concluded = await shown.conclude(*ids)
    assert concluded.status_code == 201, concluded.text
    assert await reveal(evidence, shown.teacher, mine, theirs) == {mine, theirs}
    assert await reveal(evidence, shown.librarian, mine, theirs) == {mine}
    path = f"/v1/exhibitions/{shown.exhibition}/panelists/{shown.librarian.id}/dismiss"
    assert (await shown.teacher.post(path, {"id": str(uuid4())})).status_code == 201
    await applied(evidence)
    assert await reveal(evidence, shown.librarian, content, mine) == {mine}


async def texts_of(evidence: Running, version: str, feedback: str, shown: Shown) -> list[str]:
    """The references of a version's content, of feedback on it, and of the librarian's and the employer's notes."""
    rows = await evidence.owner.fetch("SELECT encode(ref, 'hex') AS ref, event::text FROM vault.text")
    by_event = {row["event"]: row["ref"] for row in rows}
    scores = (await shown.panel()).json()["works"][0]["scores"]
    notes = {score["panelist"]: score["note_ref"] for score in scores}
    return [by_event[version], by_event[feedback], notes[shown.librarian.id], notes[shown.employer.id]]


async def test_nobody_scores_a_work_of_her_own(evidence: Running, people: People, shown: Shown) -> None:
    body = {"id": str(uuid4()), "role": "learner", "panelist": people.amara}
    assert (await shown.teacher.post(f"/v1/exhibitions/{shown.exhibition}/panelists", body)).status_code == 201
    assert (await shown.score(evidence.person(people.amara), HIGH)).status_code == 409


async def test_a_guests_name_is_for_whoever_belongs_and_in_no_event(
    evidence: Running, people: People, shown: Shown
) -> None:
    await applied(evidence)
    names = {}
    for reader in (shown.teacher, shown.employer, people.stranger):
        body = {"person": reader.id, "texts": [], "names": [shown.librarian.id]}
        answer = await evidence.service("gateway").post("/reveal", body)
        names[reader.id] = [(name["given"], name["family"]) for name in answer.json()["names"]]
    assert names == {shown.teacher.id: [("Ada", "Reader")], shown.employer.id: [], people.stranger.id: []}
    bodies = await evidence.owner.fetch("SELECT body FROM ledger.stored_entry WHERE owner = $1", shown.exhibition)
    assert not any(b"Ada" in row["body"] for row in bodies)


async def guest_named(evidence: Running, reader: Client, guest: str) -> list[tuple[str, str]]:
    """The guest's name as a reader is given it; at once, for the appointment is answered when it is known."""
    answer = await evidence.service("gateway").post("/reveal", {"person": reader.id, "texts": [], "names": [guest]})
    return [(name["given"], name["family"]) for name in answer.json()["names"]]


async def other_show(evidence: Running, people: People) -> str:
    """Another exhibition with a panel."""
    plan = {
        "id": str(uuid4()), "school": evidence.id("org", "school"), "panel": {"rubric": document_digest(rubric())},
        "works": [await started(people.teacher, people.bao)],
    }  # fmt: skip
    assert (await people.teacher.post("/v1/exhibitions", plan)).status_code == 201
    return f"/v1/exhibitions/{plan['id']}"


async def test_whoever_reads_next_is_told_the_name_of_whom_was_just_appointed(evidence: Running, shown: Shown) -> None:
    wish = {"id": str(uuid4()), "role": "work", "name": {"given": "Ada", "family": "Reader"}}
    guest = (await shown.teacher.post(f"/v1/exhibitions/{shown.exhibition}/panelists", wish)).json()["panelist"]
    assert await guest_named(evidence, shown.teacher, guest) == [("Ada", "Reader")]


async def test_no_later_request_renames_a_guest_also_where_it_is_refused(
    evidence: Running, people: People, shown: Shown
) -> None:
    wish = {"id": str(uuid4()), "role": "work", "name": {"given": "Ada", "family": "Reader"}}
    path = f"/v1/exhibitions/{shown.exhibition}/panelists"
    guest = (await shown.teacher.post(path, wish)).json()["panelist"]
    renamed = {**wish, "name": {"given": "Mallory", "family": "Changed"}}
    elsewhere = await shown.teacher.post(f"{await other_show(evidence, people)}/panelists", renamed)
    again = await shown.teacher.post(path, renamed)
    assert (elsewhere.status_code, again.status_code) == (422, 200)
    assert await guest_named(evidence, shown.teacher, guest) == [("Ada", "Reader")]


async def test_a_guest_is_one_exhibitions_and_known_to_sit_there_until_she_is_dismissed(
    evidence: Running, people: People, shown: Shown
) -> None:
    other = await other_show(evidence, people)
    wish = {"id": str(uuid4()), "role": "work", "panelist": shown.librarian.id}
    await applied(evidence)
    refused = await shown.teacher.post(f"{other}/panelists", wish)
    assert (refused.status_code, refused.json()["field"]) == (422, "/panelist")
    assert "guest of another exhibition" in refused.text
    teachers = [await shown.teacher.post(f"{path}/panelists", {**wish, "id": str(uuid4()), "panelist": expert})
                for expert in (str(uuid4()),) for path in (other, f"/v1/exhibitions/{shown.exhibition}")]  # fmt: skip
    assert [answer.status_code for answer in teachers] == [201, 201]
    own = await shown.teacher.post(f"/v1/exhibitions/{shown.exhibition}/panelists", {**wish, "id": str(uuid4())})
    assert own.status_code == 201, "her own exhibition may let her score for longer"
    assert [await seated(evidence, path.rpartition("/")[2], shown.librarian.id)
            for path in (shown.exhibition, other, str(uuid4()))] == [True, False, False]  # fmt: skip
    path = f"/v1/exhibitions/{shown.exhibition}/panelists/{shown.librarian.id}/dismiss"
    assert (await shown.teacher.post(path, {"id": str(uuid4())})).status_code == 201
    assert not await seated(evidence, shown.exhibition, shown.librarian.id)


async def seated(evidence: Running, exhibition: str, panelist: str) -> bool:
    """Whether a guest sits on a panel, as the gateway is told."""
    asked = {"exhibition": exhibition, "panelist": panelist}
    answer = await evidence.service("gateway").post("/panels/seat", asked)
    assert answer.status_code == 200, answer.text
    return bool(answer.json()["sits"])
