"""The table of pages: a row for each page that somebody looks at. Everything in this folder goes through it.

A new page is a new row: its name (also its picture's), who looks, and where it is, in names of `DemoDistrict.found`
(`{ballot}` is one not yet used). `main` is what she came for, in CSS: it must be there, and be reached with at most
`stops` presses of Tab. `own` says that it is a learner's or a guardian's, on which nothing may rank or count her.
`do` is what she does first, where a page comes only as an answer.
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
    Row("welcome", NOBODY, "/", "a.button[href^='/sign-in']"),
    Row("ballot", NOBODY, "/vote/{ballot}", "form input[type=radio]"),
    Row("voted", NOBODY, "/vote/{ballot}", "h1", do=_vote),
    Row("vote-by-hand", NOBODY, "/vote", "textarea"),
    Row("vote-mistyped", NOBODY, "/vote", "[role=alert]", do=_mistype),
    Row("shared-portfolio", NOBODY, "/v1/shares/{share}", "section h2"),
    Row("not-here", "learner-amara", "/learners/{nobody}", "main a[href='/']", status=404),
    Row("home-learner", "learner-amara", "/", "a[href='/learners/{amara}']"),
    Row("home-guardian", "guardian-okafor", "/", "a[href*='{amara}']"),
    Row("home-teacher", "teacher-lindgren", "/", "a[href^='/learners/']"),
    Row("home-administrator", "operator", "/", "main a"),
    Row("home-auditor", "auditor", "/", "main a"),
    Row("home-stranger", "stranger", "/", "main p"),
    Row("mastery", "learner-amara", "/learners/{amara}", "main a[href*='/competencies/']", own=True),
    Row("mastery-by-teacher", "teacher-lindgren", "/learners/{bao}", "main a[href*='/competencies/']"),
    Row("why", "learner-amara", WHY, "#pieces", own=True),
    Row("why-by-guardian", "guardian-okafor", WHY, "#pieces", own=True),
    Row("why-override", "teacher-lindgren", "/learners/{hugo}/competencies/{theme}", "main h1"),
    Row("why-earlier", "teacher-lindgren", WHY + "?as_of=2020-01-01", "main a"),
)
