"""The story that the demo tells, each step with what really came back, and checked against what it should be.

Amara's level for *traces how a theme grows over the course of a novel*, under the district's policy (a decaying
average with weight 0.65 on a scale to 4, mastery from 3, a redo replaces), worked out by hand:

- two quizzes, 6 and 7 of 10: 2.4, then 2.4 × 0.35 + 2.8 × 0.65 = 2.66;
- her analysis scores 2 of 4: 2.66 × 0.35 + 2 × 0.65 = 2.231, Developing;
- she relearns and does it over, 4 of 4, which replaces the 2: 2.66 × 0.35 + 4 × 0.65 = 3.531, Exemplary;
- the second quiz turns out to be another learner's and is voided: 2.4 × 0.35 + 4 × 0.65 = 3.44, Proficient.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from rich.console import Console

from cli.demo.seeding import FILES
from cli.demo.topic import Found, find_record
from cli.gateway import Gateway
from cli.importing.references import resolved
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


@dataclass
class Story:
    """Tells the steps on a console; `untrue` collects what was not as told."""

    gateway: Gateway
    bootstrap: str
    console: Console
    untrue: list[str] = field(default_factory=list)

    async def tell(self) -> None:
        """The whole story, in order. Raises CommandError where the platform refuses or does not answer."""
        amara = await resolved(self.gateway, "roster:user/learner-amara", FILES)
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
        await self._verify()

    async def _score(
        self, learner: str, earned: str, occurred_at: str, title: str, redo_of: str | None = None
    ) -> dict[str, Any]:
        self._step(title)
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
        status, receipt = await self.gateway.post("/v1/evidence", await resolved(self.gateway, item, FILES))
        self._receipt(status, receipt)
        return dict(receipt)

    async def _on_the_topic(self, receipt: dict[str, Any]) -> None:
        self._step("The same record as it lies on the Kafka topic.")
        place = receipt["position"]
        found = await find_record(self.bootstrap, "evidence.ledger", place["shard"], place["position"])
        self._show_record(found)
        self._expect("the record's id", found.entry.id, receipt["id"])
        self._expect("the record's time of recording", found.entry.envelope()["recorded_at"], receipt["recorded_at"])

    async def _level(self, learner: str, receipt: dict[str, Any], title: str, told: Told) -> None:
        self._step(f"{title}.")
        state = await self._explanation(learner, receipt)
        show_explanation(self.console, state)
        self._expect("level, value and status", Told(state["level"], state["value"], state["status"]), told)

    async def _explanation(self, learner: str, receipt: dict[str, Any]) -> dict[str, Any]:
        place = receipt["position"]
        at_least = f"{place['ledger']}:{place['shard']}:{place['position']}"
        path = f"/v1/learners/{learner}/competencies/{THEME}/explanation"
        return dict(await self.gateway.get(path, at_least=at_least))

    async def _void(self) -> dict[str, Any]:
        self._step("The second quiz was another learner's: it is voided. It stays in the record and counts no more.")
        _, receipt = await self.gateway.post(
            f"/v1/evidence/{SECOND_QUIZ}/void", {"id": str(uuid4()), "expected_version": 1}
        )
        self._receipt(201, receipt)
        return dict(receipt)

    async def _not_enough(self) -> None:
        self._step("Hugo has one quiz and nothing else. Not enough is not the same as not yet.")
        hugo = await resolved(self.gateway, "roster:user/learner-hugo", FILES)
        state = await self.gateway.get(f"/v1/learners/{hugo}/competencies/{THEME}/explanation")
        show_explanation(self.console, state)
        self._expect("Hugo's status", state["status"], "not_enough")

    async def _verify(self) -> None:
        self._step("Audit's own copy against ledger and topic, leaf by leaf, and every state refolded.")
        result = await verification(self.gateway, {"scope": "district"})
        show_verification(self.console, result)
        self._expect("the verification", result["state"], "equal")

    def _step(self, title: str) -> None:
        self.console.print()
        self.console.print(f"[bold cyan]▍ {title}[/bold cyan]")

    def _receipt(self, status: int, receipt: dict[str, Any]) -> None:
        place = receipt["position"]
        self.console.print(
            f"  receipt {receipt['id']}: {receipt['outcome']} ({status}), shard {place['shard']}, "
            f"position {place['position']}, version {receipt['version']}, recorded {receipt['recorded_at']}"
        )
        self._expect("the outcome", receipt["outcome"], "appended")

    def _show_record(self, found: Found) -> None:
        record = found.record
        self.console.print(f"  {record.topic}, partition {record.partition}, offset {record.offset}", style="dim")
        for name, value in record.headers:
            self.console.print(f"  {name:<18} {value.decode()}", soft_wrap=True)
        self.console.print(f"  [bold]value[/bold]              {found.entry.body.decode()}", soft_wrap=True)
        self.console.print(f"  [bold]leaf[/bold]               {found.entry.leaf().hex()}", soft_wrap=True)
        self._expect("the canonical body", canonical(parse(found.entry.body)), found.entry.body)

    def _expect(self, what: str, got: object, wanted: object) -> None:
        if got != wanted:
            sentence = f"{what} is {got!r}, and should be {wanted!r}"
            self.untrue.append(sentence)
            self.console.print(f"  [bold red]Not as told:[/bold red] {sentence}")
