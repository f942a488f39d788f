"""Asks for what a section's page shows, and keeps what would come out the same: answers by tags, cells as HTML."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from services.gateway.domain.disclosures import RevealedName
from services.gateway.http.pages.lists import whole
from services.gateway.http.pages.relations import Relations, purpose_in
from services.gateway.http.pages.rendering import fragment
from services.gateway.http.pages.sections.scores import Scoring, scoring_of
from services.gateway.http.pages.sections.showing import ALL, NO_TASK, View
from services.gateway.http.pages.sections.wording import shorts
from services.gateway.http.pages.visiting import Visiting
from services.gateway.http.visitors import Visitor
from shared.runtime.pace import Pace
from shared.runtime.problems import Problem

KEPT = 48
"""Grids, and the HTML of grids, that are remembered; none of them holds a name."""

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tasks:
    """What may be scored, by title, and what is."""

    listed: Sequence[Document]
    scoring: Scoring | None


class Sections:
    """What pages of sections ask for."""

    def __init__(self, relations: Relations, visiting: Visiting) -> None:
        self._relations, self._visiting = relations, visiting
        self._grids: OrderedDict[Any, tuple[str, Document]] = OrderedDict()
        self._cells: OrderedDict[tuple[str, str], Mapping[str, Markup]] = OrderedDict()

    async def grid(self, visitor: Visitor, section: str, **query: str | list[str]) -> tuple[str, Document]:
        """Where the section is, and the answer's tag. Raises as `Asking.read` does."""
        key = section, tuple(sorted((name, str(value)) for name, value in query.items()))
        tag, known = self._grids.get(key, (None, {}))
        told, tag = await self._visiting.asking.read_unless(visitor, f"/v1/sections/{section}/grid", tag, **query)
        answer = tag, known if told is None else told
        if "learner" not in query and "only" not in query:
            _keep(self._grids, key, answer)
        return answer

    async def names(self, visitor: Visitor, section: str) -> Mapping[str, RevealedName]:
        """The names of whom the section has, as far as the reader may know them, and its own: its title."""
        members, purpose = await asyncio.gather(
            self._relations.members(f"section/{section}"), purpose_in(visitor, section, self._relations)
        )
        return (await self._visiting.asking.revealed(visitor, purpose, names=[section, *members])).names

    async def name(self, visitor: Visitor, section: str, learner: str) -> RevealedName | None:
        """A learner's name, read for what the reader is to the section."""
        purpose = await purpose_in(visitor, section, self._relations)
        return (await self._visiting.asking.revealed(visitor, purpose, names=[learner])).names.get(learner)

    async def is_empty(self, visitor: Visitor, section: str) -> bool:
        """Whether nobody is in a section that is hers to see: the API knows sections by their learners alone."""
        if await self._relations.members(f"section/{section}"):
            return False
        standing = await self._relations.standing(visitor.person)
        if section in standing.teaches:
            return True
        school = (await self._relations.schools_of([section])).get(section)
        return school is not None and not {"district", f"school/{school}"}.isdisjoint(standing.administers)

    async def course(self, section: str) -> str | None:
        """The course that a section is of: what is scored here is evidence of it."""
        return (await self._relations.courses_of([section])).get(section)

    async def brings(self, visitor: Visitor) -> bool:
        """Whether she brings rosters here."""
        return "district" in (await self._relations.standing(visitor.person)).administers

    async def cells(self, tag: str, grid: Document, language: str) -> Mapping[str, Markup]:
        """The cells of each row, without anybody's name, made once for what a tag stands for."""
        made = self._cells.get((tag, language))
        if made is None:
            made = {}
            short = shorts(language)
            pace = Pace()
            for row in grid["rows"]:
                made[row["learner"]] = fragment(
                    "grid/cells.html", language, row=row, columns=grid["columns"], short=short
                )
                await pace.breathe()
        _keep(self._cells, (tag, language), made)
        return made

    async def tasks(self, visitor: Visitor, view: View) -> Tasks:
        """What may be scored, and what the view scores."""
        listed = await whole(self._visiting.asking, visitor, "/v1/tasks", "tasks")
        ordered = sorted(listed, key=lambda task: (task["title"].casefold(), task["id"]))
        if view.task is None:
            return Tasks(ordered, None)
        task = next((one for one in ordered if one["id"] == view.task), None)
        if task is None and view.task != NO_TASK:
            return Tasks(ordered, None)
        named = None if task is None else task.get("rubric")
        rubric = None if named is None else await self._visiting.asking.document(visitor, named)
        return Tasks(ordered, scoring_of(task, rubric, view.of))

    async def of_page(
        self, visitor: Visitor, section: str, view: View
    ) -> tuple[str, Document, Mapping[str, RevealedName], Tasks]:
        """All that the page shows: tag, grid, names and tasks. Names and tasks that cannot be had now are none."""
        asked = asyncio.gather(
            _unless_away(self.names(visitor, section), {}), _unless_away(self.tasks(visitor, view), Tasks((), None))
        )
        if view.task in {None, NO_TASK}:
            (names, tasks), (tag, grid) = await asyncio.gather(asked, self._page_of(visitor, section, view, ()))
        else:
            names, tasks = await asked
            measures = {} if tasks.scoring is None else tasks.scoring.measures or {}
            tag, grid = await self._page_of(visitor, section, view, sorted(measures)[:20])
        return tag, grid, names, tasks

    async def _page_of(self, visitor: Visitor, section: str, view: View, also: Sequence[str]) -> tuple[str, Document]:
        query: dict[str, str | list[str]] = {"also": list(also)} if also else {}
        if view.within is None:
            query["own"] = "true"
        elif view.within != ALL:
            query["within"] = view.within
        if view.after:
            query["after"] = view.after
        return await self.grid(visitor, section, **query)


async def _unless_away(asked: Any, instead: Any) -> Any:
    try:
        return await asked
    except Problem as problem:
        if problem.status != 503:
            raise
        return instead


def _keep(kept: OrderedDict[Any, Any], key: Any, value: Any) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > KEPT:
        kept.popitem(last=False)
