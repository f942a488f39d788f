"""The table of pages: a row for each page that somebody looks at. Everything in this folder goes through it.

A new page is a new row: its name (also its picture's), its title in `docs/pages.md`, who looks, and where it is, in
names of `DemoDistrict.found` (`{ballot}` is one not yet used). `main` is what she came for, in CSS: it must be there,
and be reached with at most `stops` presses of Tab. `own` says that it is a learner's or a guardian's, on which nothing
may rank or count her. `do` is what she does first, where a page comes only as an answer.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

import pytest
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

    @property
    def foremost(self) -> bool:
        """Whether it is one that most people come to: it is tried in each language and theme. No page is left out of
        what is tried in English.
        """
        return self.name.startswith(FOREMOST)

    @property
    def sampled(self) -> bool:
        """Whether it stands for others like it: it is tried in every look at each run, they in the long form alone."""
        return self.name in SAMPLED


FOREMOST = ("welcome", "home-", "why", "mastery", "grid", "exhibition", "ballot", "vote", "family", "seen")
"""What names of rows begin with: signing in and first pages, a level and all levels, a class, voting, a family's."""

SAMPLED = frozenset(
    {
        *("welcome", "ballot", "shared-portfolio", "home-guardian", "home-teacher", "mastery", "why", "grid"),
        *("portfolio", "work-by-teacher", "seminar", "score-work", "exhibition-results", "panel-work"),
        *("audit-result", "what-if-learners", "review", "release-batch"),
    }
)
"""At least one page of each area, with most of what people wrote and most of what has a colour of its own."""


async def _vote(page: Page) -> None:
    await page.locator("input[type=radio]").first.check()
    await page.get_by_role("button").last.click()


async def _mistype(page: Page) -> None:
    await page.locator("textarea").fill("one two three")
    await page.locator("main button").click()


OPERATOR, AUDITOR = "operator", "auditor"
LINDGREN = "teacher-lindgren"

WHAT_IF = "/district/policies/what-ifs/{what_if}"


async def _choose(page: Page) -> None:
    await page.locator("main li li a").first.click()
    await page.wait_for_url("**version=*")


async def _tap(page: Page) -> None:
    """Where scripts run: else the table stays."""
    if await page.locator("#start").is_visible():
        await page.locator("#start").click()
        await page.wait_for_url("**/seminars/live")
        await page.locator("#seats button").first.click()
        await page.locator("#note").fill("Listened well.")


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
    Row("home-teacher", "A teacher's first page", "teacher-lindgren", "/", "main a"),
    Row("home-administrator", "An administrator's first page", OPERATOR, "/", "main a"),
    Row("home-auditor", "An auditor's first page", AUDITOR, "/", "main a"),
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
    Row("audit", "Audit a grade", AUDITOR, "/audit", "#find"),
    Row("audit-learner", "Audit: a learner's grades", AUDITOR, "/audit/learners/{amara}", "a[href^='/audit/grades/']"),
    Row("audit-timeline", "Audit: everything recorded", AUDITOR, "/audit/learners/{amara}/timeline", "main table"),
    Row(
        "audit-grade",
        "Audit: a grade beside the record",
        AUDITOR,
        "/audit/grades/{grade}?as_of=2026-11-15",
        "form button",
    ),
    Row("audit-result", "Audit: what was found", AUDITOR, "/audit/results/{audit}", "main h1"),
    Row("verifications", "Verify the record", AUDITOR, "/audit/verifications", "form button"),
    Row("verification", "Verify: what was found", AUDITOR, "/audit/verifications/{verification}", "main h1"),
    Row("district", "The district", OPERATOR, "/district", "main a[href='/district/policies']"),
    Row("policies", "Policies in force", OPERATOR, "/district/policies", "main a[href*='in-force']"),
    Row("policy", "A policy in words", OPERATOR, "/district/policies/in-force?scope=district", "main h1"),
    Row(
        "policy-templates",
        "Another policy: where to begin",
        OPERATOR,
        "/district/policies/new",
        "main a[href*='from=']",
    ),
    Row("policy-draft", "Another policy, written", OPERATOR, "/district/policies/new?from=marzano", "main form button"),
    Row("what-if", "What if? Whom a policy would move", OPERATOR, WHAT_IF, "#reason"),
    Row("what-if-learners", "What if? Who, and why", OPERATOR, WHAT_IF + "/learners?competency={theme}", "main h1"),
    Row("family", "How is my child doing?", "guardian-okafor", "/learners/{amara}", "main a", own=True),
    Row("seen", "Who has seen it", "guardian-okafor", "/learners/{amara}/seen", "main h1", own=True),
    Row("operator", "How the district runs", OPERATOR, "/operator", "main h1"),
    Row("portfolio", "My portfolio", "learner-amara", "/learners/{amara}/portfolio", "main a.button", own=True),
    Row(
        "portfolio-by-guardian",
        "A portfolio, as a guardian sees it",
        "guardian-okafor",
        "/learners/{amara}/portfolio",
        "main article a",
        own=True,
    ),
    Row("choose", "Choose a work to show", "learner-amara", "/learners/{amara}/portfolio/choose", "main a", own=True),
    Row("exhibit", "Say why it is shown", "learner-amara", "/learners/{amara}/portfolio/choose", "#reason", do=_choose),
    Row("work", "A work, and its drafts", "learner-amara", "/works/{essay}", "main article h3", own=True),
    Row("work-by-teacher", "A work, as its teacher sees it", "teacher-sato", "/works/{poster}", "main article h3"),
    Row("seminar", "A seminar, to be begun", "teacher-lindgren", "/seminars/new?section={english}", "#purpose"),
    Row("seminar-live", "A seminar, where none is on the device", "teacher-lindgren", "/seminars/live", "h1"),
    Row(
        "seminar-tapped",
        "A seminar, tapped",
        "teacher-lindgren",
        "/seminars/new?section={english}",
        "#seats button, #start, #purpose",
        do=_tap,
    ),
    Row("grid", "My class", LINDGREN, "/sections/{english}", "#grid a"),
    Row("grid-scoring", "My class, while scoring", LINDGREN, "/sections/{english}?task=none&of=4", "#grid a"),
    Row("waiting-works", "Works that wait for a score", "teacher-sato", "/scoring", "main h1"),
    Row("score-work", "A work beside its rubric", "teacher-sato", "/works/{poster}/score", "main h1"),
    Row("exhibitions", "Exhibitions", "teacher-sato", "/exhibitions", "main a[href^='/exhibitions/']"),
    Row("exhibition-plan", "Planning an exhibition", "teacher-sato", "/exhibitions/new?section={art}", "main h1"),
    Row("exhibition-open", "An open exhibition", "teacher-sato", "/exhibitions/{open_exhibition}", "main form button"),
    Row("exhibition-results", "What an audience said", "learner-amara", "/exhibitions/{exhibition}", "#said", own=True),
    Row("exhibition-paper", "Ballots from paper", "teacher-sato", "/exhibitions/{open_exhibition}/paper", "main h1"),
    Row(
        "exhibition-close",
        "Closing an exhibition",
        "teacher-sato",
        "/exhibitions/{open_exhibition}/close",
        "main button",
    ),
    Row("tasks", "Tasks and rubrics", "teacher-sato", "/tasks", "main h1"),
    Row("task", "Writing a task", "teacher-sato", "/tasks/new", "#title"),
    Row("rubric", "Writing a rubric", "teacher-sato", "/rubrics/new", "#title"),
    Row("panel-pass", "A panelist's pass, typed", NOBODY, "/panel-pass", "#pass"),
    Row("panel-work", "A work before its panel", "teacher-sato", "/exhibitions/{exhibition}/panel/{poster}", "main h1"),
    Row("panel", "The panel of an exhibition", "teacher-sato", "/exhibitions/{open_exhibition}/panel", "main h1"),
    Row("audit-section", "Audit: a class", AUDITOR, "/audit/sections/{english}", "main h1"),
    Row("rosters", "Rosters", OPERATOR, "/district/rosters", "main h1"),
    Row("roster-section", "A class in the roster", OPERATOR, "/district/rosters/sections/{english}", "main h1"),
    Row("forgetting", "Who waits to be forgotten", OPERATOR, "/district/forgetting", "main h1"),
    Row("reviews", "Questions that wait for an answer", OPERATOR, "/district/reviews", "main h1"),
    Row("review", "A question, to be answered", OPERATOR, "/district/reviews/{bao}/{review}", "#answer"),
    Row("releases", "Releasing grades", OPERATOR, "/district/releases?section={mathematics}", "#section"),
    Row("release-batch", "Grades, held until they are looked at", OPERATOR, "/district/releases/{batch}", "main table"),
    Row("reviews-school", "Questions of a school", OPERATOR, "/district/reviews/schools/{school}", "main h1"),
)


def sampled(rows: Iterable[Row]) -> pytest.MarkDecorator:
    """Those of the rows that stand for others, and in the long form all."""
    marked = [pytest.param(row, id=row.name, marks=() if row.sampled else pytest.mark.long) for row in rows]
    return pytest.mark.parametrize("row", marked)
