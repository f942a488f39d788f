"""The demo district as browsers meet it: its story told, a button for everybody, and what is found there by name.

One stands for all browser tests of a run. An exhibition stays open beside the story's, with ballots to be used up, a
share that the story would have taken back, a question of Bao's that waits for its answer, and held grades of a class.
"""

import asyncio
import io
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from rich.console import Console

from cli.demo.cast import Cast
from cli.demo.level_story import THEME
from cli.demo.place import Place
from cli.demo.seeding import seed
from cli.demo.signing_in import AUDITS, open_doors
from cli.demo.story import tell
from cli.demo.telling import Telling
from cli.demo.work_story import ALLEGORY, SYMBOLS
from cli.gateway import Gateway
from deploy.local.issuer.people import Person, add_people
from deploy.local.services import SERVICES, Service
from deploy.local.stack import Stack
from shared.runtime.policy_templates import template
from tests.support.running import running_stack, until_applied
from tests.support.waiting import until

ALSO = {
    "teacher-abara": "Chidi Abara, history",
    "teacher-mensah": "Kofi Mensah, mathematics",
    "teacher-novak": "Petra Novak, English at Riverside",
    "learner-hugo": "Hugo Alvarez, learner",
    "learner-farid": "Farid Haddad, learner",
    "learner-zoe": "Zoë Martin, learner at Riverside",
}
"""Of the roster, who has no button in the demo."""

STRANGER = "stranger"
"""Somebody with an account whom nobody has given anything to do; like who audits, not of the roster."""

BALLOTS = 60


@dataclass(slots=True)
class DemoDistrict:
    """`found` has ids by the names that addresses of pages are written with; `ballots` are those not yet used."""

    stack: Stack
    cast: Cast
    found: dict[str, str]
    ballots: Iterator[str]

    @property
    def url(self) -> str:
        return self.stack.urls["gateway"]

    def address(self, template: str) -> str:
        """The address of a page, written as `/learners/{amara}`; `{ballot}` is a new one each time."""
        more = {"ballot": next(self.ballots)} if "{ballot}" in template else {}
        return self.url + template.format(**self.found, **more)

    async def open_exhibition(self, ballots: int) -> tuple[str, list[str]]:
        """A new one of the poster, open, at version 2, and so many ballots for families."""
        sato = await self.cast.as_person("teacher-sato")
        plan = {
            "id": str(uuid4()),
            "school": "roster:org/school-willowbrook-high",
            "section": "roster:class/class-art-10a",
            "works": [self.found["poster"]],
            "roles": ["family", "community"],
            "questions": "document:questions-animal-farm.json",
            "panel": {"rubric": "document:rubric-presentation.json", "discuss_from": 2},
            "title": "Animal Farm: a second evening",
        }
        _, planned = await sato.post("/v1/exhibitions", await self.cast.resolved(plan))
        path = f"/v1/exhibitions/{planned['id']}"
        await sato.post(f"{path}/open", {"id": str(uuid4()), "expected_version": planned["version"]})
        _, issued = await sato.post(f"{path}/ballots", {"id": str(uuid4()), "role": "family", "count": ballots})
        return str(planned["id"]), list(issued["tokens"])


@asynccontextmanager
async def demo_district(folder: Path, services: Sequence[Service] = SERVICES) -> AsyncIterator[DemoDistrict]:
    """A new one, ended and removed afterwards. What the story would show is not printed, but must be true."""
    async with running_stack(folder, services) as stack, Cast(Place.of_stack(stack)) as cast:
        await seed(cast.district)
        telling = Telling(Console(file=io.StringIO()))
        await tell(cast, telling)
        assert telling.untrue == [], telling.untrue
        await _open_more_doors(stack, cast)
        district = DemoDistrict(stack, cast, {}, iter(()))
        await _find(district)
        await until_applied(stack)
        await asyncio.gather(_do_jobs(district, AUDITS), _wait_for_people(district))
        yield district


async def _open_more_doors(stack: Stack, cast: Cast) -> None:
    await open_doors(cast, stack)
    people = {subject: await cast.person(subject) for subject in ALSO} | {STRANGER: str(uuid4())}
    add_people(stack.home, [Person(subject, ALSO.get(subject, subject)) for subject in people])
    for subject, person in people.items():
        account = {"issuer": stack.urls["issuer"], "subject": subject, "person": person}
        await cast.district.put("/v1/accounts", account)


async def _find(district: DemoDistrict) -> None:
    cast, found = district.cast, district.found
    for name in ("amara", "bao", "chiara", "dmitri", "farid", "hugo"):
        found[name] = await cast.person(f"learner-{name}")
    for name in ("english-10a", "history-10a", "art-10a", "mathematics-10a", "english-10r"):
        found[name.rpartition("-")[0] if name.endswith("a") else name] = str(
            await cast.resolved(f"roster:class/class-{name}")
        )
    found["school"] = str(await cast.resolved("roster:org/school-willowbrook-high"))
    found |= {"theme": THEME, "allegory": ALLEGORY, "symbols": SYMBOLS, "nobody": str(uuid4())}
    amara, teacher = await cast.as_person("learner-amara"), await cast.as_person("teacher-sato")
    portfolio: dict[str, Any] = await amara.get(f"/v1/learners/{found['amara']}/portfolio")
    found["exhibition"] = (await teacher.get("/v1/exhibitions", section=found["art"]))["items"][0]["exhibition"]
    exhibits = portfolio["portfolio"]["exhibits"]
    found["letter"], found["poster"], found["essay"] = (one["work"] for one in exhibits)
    found["transcript"] = (await amara.get(f"/v1/learners/{found['amara']}/transcript"))["code"]
    found["share"] = await _share(district, [one["exhibit"] for one in exhibits])
    found["open_exhibition"], tokens = await district.open_exhibition(BALLOTS)
    found["grade"] = (await amara.get(f"/v1/learners/{found['amara']}/grades"))["grades"][0]["id"]
    district.ballots = iter(tokens)


async def _do_jobs(district: DemoDistrict, auditor: str) -> None:
    """An audit of Amara's grade, a verification of her record, and another policy tried; all at their end."""
    found, cast = district.found, district.cast
    async with Gateway(district.url, await cast.place.personal_token(auditor)) as auditing:
        found["audit"] = await _done(auditing, "/v1/audits", {"grade": found["grade"]})
        found["verification"] = await _done(auditing, "/v1/verifications", {"learner": found["amara"]})
    wish = {"policy": template("most-recent"), "scope": "district"}
    found["what_if"] = await _done(cast.district, "/v1/what-ifs", wish)


async def _wait_for_people(district: DemoDistrict) -> None:
    """What waits until somebody decides: a question about a level, and grades of mathematics that are held."""
    bao, found = await district.cast.as_person("learner-bao"), district.found
    about = {"learner": found["bao"], "competency": ALLEGORY, "reason": "Which draft of mine was this about?"}
    _, asked = await bao.post("/v1/reviews", {**about, "id": str(uuid4())})
    found["review"] = asked["id"]
    mensah = await district.cast.as_person("teacher-mensah")
    columns = (await mensah.get(f"/v1/sections/{found['mathematics']}/grid"))["columns"]
    found["batch"] = await held_grades(district, "mathematics-10", found["mathematics"], columns[0]["competency"])


async def held_grades(district: DemoDistrict, course: str, section: str, competency: str) -> str:
    """Grades of a section, prepared by the district and not released."""
    names = {"course": f"roster:course/course-{course}", "period": "roster:academicSession/year-2026"}
    wish = {"id": str(uuid4()), "section": section, "competencies": [competency], **names}
    path, admin = "/v1/release-batches", district.cast.district
    _, batch = await admin.post(path, await district.cast.resolved(wish))

    async def held() -> bool:
        return bool((await admin.get(f"{path}/{batch['id']}"))["state"] == "held")

    await until(held, "the grades are held", seconds=60)
    return str(batch["id"])


async def _done(gateway: Gateway, path: str, wish: dict[str, Any]) -> str:
    """The id of a job that is asked for and followed to its end."""
    _, job = await gateway.post(path, {**wish, "id": str(uuid4())})

    async def over() -> bool:
        return (await gateway.get(f"{path}/{job['id']}"))["state"] not in {"waiting", "running"}

    await until(over, f"{path} is done", seconds=120)
    return str(job["id"])


async def _share(district: DemoDistrict, exhibits: list[str]) -> str:
    amara = await district.cast.as_person("learner-amara")
    expires_at = (datetime.now(UTC) + timedelta(days=30)).isoformat(timespec="milliseconds")
    wish = {"id": str(uuid4()), "audience": "college", "expires_at": expires_at, "exhibits": exhibits}
    _, share = await amara.post(f"/v1/learners/{district.found['amara']}/portfolio/shares", wish)
    return str(share["secret"])
