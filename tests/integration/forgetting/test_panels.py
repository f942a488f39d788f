"""What becomes of a panel's words when whoever made a work is forgotten, and of works of which somebody is left."""

from typing import Any
from uuid import uuid4

from shared.contracts.documents import document_digest
from tests.support.evidence import Client, rubric
from tests.support.forgetting import Forgettable, decrypted
from tests.support.pieces import started

HIGH, LOW = {"thesis": "4", "symbols": "3"}, {"thesis": "2", "symbols": "3"}


async def planned(forgettable: Forgettable, *works: str) -> str:
    """An exhibition of these works with a panel; where it is."""
    wish = {
        "id": str(uuid4()), "school": forgettable.running.id("org", "school"), "works": list(works),
        "panel": {"rubric": document_digest(rubric())},
    }  # fmt: skip
    answer = await forgettable.teacher.post("/v1/exhibitions", wish)
    assert answer.status_code == 201, answer.text
    return f"/v1/exhibitions/{wish['id']}"


async def guest(forgettable: Forgettable, exhibition: str) -> Client:
    wish = {"id": str(uuid4()), "role": "work", "name": {"given": "Ada", "family": "Reader"}}
    answer = await forgettable.teacher.post(f"{exhibition}/panelists", wish)
    assert answer.status_code == 201, answer.text
    return forgettable.running.person(answer.json()["panelist"])


async def test_what_a_panel_said_of_a_work_goes_with_the_last_of_its_members(forgettable: Forgettable) -> None:
    gone, partner = await forgettable.enrol(f"gone-{uuid4()}", f"partner-{uuid4()}")
    alone, together = [await started(forgettable.teacher, *members) for members in ((gone,), (gone, partner))]
    exhibition = await planned(forgettable, alone, together)
    panelists = [await guest(forgettable, exhibition) for _ in range(2)]
    for work in (alone, together):
        path = f"{exhibition}/works/{work}"
        scores = []
        for panelist, levels in zip(panelists, (HIGH, LOW), strict=True):
            wish: dict[str, Any] = {"id": str(uuid4()), "levels": levels, "note": f"A note on {work}."}
            answer = await panelist.post(f"{path}/panel-scores", wish)
            assert answer.status_code == 201, answer.text
            scores.append(wish["id"])
        agreed = {"id": str(uuid4()), "scores": scores, "levels": HIGH, "occurred_at": "2026-01-05T09:00:00.000Z",
                  "resolution": f"A resolution on {work}."}  # fmt: skip
        answer = await forgettable.teacher.post(f"{path}/panel", agreed)
        assert answer.status_code == 201, answer.text
    backup = await forgettable.backup()
    said = {work: {f"A note on {work}.", f"A resolution on {work}."} for work in (alone, together)}

    async def readable() -> set[str]:
        return {text for texts in decrypted(backup, await forgettable.keys()).values() for text in texts}

    assert await readable() >= said[alone] | said[together]
    await forgettable.forget(gone)
    left = await readable()
    assert left & said[alone] == set(), "no key that is left opens them, also not in a backup"
    assert left >= said[together], "the partner's work stays, and what was said of it"
    for work, status in ((alone, 404), (together, 409)):
        answer = await panelists[0].post(f"{exhibition}/works/{work}/panel-scores", {"id": str(uuid4()), "levels": LOW})
        assert answer.status_code == status, "nobody is left to score, or it is concluded"


async def test_a_work_is_exhibited_and_scored_for_those_who_are_left(forgettable: Forgettable) -> None:
    gone, left = await forgettable.enrol(f"gone-{uuid4()}", f"left-{uuid4()}")
    work, lost = [await started(forgettable.teacher, *members) for members in ((gone, left), (gone,))]
    before = await planned(forgettable, work, lost)
    panelist = await guest(forgettable, before)
    await forgettable.forget(gone)
    wish = {"id": str(uuid4()), "levels": HIGH}
    assert (await panelist.post(f"{before}/works/{lost}/panel-scores", wish)).status_code == 404
    assert (await panelist.post(f"{before}/works/{work}/panel-scores", wish)).status_code == 201
    await planned(forgettable, work)
    wish = {"id": str(uuid4()), "school": forgettable.running.id("org", "school"), "works": [lost]}
    assert (await forgettable.teacher.post("/v1/exhibitions", wish)).status_code == 404
