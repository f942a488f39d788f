"""The panel of the exhibition: a librarian and an employer, who have no account, beside a teacher.

By hand: on clarity the librarian gives 4 and the employer 2, two levels apart, so the panel must talk before it
concludes; on answers all three give 3 or 3.5. What they agree on becomes one rubric score of each member.
"""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from cli.demo.cast import Cast
from cli.demo.telling import Telling
from cli.errors import Refused
from cli.gateway import Gateway

GUESTS = (("Odile", "Marchetti", "community", "the librarian"), ("Sven", "Aalto", "work", "an employer"))
LEVELS = ({"clarity": "4", "answers": "3"}, {"clarity": "2", "answers": "3"}, {"clarity": "3", "answers": "3.5"})
AGREED = {"clarity": "3", "answers": "3"}
RESOLUTION = "From the back row the speech could not be heard; whoever sat near followed it. We agree on 3."


@dataclass(frozen=True, slots=True)
class PanelStory:
    """Tells it. `work` is exhibited. Raises CommandError where the platform refuses or does not answer."""

    cast: Cast
    telling: Telling
    exhibition: str
    work: str

    async def tell(self) -> None:
        """The whole of it, in order."""
        async with AsyncExitStack() as opened:
            guests = [
                await opened.enter_async_context(Gateway(self.cast.place.url, one)) for one in await self._passes()
            ]
            await self._apart(guests[0])
            await self._score([*guests, await self.cast.as_person("teacher-lindgren")])
        await self._conclude()

    async def _passes(self) -> list[str]:
        self.telling.step(
            "The town's librarian and an employer join the panel: no account, a pass for this one evening."
        )
        sato = await self.cast.as_person("teacher-sato")
        ends_at = (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="milliseconds")
        path, passes = f"/v1/exhibitions/{self.exhibition}/panelists", []
        for given, family, role, told in GUESTS:
            request = {"name": {"given": given, "family": family}, "role": role, "ends_at": ends_at}
            _, appointed = await sato.post(path, {"id": str(uuid4()), **request})
            asked = {"exhibition": self.exhibition, "panelist": appointed["panelist"]}
            _, made = await sato.post("/v1/passes", asked)
            passes.append(made["pass"])
            self.telling.say(f"{given} {family}, {told}: a pass until {made['ends_at']}")
        lindgren = await self.cast.person("teacher-lindgren")
        await sato.post(path, {"id": str(uuid4()), "panelist": lindgren, "role": "teacher"})
        return passes

    async def _apart(self, librarian: Gateway) -> None:
        self.telling.step("The librarian sees the poster and the rubric, and nothing of anybody's record.")
        work = await librarian.get(f"/v1/works/{self.work}")
        self.telling.say(f"the poster has {len(work['versions'])} version{'s' if len(work['versions']) > 1 else ''}")
        amara = await self.cast.person("learner-amara")
        try:
            await librarian.get(f"/v1/learners/{amara}/mastery")
            status = 200
        except Refused as refused:
            status = refused.status
        self.telling.say(f"Amara's mastery: {status}, as if it were not there")
        self.telling.expect("what she is told of Amara's mastery", status, 404)

    async def _score(self, panelists: list[Gateway]) -> None:
        self.telling.step("Each scores alone: what the others gave is hidden until one has given one's own.")
        path = f"/v1/exhibitions/{self.exhibition}"
        for panelist, levels in zip(panelists, LEVELS, strict=True):
            panel = await panelist.get(f"{path}/panel")
            [shown] = panel["works"]
            self.telling.expect("the scores that are shown before", shown["scores"], [])
            score = {"id": str(uuid4()), "levels": levels}
            _, receipt = await panelist.post(f"{path}/works/{self.work}/panel-scores", score)
            self.telling.receipt(receipt)

    async def _conclude(self) -> None:
        self.telling.step("On clarity two of them are two levels apart: the panel talks, and says what it came to.")
        sato = await self.cast.as_person("teacher-sato")
        path = f"/v1/exhibitions/{self.exhibition}"
        panel = await sato.get(f"{path}/panel")
        [shown] = panel["works"]
        for one in shown["differences"]:
            self.telling.say(f"{one['criterion']}: from {one['lowest']} to {one['highest']}")
        conclusion: dict[str, Any] = {
            "id": str(uuid4()),
            "scores": [score["score"] for score in shown["scores"]],
            "levels": AGREED,
            "occurred_at": "2026-11-26T19:30:00.000Z",
        }
        try:
            await sato.post(f"{path}/works/{self.work}/panel", conclusion)
            self.telling.expect("a conclusion without a word about it", "taken", "refused")
        except Refused as refused:
            self.telling.say(f"refused ({refused.status}): {refused}")
        conclusion |= {"id": str(uuid4()), "resolution": RESOLUTION}
        _, concluded = await sato.post(f"{path}/works/{self.work}/panel", conclusion)
        self.telling.receipt(concluded)
        self.telling.expect("the members' scores", len(concluded["receipts"]), 3)
        agreement = (await sato.get(f"{path}/panel"))["agreement"]
        self.telling.say(agreement["sentence"])
