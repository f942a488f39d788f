"""What an attacker would write, in every text that pages show, planted in a corner of the demo district.

Its learner is Zoe at Riverside: her name, what she made, why she chose it, what her teacher said of it, the framework
that it stands for, what an audience is asked, what she asks about her level, and its rule. Then every page of the table
is opened with her in Amara's place, and her teacher in Ms Lindgren's.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from string import Formatter
from typing import Any
from uuid import uuid4

from cli.demo.seeding import FILES
from cli.gateway import Gateway
from cli.importing.commands import publish
from cli.importing.references import read_json
from tests.browser.district import DemoDistrict, held_grades
from tests.browser.table import Row
from tests.support.running import until_applied

ATTACKS = (
    '"><script>alert(1)</script>',
    "<img src=x onerror=alert(1)>",
    '<b hx-get="/evil" hx-trigger="load" hx-on:load="alert(1)">',
    '<svg onload="alert(1)"><script>alert(1)</script></svg>',
    "{{ 7 * 7 }}${7*7}",
    '=HYPERLINK("http://evil.invalid","x")',
    "\u202egnp.exe\u2067",
)
NAME, TITLE, TEXT = 255, 400, 10_000
"""Characters of a name and of a title, at most (longer ones are refused), and of what else people write."""

INSTEAD = {
    "learner-amara": "learner-zoe",
    "teacher-lindgren": "teacher-novak",
    "teacher-sato": "teacher-novak",
    "guardian-okafor": "guardian-okafor",
    "nobody": "nobody",
    "operator": "operator",
    "auditor": "auditor",
}
"""Who looks, instead of whom."""

WHEN = "2026-11-12T09:00:00.000Z"


def words(length: int) -> str:
    """Every attack, and then a word without a place to break, to this length."""
    said = " ".join(ATTACKS) + " " + "W" * length
    return said[:length]


class HostileCorner:
    """`district` has the hostile things by the names of what they stand for."""

    def __init__(self, district: DemoDistrict, found: dict[str, str]) -> None:
        self.district = replace(district, found={**district.found, **found})
        self._there = {*found, "ballot", "nobody"}

    def has(self, row: Row) -> bool:
        """Whether all that a page is about is hostile here."""
        named = {name for _, name, _, _ in Formatter().parse(row.address) if name}
        return row.who in INSTEAD and named <= self._there


async def plant(district: DemoDistrict) -> HostileCorner:
    """Write it all, each text by the person who would."""
    cast, admin = district.cast, district.cast.district
    novak, zoe = await cast.as_person("teacher-novak"), await cast.person("learner-zoe")
    await _names(admin)
    competency = str(uuid4())
    await publish(admin, _framework(competency))
    section = str(await cast.resolved("roster:class/class-english-10r"))
    for earned in ("2", "4"):
        await novak.post("/v1/evidence", _scored(zoe, competency, earned))
    why = {"id": str(uuid4()), "learner": zoe, "competency": competency, "level": "Proficient", "reason": words(TEXT)}
    await novak.post("/v1/overrides", why)
    hers = await cast.as_person("learner-zoe")
    work, share = await _portfolio(hers, novak, zoe, competency)
    link = {"id": str(uuid4()), "guardian": await cast.person("guardian-okafor"), "learner": zoe}
    await admin.post("/v1/guardians", link)
    exhibition, tokens = await _exhibition(district, novak, work)
    await until_applied(district.stack)
    about = {"id": str(uuid4()), "learner": zoe, "competency": competency, "reason": words(TEXT)}
    _, review = await hers.post("/v1/reviews", about)
    found = {
        **dict.fromkeys(("amara", "hugo", "bao"), zoe),
        **dict.fromkeys(("english", "art", "mathematics"), section),
        **dict.fromkeys(("poster", "letter"), work),
        "theme": competency,
        "share": share,
        "open_exhibition": exhibition,
        "review": review["id"],
        "batch": await held_grades(district, "english-10-riverside", section, competency),
    }
    corner = HostileCorner(district, found)
    corner.district.ballots = iter(tokens)
    return corner


async def _names(admin: Gateway) -> None:
    user = {"sourcedId": "learner-zoe", "status": "active", "givenName": words(NAME), "familyName": words(NAME)}
    school = {"sourcedId": "school-riverside-high", "type": "school", "name": words(NAME)}
    empty: dict[str, list[Any]] = {"academicSessions": [], "courses": [], "classes": [], "enrollments": []}
    _, answer = await admin.post("/v1/rosters", {**empty, "orgs": [school], "users": [user]})
    assert answer["refused"] == [], answer["refused"]


def _framework(competency: str) -> dict[str, Any]:
    asked = {"id": competency, "code": "hostile.words", "statement": words(TITLE)}
    return {
        "format": "ascertain.framework@1",
        "id": str(uuid4()),
        "title": words(TITLE),
        "competencies": [asked],
        "prerequisites": [],
    }


def _scored(learner: str, competency: str, earned: str) -> dict[str, Any]:
    results = [{"competency": competency, "earned": earned, "possible": "4"}]
    body = {"learner": learner, "purpose": "performance", "results": results}
    return {
        "id": str(uuid4()),
        "type": "ObservationRecorded",
        "occurred_at": WHEN,
        "body": body,
        "texts": {"note": words(TEXT)},
    }


async def _portfolio(hers: Gateway, teacher: Gateway, zoe: str, competency: str) -> tuple[str, str]:
    """A work with a draft, what was said of it, its place among what she shows, and a share."""
    _, made = await hers.post("/v1/works", {"id": str(uuid4()), "members": [zoe], "title": words(TITLE)})
    work, path = made["id"], f"/v1/learners/{zoe}/portfolio"
    draft = {
        "id": str(uuid4()),
        "expected_version": 1,
        "note": words(TEXT),
        "artefacts": [{"kind": "text", "content": words(TEXT)}],
    }
    _, version = await hers.post(f"/v1/works/{work}/versions", draft)
    said = {"id": str(uuid4()), "text": words(TEXT)}
    await teacher.post(f"/v1/works/{work}/versions/{version['id']}/feedback", said)
    chosen = {"id": str(uuid4()), "version": version["id"], "competencies": [competency], "reason": words(TEXT)}
    _, exhibit = await hers.post(f"{path}/exhibits", chosen)
    ends = (datetime.now(UTC) + timedelta(days=30)).isoformat(timespec="milliseconds")
    wish = {"id": str(uuid4()), "audience": "college", "expires_at": ends, "exhibits": [exhibit["id"]]}
    _, share = await hers.post(f"{path}/shares", wish)
    return str(work), str(share["secret"])


async def _exhibition(district: DemoDistrict, teacher: Gateway, work: str) -> tuple[str, list[str]]:
    questions, rubric = [
        await publish(district.cast.district, await district.cast.resolved(_hostile(name)))
        for name in ("questions-animal-farm.json", "rubric-presentation.json")
    ]
    plan = {
        "id": str(uuid4()),
        "school": "roster:org/school-riverside-high",
        "section": "roster:class/class-english-10r",
        "works": [work],
        "roles": ["family"],
        "questions": questions,
        "panel": {"rubric": rubric, "discuss_from": 2},
        "title": words(TEXT),
    }
    _, planned = await teacher.post("/v1/exhibitions", await district.cast.resolved(plan))
    path = f"/v1/exhibitions/{planned['id']}"
    await teacher.post(f"{path}/open", {"id": str(uuid4()), "expected_version": planned["version"]})
    _, issued = await teacher.post(f"{path}/ballots", {"id": str(uuid4()), "role": "family", "count": 10})
    return str(planned["id"]), list(issued["tokens"])


def _hostile(name: str) -> Any:
    """A document of the demo under an id of its own, with an attack for every title and description in it."""
    return {**_attacked(read_json(FILES / name)), "id": str(uuid4())}


def _attacked(value: Any) -> Any:
    if isinstance(value, list):
        return [_attacked(one) for one in value]
    if isinstance(value, dict):
        return {
            name: words(TITLE) if name in {"title", "descriptor"} and isinstance(one, str) else _attacked(one)
            for name, one in value.items()
        }
    return value
