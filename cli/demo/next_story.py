"""The chapter on what comes next: a mathematics class, by standards that rest on one another.

Worked out by hand, under the same policy as in the first chapter (a decaying average with weight 0.65, mastery from 3
of 4, at least two pieces, diagnostics do not count):

- Dmitri's proportions (7.rp.a.2): 3.6; 3.6 × 0.35 + 4 × 0.65 = 3.86, mastered; then 5 of 10: 3.86 × 0.35 + 2 × 0.65 =
  2.651, slipped. His slopes, which rest on them, stay where they are: 3.2 × 0.35 + 3.6 × 0.65 = 3.46 (8.ee.b.5) and
  3.6 × 0.35 + 3.2 × 0.65 = 3.34 (8.ee.b.6).
- Esther has all that short equations (7.ee.b.4) rest on, and not these yet: 1.6 × 0.35 + 2 × 0.65 = 1.86. They open six
  competencies, the slope (8.ee.b.5) seven.
- Farid reached them in a diagnostic in August, Hugo at another school: neither has a level for it, and both are ready
  for linear equations (8.ee.c.7), which rest on them.
"""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from cli.demo.cast import Cast
from cli.demo.telling import Telling, place_of
from cli.readying import show_next, show_readiness

MATHEMATICS = "f19b377a-5e76-5743-acfd-825cb3f99d6d"
SHORT_EQUATIONS, LINEAR_EQUATIONS = "412ad09e-b998-5c9f-aded-e5432539dc8b", "cc565575-c4c1-5ea1-9aa2-065414d4bb6c"
CLASS = ("dmitri", "esther", "farid", "grace", "hugo")


@dataclass(frozen=True, slots=True)
class NextStory:
    """Tells it. Raises CommandError where the platform refuses or does not answer."""

    cast: Cast
    telling: Telling

    async def tell(self) -> None:
        """The whole chapter, in order."""
        await self._esther()
        await self._lapse()
        await self._class(await self._attested())

    async def _esther(self) -> None:
        self.telling.step("Esther's next steps in mathematics: ready for, not mastered, what opens most first.")
        answer = await self._next("learner-esther")
        show_next(self.telling.console, {**answer, "next": answer["next"][:3]})
        told = [(step["code"], step["status"], step["opens"]) for step in answer["next"][:2]]
        expected = [("8.ee.b.5", "no_evidence", 7), ("7.ee.b.4", "not_yet", 6)]
        self.telling.expect("what comes first", told, expected)

    async def _lapse(self) -> None:
        self.telling.step("Dmitri's proportions have slipped: that flags what rests on them, and lowers no level.")
        answer = await self._next("learner-dmitri")
        show_next(self.telling.console, {**answer, "next": answer["next"][:1]})
        flagged = {one["code"]: one["status"] for one in answer["flagged"]}
        self.telling.expect("what is flagged", flagged, {"8.ee.b.5": "mastered", "8.ee.b.6": "mastered"})

    async def _attested(self) -> dict[str, Any]:
        self.telling.step("Hugo's papers from the other school speak for mathematics too: prior mastery, attested.")
        teacher, hugo = await self.cast.as_person("teacher-mensah"), await self.cast.person("learner-hugo")
        item = {
            "id": str(uuid4()),
            "type": "PriorMasteryAttested",
            "occurred_at": "2026-10-05T08:00:00.000Z",
            "body": {
                "learner": hugo,
                "basis": "transfer",
                "purpose": "diagnostic",
                "course": "roster:course/course-mathematics-10",
                "results": [{"competency": SHORT_EQUATIONS, "earned": "4", "possible": "4"}],
            },
        }
        _, receipt = await teacher.post("/v1/evidence", await self.cast.resolved(item))
        self.telling.receipt(receipt)
        return dict(receipt)

    async def _class(self, receipt: dict[str, Any]) -> None:
        self.telling.step("Who of his class is ready for linear equations. Mr Mensah reads it; nobody is ranked.")
        teacher = await self.cast.as_person("teacher-mensah")
        section = await self.cast.resolved("roster:class/class-mathematics-10a")
        path = f"/v1/sections/{section}/readiness"
        answer = await teacher.get(path, within=LINEAR_EQUATIONS, at_least=place_of(receipt))
        names = {await self.cast.person(f"learner-{name}"): name.capitalize() for name in CLASS}
        show_readiness(self.telling.console, answer, names)
        [item] = answer["items"]
        told = {label: {names[one["learner"]] for one in item[label]} for label in ("ready", "not_ready", "unknown")}
        expected = {"ready": {"Farid", "Hugo"}, "not_ready": {"Esther"}, "unknown": {"Dmitri", "Grace"}}
        self.telling.expect("who is ready", told, expected)

    async def _next(self, name: str) -> dict[str, Any]:
        learner = await self.cast.person(name)
        return dict(await self.cast.district.get(f"/v1/learners/{learner}/next", within=MATHEMATICS))
