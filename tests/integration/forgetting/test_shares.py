"""What becomes of exhibits and links when one who made a work is forgotten: hers are gone, the others' stay."""

from typing import Any
from uuid import uuid4

from shared.ledger.instants import instant_text
from shared.ledger.links import share_named, token_of
from shared.runtime.clock import now
from tests.support.evidence import THEME, Client
from tests.support.forgetting import Forgettable

HOUR = 3_600_000


async def exhibited(learner: Client, version: str) -> str:
    wish = {"id": str(uuid4()), "version": version, "competencies": [THEME], "reason": "We rewrote it twice."}
    answer = await learner.post(f"/v1/learners/{learner.id}/portfolio/exhibits", wish)
    assert answer.status_code == 201, answer.text
    return str(wish["id"])


async def shared(learner: Client) -> tuple[dict[str, Any], str]:
    """The wish, and the secret that it was answered."""
    wish = {"id": str(uuid4()), "audience": "public", "expires_at": instant_text(now() + HOUR)}
    answer = await learner.post(f"/v1/learners/{learner.id}/portfolio/shares", wish)
    assert answer.status_code == 201, answer.text
    return wish, str(answer.json()["secret"])


def check_without_a_word(opened: tuple[int, Any], stays: str) -> None:
    """His exhibit is there, but nothing that could have her name in it, which nobody knows any more."""
    status, shown = opened
    [exhibit] = shown["shown"]["exhibits"]
    assert (status, shown["learners"], exhibit["others"], exhibit["artefacts"]) == (200, [stays], 1, [])
    assert exhibit["left_out"] == "Its title, words, links and files are not shown any more."
    assert exhibit.keys().isdisjoint({"title", "reason"})


async def test_a_forgotten_learners_links_are_over_at_once_and_her_partners_stay(forgettable: Forgettable) -> None:
    name = f"gone-{uuid4()}"
    gone, stays = await forgettable.enrol(name, f"stays-{uuid4()}")
    running = forgettable.running
    hers, others, gateway = running.person(gone), running.person(stays), running.service("gateway")
    work, version = str(uuid4()), str(uuid4())
    await forgettable.teacher.post("/v1/works", {"id": work, "members": [gone, stays], "title": f"By Family {name}"})
    words = {"kind": "text", "content": f"Once, Family {name}."}
    draft = {"id": version, "expected_version": 1, "artefacts": [words]}
    assert (await hers.post(f"/v1/works/{work}/versions", draft)).status_code == 201
    await exhibited(hers, version)
    await exhibited(others, version)
    (wish, her_secret), (_, his_secret) = await shared(hers), await shared(others)

    async def opened(secret: str) -> tuple[int, Any]:
        answer = await gateway.post("/shares/open", {"share": share_named(secret), "token": token_of(secret)})
        return answer.status_code, answer.json()

    status, shown = await opened(her_secret)
    assert (status, set(shown["learners"])) == (200, {gone, stays})
    assert shown["shown"]["exhibits"][0]["title"] == "By […]"
    for client in (running.service("mastery"), hers, running.nobody()):
        brought = {"share": share_named(her_secret), "token": token_of(her_secret)}
        assert (await client.post("/shares/open", brought)).status_code == 404
    asked = await forgettable.first.post(f"/v1/learners/{gone}/forget", {"id": str(uuid4()), "reason": "They moved."})
    await forgettable.approve(gone, asked.json()["id"])
    assert (await opened(her_secret))[0] == 404  # at once: whether her key is destroyed already or not
    check_without_a_word(await opened(his_secret), stays)
    await forgettable.done(gone)
    assert (await opened(her_secret))[0] == 404
    check_without_a_word(await opened(his_secret), stays)
    again = await hers.post(f"/v1/learners/{gone}/portfolio/shares", wish)
    assert again.status_code == 410
    assert her_secret not in again.text
