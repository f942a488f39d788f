"""The chapter on the exhibition: families, neighbours and staff vote on the novel's best citizen and leader, by paper.

Forty votes, by hand as below: of the leader Snowball has 7 + 5 + 4 + 5 = 21, Old Major 6 + 3 + 1 + 2 = 12, Napoleon
3 + 1 + 0 + 0 = 4, and three leave it blank. Every role answered each question five times or more, so the key is
published and anyone may count again. One ballot is printed that nobody votes with in time.
"""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from cli.demo.cast import Cast
from cli.demo.panel_story import PanelStory
from cli.demo.telling import Telling, place_of
from cli.recount import counted_again
from cli.subscribing import TOPIC, records_in

VOTES: dict[str, list[tuple[str, str, str]]] = {
    "family": [
        *[("boxer", "snowball", "4")] * 7,
        *[("clover", "old-major", "3")] * 6,
        *[("benjamin", "napoleon", "3")] * 3,
        *[("boxer", "", "2")] * 1,
    ],
    "community": [
        *[("clover", "snowball", "4")] * 5,
        *[("boxer", "old-major", "4")] * 3,
        *[("muriel", "napoleon", "2")] * 1,
        *[("muriel", "", "")] * 1,
    ],
    "staff": [*[("clover", "snowball", "4")] * 4, *[("boxer", "old-major", "3")] * 1],
    "learner": [*[("boxer", "snowball", "4")] * 5, *[("clover", "old-major", "3")] * 2, *[("boxer", "", "4")] * 1],
}
"""By role: who is the best citizen, who the best leader, and how clearly the poster speaks; blank where left out."""

LATE = "staff"
"""The role of the ballot that is voted with too late."""

LEADER = {"snowball": 21, "old-major": 12, "napoleon": 4}


@dataclass(frozen=True, slots=True)
class ExhibitionStory:
    """Tells it. `work` is the poster. Raises CommandError where the platform refuses or does not answer."""

    cast: Cast
    telling: Telling
    work: str

    async def tell(self) -> None:
        """The whole chapter, in order."""
        exhibition, version = await self._open()
        tokens = await self._ballots(exhibition)
        await PanelStory(self.cast, self.telling, exhibition, self.work).tell()
        await self._vote(tokens)
        closed = await self._close(exhibition, version, tokens)
        await self._results(exhibition, closed)
        await self._recount(exhibition)

    async def _open(self) -> tuple[str, int]:
        self.telling.step("Ms Sato plans an exhibition of the poster, and opens it: from here on votes are sealed.")
        sato = await self.cast.as_person("teacher-sato")
        plan = {
            "id": str(uuid4()),
            "school": "roster:org/school-willowbrook-high",
            "section": "roster:class/class-art-10a",
            "works": [self.work],
            "roles": list(VOTES),
            "questions": "document:questions-animal-farm.json",
            "panel": {"rubric": "document:rubric-presentation.json", "discuss_from": 2},
            "title": "Animal Farm: an evening for families and neighbours",
        }
        _, planned = await sato.post("/v1/exhibitions", await self.cast.resolved(plan))
        self.telling.receipt(planned)
        opening = {"id": str(uuid4()), "expected_version": planned["version"]}
        _, opened = await sato.post(f"/v1/exhibitions/{planned['id']}/open", opening)
        self.telling.receipt(opened)
        return str(planned["id"]), int(opened["version"])

    async def _ballots(self, exhibition: str) -> dict[str, list[str]]:
        self.telling.step("Ballots are printed. The ledger keeps a digest of each, and who holds it is nowhere.")
        sato = await self.cast.as_person("teacher-sato")
        tokens = {}
        for role, votes in VOTES.items():
            request = {"id": str(uuid4()), "role": role, "count": len(votes) + (role == LATE)}
            _, issued = await sato.post(f"/v1/exhibitions/{exhibition}/ballots", request)
            tokens[role] = issued["tokens"]
            self.telling.say(f"{len(issued['tokens']):>2} ballots for {role}")
        self.telling.expect("the ballots", sum(map(len, tokens.values())), 41)
        return tokens

    async def _vote(self, tokens: dict[str, list[str]]) -> None:
        self.telling.step("Everybody votes through the public door, without an account. One family sends it twice.")
        async with httpx.AsyncClient(base_url=self.cast.place.url, timeout=30) as voters:
            statuses = []
            for role, votes in VOTES.items():
                for token, vote in zip(tokens[role], votes, strict=False):  # one is left for later
                    statuses.append((await voters.post(f"/v1/ballots/{token}", json=self._answers(vote))).status_code)
            other = self._answers(("muriel", "napoleon", "1"))
            again = await voters.post(f"/v1/ballots/{tokens['family'][0]}", json=other)
        self.telling.say(f"{statuses.count(201)} votes counted; the second of one ballot: {again.json()['outcome']}")
        self.telling.expect("the votes counted", statuses, [201] * 40)
        self.telling.expect("the second vote", (again.status_code, again.json()["outcome"]), (200, "already counted"))

    def _answers(self, vote: tuple[str, str, str]) -> dict[str, Any]:
        answers = dict(zip(("citizen", "leader", f"poster/{self.work}"), vote, strict=True))
        return {"answers": {asked: option for asked, option in answers.items() if option}}

    async def _close(self, exhibition: str, version: int, tokens: dict[str, list[str]]) -> dict[str, Any]:
        self.telling.step(
            "Ms Sato closes it. A vote that comes now is refused; until now nobody could know the standing."
        )
        sato = await self.cast.as_person("teacher-sato")
        closing = {"id": str(uuid4()), "expected_version": version}
        _, closed = await sato.post(f"/v1/exhibitions/{exhibition}/close", closing)
        self.telling.receipt(closed)
        async with httpx.AsyncClient(base_url=self.cast.place.url, timeout=30) as voters:
            late = self._answers(("boxer", "snowball", "4"))
            refused = await voters.post(f"/v1/ballots/{tokens[LATE][-1]}", json=late)
        self.telling.say(f"refused ({refused.status_code}): {refused.json()['detail']}")
        self.telling.expect("the late vote", refused.status_code, 409)
        return dict(closed)

    async def _results(self, exhibition: str, closed: dict[str, Any]) -> None:
        self.telling.step("What the audience said: with how many answered, by role where five or more did.")
        amara = await self.cast.as_person("learner-amara")
        results = await amara.get(f"/v1/exhibitions/{exhibition}/results", at_least=place_of(closed))
        for item in results["items"]:
            counts = ", ".join(f"{count['option']} {count['count']}" for count in item["counts"])
            how_many = f"{item['answers']} answered, {item['abstained']} left it blank"
            self.telling.say(f"{item['question']}: {counts} ({how_many})")
        [leader] = [item for item in results["items"] if item["question"] == "leader"]
        votes = {count["option"]: count["count"] for count in leader["counts"]}
        self.telling.expect("the votes for the leader", votes, LEADER)
        self.telling.expect("those left blank", leader["abstained"], 3)

    async def _recount(self, exhibition: str) -> None:
        self.telling.step("Anyone counts again, from the topic alone, with a hundred lines that trust nothing of ours.")
        kafka = self.cast.place.kafka
        if kafka is None:
            self.telling.leave_out("the topic of a district elsewhere is not ours to read")
            return
        lines, faults = await asyncio.to_thread(lambda: counted_again(exhibition, records_in(kafka, TOPIC, exhibition)))
        for line in lines:
            self.telling.say(line)
        self.telling.expect("what differs", faults, [])
