"""axe-core on an open page: what it finds wrong, and what it cannot tell and nobody has looked at yet.

Its one file comes with the package `axe-playwright-python`, of which nothing else is used. It is handed to the page by
the browser's own tools, so that the page's policy stays as it is.
"""

import json
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from playwright.async_api import Page

TRIAGED = Path(__file__).with_name("incompletes.toml")
"""What axe leaves open, and why each is right."""

RULES = {"target-size": {"enabled": True}}
"""Beside those that are on by themselves."""

CONTRAST = ("color-contrast",)
"""What may change with a theme, where nothing else does."""


LAYOUT = ("target-size", "scrollable-region-focusable", "link-in-text-block")
"""What may change with a window's width, but for colours, where nothing else does."""

ALIKE = "tbody tr:nth-child(n+6)"
"""Rows of a table after its first, which are made as those are."""

_RUN = """async ([without, options]) => {
  const { violations, incomplete } = await axe.run(without ? { exclude: [[without]] } : document, options);
  return JSON.stringify({ violations, incomplete });
}"""
"""What passes is told in far more words than all else, and nobody reads them: it stays there."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One element that a rule of axe's does not pass."""

    rule: str
    place: str
    words: str

    def __str__(self) -> str:
        return f"{self.rule} at {self.place}: {self.words}"


async def findings(
    page: Page, only: tuple[str, ...] = (), *, but: tuple[str, ...] = (), without: str | None = None
) -> list[Finding]:
    """Violations, and what is left open and not in the triage; by all rules, by those alone, or by all but some. What
    lies in elements that `without` names, in CSS, is not looked at.
    """
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(_source())
    rules = RULES | {rule: {"enabled": False} for rule in but}
    options: dict[str, Any] = {"resultTypes": ["violations", "incomplete"], "rules": rules, "preload": False}
    if only:
        options = {**options, "rules": {}, "runOnly": list(only)}
    found = json.loads(await page.evaluate(_RUN, [without, options]))
    left_open = [one for one in _findings(found["incomplete"]) if not is_triaged(one)]
    return [*_findings(found["violations"]), *left_open]


def is_triaged(finding: Finding) -> bool:
    """Whether somebody has looked at it and said why it is right."""
    return any(
        row["rule"] == finding.rule and row["place"] in finding.place and row.get("words", "") in finding.words
        for row in _triage()
    )


def _findings(results: list[dict[str, Any]]) -> list[Finding]:
    return [
        Finding(result["id"], _place(node), " ".join(str(node.get("failureSummary", "")).split()))
        for result in results
        for node in result["nodes"]
    ]


def _place(node: dict[str, Any]) -> str:
    return f"{' '.join(map(str, node['target']))} {node['html'][:200]}"


@cache
def _source() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


@cache
def _triage() -> list[dict[str, str]]:
    rows: list[dict[str, str]] = tomllib.loads(TRIAGED.read_text())["incomplete"]
    return rows
