"""The chapter on relearning and redoing: Ines's first draft of a second poster, and how she does it over.

Worked out by hand, under the same policy as in the first chapter: her composition is 3 of 4 from November's poster; the
first draft, 2 of 4, brings it to 3 × 0.35 + 2 × 0.65 = 2.35, Developing. The redo, 4 of 4, takes the draft's place: 3 ×
0.35 + 4 × 0.65 = 3.65, Exemplary. The task asks for practice and then a conference before it is done over.
"""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from cli.demo.cast import Cast
from cli.demo.telling import Telling, place_of
from cli.redoing import print_own, print_waiting

COMPOSITION, TASK = "5e5b674b-7140-59c1-9f85-d588cc8e9019", "8a36f15c-9561-58a2-a3ba-c3b3548e9d4e"
FEEDBACK = "Everything is there, and nothing leads me. Where should I look first?"


@dataclass(frozen=True, slots=True)
class RedoStory:
    """Tells it. Raises CommandError where the platform refuses or does not answer."""

    cast: Cast
    telling: Telling

    async def tell(self) -> None:
        """The whole chapter, in order."""
        work = await self._draft()
        first = await self._score(work, "2", "The art teacher scores the first draft: 2 of 4, and says why.", FEEDBACK)
        await self._level(first, "Developing", "2.35")
        redo = await self._ask(first)
        await self._relearn(redo)
        await self._redo(work, redo)
        done = await self._score(work, "4", "She scores what Ines did over: 4 of 4.", None, redo_of=first["id"])
        await self._level(done, "Exemplary", "3.65")
        [seen] = await self._own(done)
        self.telling.expect("what the redo waits for", (seen["waits_for"], seen["done_by"]), ("over", done["id"]))

    async def _draft(self) -> str:
        self.telling.step("Ines starts another poster and hands in a first draft.")
        ines, request = await self.cast.as_person("learner-ines"), {"id": str(uuid4()), "task": TASK}
        members = {"members": ["roster:user/learner-ines"], "courses": ["roster:course/course-art-10"]}
        _, receipt = await ines.post("/v1/works", await self.cast.resolved({**request, **members}))
        self.telling.receipt(receipt)
        await self._hand_in(receipt["id"], 1, "The whole farm, every animal the same size.")
        return str(receipt["id"])

    async def _hand_in(self, work: str, version: int, content: str) -> dict[str, Any]:
        ines = await self.cast.as_person("learner-ines")
        added = {"id": str(uuid4()), "expected_version": version, "artefacts": [{"kind": "text", "content": content}]}
        _, receipt = await ines.post(f"/v1/works/{work}/versions", added)
        self.telling.receipt(receipt)
        return dict(receipt)

    async def _score(self, work: str, earned: str, step: str, words: str | None, **more: Any) -> dict[str, Any]:
        self.telling.step(step)
        sato, day = await self.cast.as_person("teacher-sato"), "20" if words is not None else "24"
        item = {
            "id": str(uuid4()),
            "type": "RubricScored",
            "occurred_at": f"2026-11-{day}T14:00:00.000Z",
            "body": {
                "learner": "roster:user/learner-ines",
                "rubric": "document:rubric-symbols-poster.json",
                "task": TASK,
                "work": work,
                "course": "roster:course/course-art-10",
                "purpose": "performance",
                "results": [{"competency": COMPOSITION, "criterion": "composition", "earned": earned, "possible": "4"}],
                **more,
            },
            **({} if words is None else {"texts": {"feedback": words}}),
        }
        _, receipt = await sato.post("/v1/evidence", await self.cast.resolved(item))
        self.telling.receipt(receipt)
        return dict(receipt)

    async def _level(self, receipt: dict[str, Any], level: str, value: str) -> None:
        ines = await self.cast.person("learner-ines")
        path = f"/v1/learners/{ines}/competencies/{COMPOSITION}/explanation"
        state = await self.cast.district.get(path, at_least=place_of(receipt))
        self.telling.say(f"Ines's composition: {state['level']}, {state['value']}")
        self.telling.expect("Ines's composition", (state["level"], state["value"]), (level, value))

    async def _ask(self, first: dict[str, Any]) -> str:
        self.telling.step("Ines asks to do it over, and sees what to relearn and what comes next.")
        ines = await self.cast.as_person("learner-ines")
        request = {"learner": await self.cast.person("learner-ines"), "competency": COMPOSITION}
        asked = {"id": str(uuid4()), **request, "evidence": first["id"], "note": "I know now where it should begin."}
        _, receipt = await ines.post("/v1/redos", asked)
        self.telling.receipt(receipt)
        [seen] = await self._own(receipt)
        self.telling.expect("what is asked for", seen["required"], ["practice", "conference"])
        self.telling.expect("what to relearn", seen["relearn"]["criterion"], "composition")
        return str(receipt["id"])

    async def _relearn(self, redo: str) -> None:
        self.telling.step("She practises, and then waits for her teacher, who sees who has waited longest.")
        ines, sato = await self.cast.as_person("learner-ines"), await self.cast.as_person("teacher-sato")
        practised = {"id": str(uuid4()), "kind": "practice", "note": "Three small sketches, one animal large in each."}
        _, receipt = await ines.post(f"/v1/redos/{redo}/relearn", practised)
        self.telling.receipt(receipt)
        await self._waiting(receipt, redo, "conference")
        self.telling.step("They talk it over; Ms Sato logs the conference, and opens the redo.")
        _, receipt = await sato.post(f"/v1/redos/{redo}/relearn", {"id": str(uuid4()), "kind": "conference"})
        self.telling.receipt(receipt)
        opened = {"id": str(uuid4()), "expected_version": receipt["version"]}
        _, receipt = await sato.post(f"/v1/redos/{redo}/open", opened)
        self.telling.receipt(receipt)

    async def _redo(self, work: str, redo: str) -> None:
        self.telling.step("Ines does it over and hands it in: now it is the teacher's turn again.")
        receipt = await self._hand_in(work, 2, "A whip across the sheet, and the farm small beneath it.")
        await self._waiting(receipt, redo, "score")

    async def _waiting(self, receipt: dict[str, Any], redo: str, turn: str) -> None:
        sato = await self.cast.as_person("teacher-sato")
        section = await self.cast.resolved("roster:class/class-art-10a")
        page = await sato.get("/v1/redos", section=section, at_least=place_of(receipt))
        print_waiting(page["items"], self.telling.console)
        waits = {one["id"]: one["waits_for"] for one in page["items"]}
        self.telling.expect("what Ines waits for", waits.get(redo), turn)

    async def _own(self, receipt: dict[str, Any]) -> list[dict[str, Any]]:
        ines, learner = await self.cast.as_person("learner-ines"), await self.cast.person("learner-ines")
        answer = await ines.get(f"/v1/learners/{learner}/redos", at_least=place_of(receipt))
        print_own(answer["redos"], self.telling.console)
        return list(answer["redos"])
