"""The third chapter: grades for a whole section, a correction that touches one, its replay, and an edit that is found.

Bao's allegory, worked out by hand: 3.7725 with the large poster, Exemplary; without it 3.35, Proficient.
"""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from cli.auditing import audit_of, show_audit
from cli.demo.cast import Cast
from cli.demo.level_story import verify_all
from cli.demo.seeding import FILES
from cli.demo.tampering import edit_entry
from cli.demo.telling import Telling, place_of
from cli.demo.work_story import ALLEGORY
from cli.grading import followed, level_of, show_batch, states_now
from cli.importing.references import read_json
from cli.reading import show_verification, verification

ANALYSIS = "963ac50a-3d42-5b15-86b0-80cd03ff1623"
"""Bao's literary analysis."""

SECTION, COURSE, PERIOD = "class-english-10a", "course-english-10", "year-2026"


@dataclass(frozen=True, slots=True)
class GradeStory:
    """Tells it; `pieces` are the evidence of the large poster by member."""

    cast: Cast
    telling: Telling
    pieces: dict[str, str]

    async def tell(self) -> None:
        """The whole chapter, in order. Raises CommandError where the platform refuses or does not answer."""
        await self._release()
        first = await self._grade()
        await self._void(first)
        await self._amend(first)
        await self._replay(first)
        await self._audit(first)
        await self._tamper()

    async def _release(self) -> None:
        self.telling.step("Ms Lindgren prepares the grades of her section, looks at them, and lets them go.")
        teacher = await self.cast.as_person("teacher-lindgren")
        codes = _codes()
        request = {
            "id": str(uuid4()),
            "section": f"roster:class/{SECTION}",
            "course": f"roster:course/{COURSE}",
            "period": f"roster:academicSession/{PERIOD}",
            "competencies": list(codes),
        }
        _, batch = await teacher.post("/v1/release-batches", await self.cast.resolved(request))
        learners = await followed(teacher, batch["id"], until="held", what="Preparing the grades")
        show_batch(learners, codes)
        self.telling.expect("what is held", {line["state"] for line in learners}, {"ready"})
        await teacher.post(f"/v1/release-batches/{batch['id']}/release", {})
        released = await followed(teacher, batch["id"], until="released", what="Releasing the grades")
        self.telling.say(f"{len(released)} grades are released.")
        self.telling.expect("what became of them", {line["state"] for line in released}, {"released"})

    async def _grade(self) -> dict[str, Any]:
        self.telling.step("Bao's grade, as Bao sees it.")
        grade, _ = await self._bao()
        for level in grade["levels"]:
            self.telling.say(f"{level['code']}: {level_of(level)}")
        self.telling.expect("his level for allegory", _allegory(grade), "Exemplary")
        return grade

    async def _void(self, grade: dict[str, Any]) -> None:
        self.telling.step("Bao was ill when the poster was drawn: his score is voided. His grade rests on it.")
        sato, teacher = await self.cast.as_person("teacher-sato"), await self.cast.as_person("teacher-lindgren")
        request = {"id": str(uuid4()), "expected_version": 1, "reason": "He was ill; the others drew it."}
        _, receipt = await sato.post(f"/v1/evidence/{self.pieces['learner-bao']}/void", request)
        self.telling.receipt(receipt)
        section = (await self.cast.resolved([f"roster:class/{SECTION}"]))[0]
        page = await teacher.get("/v1/affected-grades", section=section, at_least=place_of(receipt))
        for item in page["items"]:
            for one in item["competencies"]:
                self.telling.say(
                    f"affected: grade {item['grade']}, {_codes()[one['competency']]}: {one['graded']['level']} was "
                    f"released, {one['now']['level']} it is now"
                )
        self.telling.expect("the grades affected", [item["grade"] for item in page["items"]], [grade["id"]])
        self.telling.expect("the grade itself", _allegory((await self._bao())[0]), "Exemplary")

    async def _amend(self, grade: dict[str, Any]) -> None:
        self.telling.step("The grade does not move by itself: Ms Lindgren amends it, and says why.")
        teacher, bao = await self.cast.as_person("teacher-lindgren"), await self.cast.person("learner-bao")
        request = {
            "id": str(uuid4()),
            "expected_version": grade["version"],
            "states": await states_now(teacher, bao, [level["competency"] for level in grade["levels"]]),
            "reason": "The poster was not his work.",
        }
        _, receipt = await teacher.post(f"/v1/releases/{grade['id']}/amend", request)
        self.telling.receipt(receipt)
        amended, _ = await self._bao(at_least=place_of(receipt))
        self.telling.say(f"allegory: {_allegory(amended)}")
        self.telling.expect("his level for allegory", _allegory(amended), "Proficient")
        self.telling.expect("whether it is affected still", amended["affected"], False)

    async def _replay(self, first: dict[str, Any]) -> None:
        self.telling.step("The first grade as it was: what the record held then, named by its positions, the pins.")
        pins = ",".join(f"{pin['ledger']}:{pin['shard']}:{pin['position']}" for pin in first["as_of"])
        then, _ = await self._bao(as_of=pins)
        self.telling.say(f"as of {pins}: allegory {_allegory(then)}")
        self.telling.expect("the grade as it was", then["levels"], first["levels"])

    async def _audit(self, first: dict[str, Any]) -> None:
        self.telling.step(
            "Bao asks audit to prove it: its own copy, refolded at the pins under the policy then in force."
        )
        bao = await self.cast.as_person("learner-bao")
        result = await audit_of(bao, {"grade": first["id"]})
        for word in result["grades"]:
            word["contributions"] = [one for one in word["contributions"] if one["competency"] == ALLEGORY]
        show_audit(self.telling.console, result)
        self.telling.expect("the audit", result["state"], "equal")

    async def _tamper(self) -> None:
        self.telling.step("Somebody with the database's password turns a 3 of Bao's into a 4, behind everyone's back.")
        if self.cast.place.superuser is None:
            self.telling.leave_out("nobody gave us the password of this district's database")
            return
        bao = await self.cast.person("learner-bao")
        before = await edit_entry(self.cast, ANALYSIS, b'"earned":"3"', b'"earned":"4"')
        result = await verification(self.cast.district, {"learner": bao})
        show_verification(self.telling.console, result)
        self.telling.expect("the verification", result["state"], "different")
        found = {(one.get("shard"), one.get("position")) for one in result["differences"]}
        self.telling.expect("the edited entry among what is found", before in found, True)
        self.telling.say("It is put back as it was.")
        await edit_entry(self.cast, ANALYSIS, b'"earned":"4","possible":"4"}]', b'"earned":"3","possible":"4"}]')
        await verify_all(self.cast, self.telling)

    async def _bao(self, **how: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Bao's grade with the pins of the answer, as he sees it, and the whole answer."""
        client, bao = await self.cast.as_person("learner-bao"), await self.cast.person("learner-bao")
        answer = await client.get(f"/v1/learners/{bao}/grades", **how)
        [grade] = answer["grades"]
        return {**grade, "as_of": answer["as_of"]["pins"]}, answer


def _codes() -> dict[str, str]:
    """The competencies of English that a grade shows, and their codes."""
    framework = read_json(FILES / "framework-english.json")
    return {one["id"]: one["code"] for one in framework["competencies"] if "parent" in one}


def _allegory(grade: dict[str, Any]) -> str | None:
    return next((level["level"] for level in grade["levels"] if level["competency"] == ALLEGORY), None)
