"""The second chapter: a poster by three learners, a late observation, a self-rating, and a teacher's judgement.

Worked out by hand, under the same policy as in the first chapter:

- Amara's theme: 2.4, then the seminar of 5 November, 3 of 4, recorded only now and yet in its place before the redo:
  2.4 × 0.35 + 3 × 0.65 = 2.79; 2.79 × 0.35 + 4 × 0.65 = 3.5765, Exemplary. Appended at the end it would have been
  3.154. Her own rating of 2 changes nothing.
- Bao's allegory: analysis 4, poster 3: 4 × 0.35 + 3 × 0.65 = 3.35; the large poster 4: 3.35 × 0.35 + 4 × 0.65 = 3.7725.
"""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from cli.demo.cast import Cast
from cli.demo.level_story import THEME, theme_of
from cli.demo.telling import Telling
from cli.listing import minute
from cli.reading import show_explanation
from cli.works import kind_of

SYMBOLS, ALLEGORY = "34fd0566-67cb-5b21-b604-963f2f184c19", "1bf92816-4233-5478-966c-97c628b5cbd0"
FEEDBACK = "The whip says more than the speech bubbles. Next: let the windmill fall into the reader's eye."
MEMBERS = ("learner-amara", "learner-bao", "learner-chiara")


@dataclass(frozen=True, slots=True)
class WorkStory:
    """Tells it. Raises CommandError where the platform refuses or does not answer."""

    cast: Cast
    telling: Telling

    async def tell(self) -> tuple[str, dict[str, str]]:
        """The whole chapter, in order; the poster, and the group's pieces of evidence by member."""
        work = await self._start()
        pieces = await self._score(work)
        await self._feedback(pieces["learner-amara"])
        await self._late_observation()
        await self._self_rating(work)
        await self._override()
        await self._portfolio(work)
        return work, pieces

    async def _start(self) -> str:
        self.telling.step("Amara starts a large poster with Bao and Chiara, for art and English, and adds a draft.")
        amara = await self.cast.as_person("learner-amara")
        request = {
            "id": str(uuid4()),
            "members": [f"roster:user/{name}" for name in MEMBERS],
            "courses": ["roster:course/course-art-10", "roster:course/course-english-10"],
            "title": "Four legs good: the farm before and after",
        }
        _, receipt = await amara.post("/v1/works", await self.cast.resolved(request))
        self.telling.receipt(receipt)
        draft = {
            "id": str(uuid4()),
            "expected_version": 1,
            "artefacts": [{"kind": "text", "content": "Left: the barn. Right: the same barn, and a whip."}],
        }
        _, version = await amara.post(f"/v1/works/{receipt['id']}/versions", draft)
        self.telling.receipt(version)
        return str(receipt["id"])

    async def _score(self, work: str) -> dict[str, str]:
        self.telling.step("Ms Sato scores it once, for all three: one command, one score a member, each in its shard.")
        sato = await self.cast.as_person("teacher-sato")
        request = {
            "id": str(uuid4()),
            "rubric": "document:rubric-symbols-poster.json",
            "purpose": "performance",
            "course": "roster:course/course-art-10",
            "occurred_at": "2026-11-20T14:00:00.000Z",
            "feedback": FEEDBACK,
            "results": [
                {"competency": SYMBOLS, "criterion": "symbols", "earned": "4", "possible": "4"},
                {"competency": ALLEGORY, "criterion": "symbols", "earned": "4", "possible": "4"},
            ],
        }
        _, receipt = await sato.post(f"/v1/works/{work}/scores", await self.cast.resolved(request))
        people = {await self.cast.person(name): name for name in MEMBERS}
        for one in receipt["receipts"]:
            place = one["position"]
            self.telling.say(f"{people[one['learner']]}: shard {place['shard']}, position {place['position']}")
        self.telling.expect("the members scored", {one["learner"] for one in receipt["receipts"]}, set(people))
        return {people[one["learner"]]: one["id"] for one in receipt["receipts"]}

    async def _feedback(self, piece: str) -> None:
        self.telling.step("The words of the feedback are not in the record, and whoever reads them is written down.")
        amara, teacher = await self.cast.as_person("learner-amara"), await self.cast.as_person("teacher-lindgren")
        body = (await amara.get(f"/v1/evidence/{piece}"))["body"]
        ref = body["feedback_ref"]
        self.telling.say(f"feedback_ref {ref}")
        _, own = await amara.post("/v1/reveal", {"purpose": "own-record", "texts": [ref], "names": []})
        self.telling.say(f"Amara reads: {own['texts'].get(ref)}")
        self.telling.expect("the feedback that Amara reads", own["texts"].get(ref), FEEDBACK)
        learner = await self.cast.person("learner-amara")
        await teacher.post("/v1/reveal", {"purpose": "teaching", "texts": [ref], "names": [learner]})
        log = (await amara.get(f"/v1/learners/{learner}/disclosures"))["disclosures"]
        readers = {row["person"] for row in log}
        reader = await self.cast.person("teacher-lindgren")
        who = {reader: "Ms Lindgren", self.cast.place.administrator or "": "the administrator"}
        for row in log[:4]:
            self.telling.say(f"{minute(row['at'])}  {who.get(row['person'], row['person'])} read: {row['what']}")
        self.telling.expect("Ms Lindgren in Amara's log", reader in readers, True)

    async def _late_observation(self) -> None:
        self.telling.step("An observation of the seminar on 5 November comes late, and takes its place in time.")
        teacher, amara = await self.cast.as_person("teacher-lindgren"), await self.cast.person("learner-amara")
        item = {
            "id": str(uuid4()),
            "type": "ObservationRecorded",
            "occurred_at": "2026-11-05T09:00:00.000Z",
            "body": {
                "learner": amara,
                "purpose": "performance",
                "course": "roster:course/course-english-10",
                "results": [{"competency": THEME, "earned": "3", "possible": "4"}],
            },
            "texts": {"note": "Built on Bao's question about the commandments, and quoted the seventh."},
        }
        _, receipt = await teacher.post("/v1/evidence", await self.cast.resolved(item))
        self.telling.receipt(receipt)
        state = await theme_of(self.cast, amara, receipt)
        show_explanation(self.telling.console, state)
        self.telling.expect("Amara's value", state["value"], "3.5765")
        self.telling.expect("her level", state["level"], "Exemplary")

    async def _self_rating(self, work: str) -> None:
        self.telling.step("Amara looks back and rates herself 2 of 4. It is kept beside the level, and never counts.")
        amara, learner = await self.cast.as_person("learner-amara"), await self.cast.person("learner-amara")
        item = {
            "id": str(uuid4()),
            "type": "ReflectionRecorded",
            "occurred_at": "2026-11-21T16:00:00.000Z",
            "body": {
                "learner": learner,
                "work": work,
                "ratings": [{"competency": THEME, "earned": "2", "possible": "4"}],
            },
            "texts": {"text": "I saw the theme late. Next time I mark the lines while I read."},
        }
        _, receipt = await amara.post("/v1/evidence", item)
        self.telling.receipt(receipt)
        state = await theme_of(self.cast, learner, receipt)
        aside = {piece["event"]: piece["reason"] for piece in state["set_aside"]}
        self.telling.say(f"the level is still {state['level']}; her rating of 2 of 4 is kept and not counted")
        self.telling.expect("her value", state["value"], "3.5765")
        self.telling.expect("why her rating is set aside", aside.get(receipt["id"]), "self_rating")

    async def _override(self) -> None:
        self.telling.step(
            "Hugo came in October with papers of another school: his teacher sets his level, and says why."
        )
        teacher, hugo = await self.cast.as_person("teacher-lindgren"), await self.cast.person("learner-hugo")
        request = {
            "id": str(uuid4()),
            "learner": hugo,
            "competency": THEME,
            "level": "Proficient",
            "reason": "He explained the theme of two novels to me without notes.",
        }
        _, receipt = await teacher.post("/v1/overrides", request)
        self.telling.receipt(receipt)
        state = await theme_of(self.cast, hugo, receipt)
        show_explanation(self.telling.console, state)
        self.telling.expect("Hugo's level", state["level"], "Proficient")
        self.telling.expect("what the evidence alone says", state["evidence_alone"]["status"], "not_enough")

    async def _portfolio(self, work: str) -> None:
        self.telling.step("Amara's portfolio: what she made, and which skills of which subject each piece shows.")
        amara, learner = await self.cast.as_person("learner-amara"), await self.cast.person("learner-amara")
        answer: dict[str, Any] = await amara.get(f"/v1/learners/{learner}/portfolio")
        for piece in answer["evidence"]:
            shows = ", ".join(skill.get("code", skill["competency"]) for skill in piece["shows"])
            self.telling.say(f"{piece['occurred_at'][:10]} {kind_of(piece)}: {shows}")
        poster = next((one for one in answer["works"] if one["work"] == work), None)
        self.telling.expect("the poster in her portfolio", poster is not None and len(poster["versions"]), 1)
        subjects = {skill.get("code", "").partition(".")[0] for piece in answer["evidence"] for skill in piece["shows"]}
        self.telling.expect("the subjects it shows", subjects, {"english", "history", "art"})
        mother = await self.cast.as_person("guardian-okafor")
        same = await mother.get(f"/v1/learners/{learner}/portfolio")
        self.telling.say(f"Her mother, by the roster her guardian, sees the same {len(same['evidence'])} pieces.")
        self.telling.expect("what her mother sees", same["evidence"], answer["evidence"])
