"""The first chapter: a score becomes a level, and the record proves it.

Amara's level for *traces how a theme grows over the course of a novel*, under the district's policy (a decaying
average with weight 0.65 on a scale to 4, mastery from 3, a redo replaces), worked out by hand:

- two quizzes, 6 and 7 of 10: 2.4, then 2.4 × 0.35 + 2.8 × 0.65 = 2.66;
- her analysis scores 2 of 4: 2.66 × 0.35 + 2 × 0.65 = 2.231, Developing;
- she relearns and does it over, 4 of 4, which replaces the 2: 2.66 × 0.35 + 4 × 0.65 = 3.531, Exemplary;
- the second quiz turns out to be another learner's and is voided: 2.4 × 0.35 + 4 × 0.65 = 3.44, Proficient.
"""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from cli.demo.cast import Cast
from cli.demo.telling import Telling, place_of
from cli.demo.topic import Found, find_record
from cli.reading import show_explanation, show_verification, verification
from shared.ledger.canonical import canonical, parse

THEME = "e69e6ade-47d3-5ea7-94af-84363a66160d"
SECOND_QUIZ = "30466826-8abf-5136-8e59-1c3d142fdef0"


@dataclass(frozen=True, slots=True)
class Told:
    """What a level must come to at a step."""

    level: str | None
    value: str | None
    status: str


@dataclass(frozen=True, slots=True)
class LevelStory:
    """Tells it. Raises CommandError where the platform refuses or does not answer."""

    cast: Cast
    telling: Telling

    async def tell(self) -> None:
        """The whole chapter, in order."""
        amara = await self.cast.person("learner-amara")
        first = await self._score(amara, "2", "2026-11-10T13:00:00.000Z", "A score is recorded: 2 of 4 for theme.")
        await self._on_the_topic(first)
        await self._level(amara, first, "The level, and why", Told("Developing", "2.231", "not_yet"))
        redo = await self._score(
            amara, "4", "2026-11-19T13:00:00.000Z", "She relearns and does it over: 4 of 4.", redo_of=first["id"]
        )
        await self._level(amara, redo, "The level after the redo", Told("Exemplary", "3.531", "mastered"))
        voided = await self._void()
        await self._level(amara, voided, "The level without it", Told("Proficient", "3.44", "mastered"))
        await self._not_enough()
        await verify_all(self.cast, self.telling)

    async def _score(
        self, learner: str, earned: str, occurred_at: str, title: str, redo_of: str | None = None
    ) -> dict[str, Any]:
        self.telling.step(title)
        item = {
            "id": str(uuid4()),
            "type": "RubricScored",
            "occurred_at": occurred_at,
            "body": {
                "learner": learner,
                "rubric": "document:rubric-literary-analysis.json",
                "course": "roster:course/course-english-10",
                "purpose": "performance",
                "results": [{"competency": THEME, "criterion": "theme", "earned": earned, "possible": "4"}],
                **({"redo_of": redo_of} if redo_of is not None else {}),
            },
        }
        _, receipt = await self.cast.district.post("/v1/evidence", await self.cast.resolved(item))
        self.telling.receipt(receipt)
        return dict(receipt)

    async def _on_the_topic(self, receipt: dict[str, Any]) -> None:
        self.telling.step("The same record as it lies on the Kafka topic.")
        if self.cast.place.kafka is None:
            self.telling.leave_out("this district's Kafka is not open to us")
            return
        place = receipt["position"]
        found = await find_record(self.cast.place.kafka, "evidence.ledger", place["shard"], place["position"])
        self._show_record(found)
        self.telling.expect("the record's id", found.entry.id, receipt["id"])
        recorded_at = found.entry.envelope()["recorded_at"]
        self.telling.expect("the record's time of recording", recorded_at, receipt["recorded_at"])

    async def _level(self, learner: str, receipt: dict[str, Any], title: str, told: Told) -> None:
        self.telling.step(f"{title}.")
        state = await theme_of(self.cast, learner, receipt)
        show_explanation(self.telling.console, state)
        self.telling.expect("level, value and status", Told(state["level"], state["value"], state["status"]), told)

    async def _void(self) -> dict[str, Any]:
        self.telling.step("The second quiz was another learner's: it is voided. It stays in the record, uncounted.")
        request = {"id": str(uuid4()), "expected_version": 1, "reason": "It was handed in under the wrong name."}
        _, receipt = await self.cast.district.post(f"/v1/evidence/{SECOND_QUIZ}/void", request)
        self.telling.receipt(receipt)
        return dict(receipt)

    async def _not_enough(self) -> None:
        self.telling.step("Hugo has one quiz and nothing else. Not enough is not the same as not yet.")
        hugo = await self.cast.person("learner-hugo")
        state = await theme_of(self.cast, hugo)
        show_explanation(self.telling.console, state)
        self.telling.expect("Hugo's status", state["status"], "not_enough")

    def _show_record(self, found: Found) -> None:
        record, console = found.record, self.telling.console
        console.print(f"  {record.topic}, partition {record.partition}, offset {record.offset}", style="dim")
        for name, value in record.headers:
            console.print(f"  {name:<18} {value.decode()}", soft_wrap=True)
        console.print(f"  [bold]value[/bold]              {found.entry.body.decode()}", soft_wrap=True)
        console.print(f"  [bold]leaf[/bold]               {found.entry.leaf().hex()}", soft_wrap=True)
        self.telling.expect("the canonical body", canonical(parse(found.entry.body)), found.entry.body)


async def theme_of(cast: Cast, learner: str, receipt: dict[str, Any] | None = None) -> dict[str, Any]:
    """A learner's state for theme with its reasons, as of this receipt at least."""
    path = f"/v1/learners/{learner}/competencies/{THEME}/explanation"
    return dict(await cast.district.get(path, at_least=None if receipt is None else place_of(receipt)))


async def verify_all(cast: Cast, telling: Telling) -> None:
    """Ledger, topic, audit's copy and every state, compared; they must be equal."""
    telling.step("Audit's own copy against ledger and topic, leaf by leaf, and every state refolded.")
    result = await verification(cast.district, {"scope": "district"})
    show_verification(telling.console, result)
    telling.expect("the verification", result["state"], "equal")
