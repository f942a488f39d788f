"""The chapter on the Socratic seminar: counted on a device without network, sent late, and sent twice.

Worked out by hand: two of the ten were given a level beside their moves, Bao 3.5 and Esther 3 of 4. Under the policy of
the first chapter one piece is not enough, so both are *not enough*; the other eight have moves and nothing else.
"""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from cli.demo.cast import Cast
from cli.demo.telling import Telling, place_of

SEMINAR_SKILL = "09d4cf7d-0077-592e-9fe6-80828ce2cb3d"
TALLY: dict[str, dict[str, int]] = {
    "learner-amara": {"cites": 3, "builds": 1},
    "learner-bao": {"asks-the-text": 2, "challenges": 1, "cites": 1},
    "learner-chiara": {"builds": 2},
    "learner-dmitri": {"cites": 1},
    "learner-esther": {"challenges": 2, "changes-mind": 1},
    "learner-farid": {"asks-the-text": 1},
    "learner-grace": {"builds": 1, "cites": 2},
    "learner-hugo": {},
    "learner-ines": {"asks-the-text": 1, "builds": 1},
    "learner-jonas": {"builds": 1},
}
LEVELS = {"learner-bao": "3.5", "learner-esther": "3"}


@dataclass(frozen=True, slots=True)
class SeminarStory:
    """Tells it. Raises CommandError where the platform refuses or does not answer."""

    cast: Cast
    telling: Telling

    async def tell(self) -> None:
        """The whole chapter, in order."""
        tally = await self._tally()
        teacher = await self.cast.as_person("teacher-lindgren")
        self.telling.step("Ms Lindgren counted the seminar of 12 November without network; now her device sends it.")
        _, answer = await teacher.post("/v1/seminars", tally)
        for one in answer["receipts"][:2]:
            self.telling.receipt(one)
        self.telling.say(f"… and {len(answer['receipts']) - 2} more, each in her own shard")
        self.telling.expect("the observations", len(answer["receipts"]), len(TALLY))
        self.telling.step("The device did not hear the answer and sends it again: nothing is counted twice.")
        status, again = await teacher.post("/v1/seminars", tally)
        outcomes = {one["outcome"] for one in again["receipts"]}
        self.telling.say(f"{len(again['receipts'])} receipts, every one {' or '.join(sorted(outcomes))}")
        self.telling.expect("the second answer", (status, outcomes), (200, {"repeated"}))
        await self._shown(answer["receipts"])

    async def _tally(self) -> dict[str, Any]:
        """What lies on the device: ids and the time of the day on which it was."""
        observations = []
        for name, moves in TALLY.items():
            one: dict[str, Any] = {
                "id": str(uuid4()),
                "learner": f"roster:user/{name}",
                "moves": [{"move": move, "count": count} for move, count in moves.items()],
            }
            if name in LEVELS:
                result = {"competency": SEMINAR_SKILL, "criterion": "conversation", "possible": "4"}
                one["results"] = [{**result, "earned": LEVELS[name]}]
            observations.append(one)
        tally = {
            "seminar": str(uuid4()),
            "moves_by": "document:moves-seminar.json",
            "purpose": "performance",
            "course": "roster:course/course-english-10",
            "occurred_at": "2026-11-12T09:00:00.000Z",
            "observations": observations,
        }
        return dict(await self.cast.resolved(tally))

    async def _shown(self, receipts: list[dict[str, Any]]) -> None:
        self.telling.step(
            "Moves never touch a level; Bao's level by the rubric is evidence, and one piece is not enough."
        )
        bao, hugo = await self.cast.person("learner-bao"), await self.cast.person("learner-hugo")
        of = {one["learner"]: place_of(one) for one in receipts}
        for learner, name, wanted in ((bao, "Bao", "not_enough"), (hugo, "Hugo", "no_evidence")):
            path = f"/v1/learners/{learner}/competencies/{SEMINAR_SKILL}/explanation"
            state = await self.cast.district.get(path, at_least=of[learner])
            self.telling.say(f"{name}: {state['status'].replace('_', ' ')}")
            self.telling.expect(f"{name}'s status", state["status"], wanted)
