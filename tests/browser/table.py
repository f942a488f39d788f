"""The table of pages: a row for each page that somebody looks at. Everything in this folder goes through it.

A new page is a new row: its name (also its picture's), its title in `docs/pages.md`, who looks, and where it is, in
names of `DemoDistrict.found` (`{ballot}` is one not yet used). `main` is what she came for, in CSS: it must be there,
and be reached with at most `stops` presses of Tab. `own` says that it is a learner's or a guardian's, on which nothing
may rank or count her. `do` is what she does first, where a page comes only as an answer.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from playwright.async_api import Page

Deed: TypeAlias = Callable[[Page], Awaitable[None]]

NOBODY = "nobody"
"""Who looks without having signed in."""


@dataclass(frozen=True, slots=True)
class Row:
    """One page as one person sees it."""

    name: str
    title: str
    who: str
    address: str
    main: str
    stops: int = 25
    own: bool = False
    status: int = 200
    do: Deed | None = None


async def _vote(page: Page) -> None:
    await page.locator("input[type=radio]").first.check()
    await page.get_by_role("button").last.click()


async def _mistype(page: Page) -> None:
    await page.locator("textarea").fill("one two three")
    await page.locator("main button").click()


WHY = "/learners/{amara}/competencies/{theme}"

PAGES: tuple[Row, ...] = (
    Row("welcome", "Welcome", NOBODY, "/", "a.button[href^='/sign-in']"),
    Row("ballot", "A ballot, from its printed code", NOBODY, "/vote/{ballot}", "form input[type=radio]"),
    Row("voted", "The vote is counted", NOBODY, "/vote/{ballot}", "h1", do=_vote),
    Row("vote-by-hand", "A ballot's words, typed", NOBODY, "/vote", "textarea"),
    Row("vote-mistyped", "A ballot's words, mistyped", NOBODY, "/vote", "[role=alert]", do=_mistype),
    Row("shared-portfolio", "A shared portfolio, as its reader has it", NOBODY, "/v1/shares/{share}", "section h2"),
    Row(
        "not-here",
        "What is not there, or not hers to see",
        "learner-amara",
        "/learners/{nobody}",
        "main a[href='/']",
        status=404,
    ),
    Row("home-learner", "A learner's first page", "learner-amara", "/", "a[href='/learners/{amara}']"),
    Row("home-guardian", "A guardian's first page", "guardian-okafor", "/", "a[href*='{amara}']"),
    Row("home-teacher", "A teacher's first page", "teacher-lindgren", "/", "a[href^='/learners/']"),
    Row("home-administrator", "An administrator's first page", "operator", "/", "main a"),
    Row("home-auditor", "An auditor's first page", "auditor", "/", "main a"),
    Row("home-stranger", "The first page of somebody with nothing to do here yet", "stranger", "/", "main p"),
    Row("mastery", "My mastery", "learner-amara", "/learners/{amara}", "main a[href*='/competencies/']", own=True),
    Row(
        "mastery-by-teacher",
        "A learner's mastery, as her teacher sees it",
        "teacher-lindgren",
        "/learners/{bao}",
        "main a[href*='/competencies/']",
    ),
    Row("why", "Why this level?", "learner-amara", WHY, "#pieces", own=True),
    Row("why-by-guardian", "Why this level? As a guardian sees it", "guardian-okafor", WHY, "#pieces", own=True),
    Row(
        "why-override",
        "Why this level? Where a teacher set it",
        "teacher-lindgren",
        "/learners/{hugo}/competencies/{theme}",
        "main h1",
    ),
    Row(
        "why-earlier",
        "Why this level? Before anything was known",
        "teacher-lindgren",
        WHY + "?as_of=2020-01-01",
        "main a",
    ),
)
