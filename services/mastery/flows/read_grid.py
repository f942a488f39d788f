"""A section's grid: where its learners are with the competencies of a page, and what of it wants the teacher.

It shows states as they are stored, one query for all of them, and folds only where a level cannot say yet whether it
holds and a diagnostic piece or an attestation may. Learners come in the order of their ids, competencies by code:
nothing is ever in an order of levels.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

from services.mastery.domain.errors import UnknownError
from services.mastery.domain.horizon import now_horizon
from services.mastery.flows.folding import folded
from services.mastery.flows.learner_standings import learner_standings
from services.mastery.flows.list_redos import list_redos
from services.mastery.flows.list_reviews import FIRST
from services.mastery.flows.whose import Whose, Worklist, learners_of, reached
from services.mastery.ports import District, StoredCell, StoredSection
from shared.rulebook.known import EVERYTHING, Pin
from shared.rulebook.prerequisites import Member, Prerequisites, by_code
from shared.rulebook.readiness import (
    NO_EVIDENCE,
    NO_POLICY,
    SILENT,
    Readiness,
    Standing,
    Standings,
    is_heading,
    readiness,
    speaks,
    standing_of,
    standings,
)
from shared.rulebook.state import Status
from shared.runtime.pace import Pace

CodeAndId: TypeAlias = tuple[str, str]

MOST_WAITING = 1_000
"""Redos, and reviews, that one section may have waiting and still see each of them."""

_UNDER_REVIEW = Standing(Status.UNDER_REVIEW)


@dataclass(frozen=True, slots=True)
class GridQuestion:
    """Which section's, or of one learner of it alone, and which competencies.

    `only` those, where they are given. Else, without `within`, those of which anything is recorded of her learners with
    those `also` named; with it all that the framework or competency holds. `limit` of them, `after` one. `own`: of what
    is recorded that of the frameworks alone of which anything is recorded in the section's own course, for learners
    bring what they did in all their classes; all of it where nothing is.
    """

    asked: Worklist
    learner: str | None = None
    within: str | None = None
    also: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    own: bool = False
    after: CodeAndId | None = None
    limit: int = 40


class Waiting(NamedTuple):
    """Something that waits for the teacher: of a redo a conference, an opening or a score, or a review's answer.

    `redo_of` is the piece that a score would do over, where the redo was opened for one.
    """

    what: str
    id: str
    competency: str | None
    redo_of: str | None = None


class Cell(NamedTuple):
    """A learner's state of one competency. `version` is the position of its newest piece, 0 where there is none."""

    status: Status
    level: str | None
    ready: bool
    needs_evidence: bool
    waiting: tuple[str, ...]
    version: int


class Row(NamedTuple):
    """A learner, all that waits of hers, and her cells in the order of the columns."""

    learner: str
    waiting: tuple[Waiting, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class OpenGrid:
    """A grid that its reader may see, before it is read: whose rows, how far the tables reach, by which mark, and of
    which course where its own columns are asked for.
    """

    learners: tuple[str, ...]
    pins: tuple[Pin, ...]
    mark: str
    course: str | None


@dataclass(frozen=True, slots=True)
class Grid:
    """A page of columns by code; `next` goes on after them, None at the end. `frameworks` are those there are, by id
    and title. `course`: what is recorded is shown of the frameworks of this course alone.
    """

    section: str
    frameworks: tuple[tuple[str, str], ...]
    columns: tuple[Member, ...]
    rows: tuple[Row, ...]
    next: CodeAndId | None
    refolding: bool
    course: str | None


async def open_grid(question: GridQuestion, district: District) -> OpenGrid:
    """Whose rows the reader may see: of the section's learners those for whom she may record. Raises UnknownError."""
    await district.applied.reached(question.asked.at_least)
    learners = await learners_of(question.asked, district)
    if question.learner is not None:
        if question.learner not in learners:
            raise UnknownError("learner")
        learners = [question.learner]
    pins = await reached(learners, district)
    section = question.asked.whose.id
    course = (await district.rights.courses_of([section])).get(section) if question.own else None
    return OpenGrid(tuple(learners), pins, await district.sections.mark(learners), course)


async def read_grid(question: GridQuestion, opened: OpenGrid, district: District) -> Grid:
    """The grid, never older than its mark. Raises UnknownError for a place that there is not."""
    graph = await district.frameworks.graph(EVERYTHING)
    stored = await district.sections.read(opened.learners, opened.course)
    about = _frameworks(stored.of_course, graph)
    columns, onward = _columns(question, graph, stored.cells, about)
    among = {one.id for one in columns} | {below for one in columns for below in graph.rests_on.get(one.id, ())}
    waiting = await _waiting(question, opened.learners, district)
    by_learner: dict[str, dict[str, StoredCell]] = defaultdict(dict)
    for cell in stored.cells:
        by_learner[cell.learner][cell.competency] = cell
    rows: list[Row] = []
    pace = Pace()
    for learner in opened.learners:
        own, mine = by_learner[learner], waiting.get(learner, ())
        seen = await _standings(learner, own, stored, graph, among, district)
        rows.append(Row(learner, tuple(mine), tuple(_cell(one.id, own.get(one.id), seen, mine) for one in columns)))
        await pace.breathe()
    outline = await district.transcripts.outline(EVERYTHING)
    frameworks = tuple((one.id, one.title) for one in outline.frameworks)
    course = opened.course if about else None
    return Grid(question.asked.whose.id, frameworks, columns, tuple(rows), onward, stored.refolding, course)


def _frameworks(competencies: Collection[str], graph: Prerequisites) -> Collection[str]:
    """The frameworks that hold these."""
    return {graph.members[one].framework for one in competencies if one in graph.members}


def _columns(
    question: GridQuestion, graph: Prerequisites, cells: Sequence[StoredCell], about: Collection[str]
) -> tuple[tuple[Member, ...], CodeAndId | None]:
    """The competencies of the page; of what is recorded those of the frameworks that it is `about`, where it is about
    any. Headings, which only gather others, come in where something is recorded.
    """
    recorded = {cell.competency for cell in cells}
    if question.only:
        chosen = set(question.only) & graph.members.keys()
    elif question.within is not None:
        place: Collection[str] = graph.within(question.within)
        if not place:
            raise UnknownError("framework or competency")
        chosen = {id_ for id_ in place if id_ not in graph.headings or id_ in recorded}
    elif recorded or question.also:
        shown = {id_ for id_ in recorded & graph.members.keys() if not about or graph.members[id_].framework in about}
        chosen = shown | (set(question.also) & graph.members.keys())
    else:
        chosen = graph.members.keys() - graph.headings
    ordered = sorted((graph.members[id_] for id_ in chosen), key=by_code)
    rest = [one for one in ordered if question.after is None or by_code(one) > question.after]
    page = tuple(rest[: question.limit])
    return page, by_code(page[-1]) if len(rest) > question.limit else None


async def _waiting(
    question: GridQuestion, learners: Sequence[str], district: District
) -> Mapping[str, Sequence[Waiting]]:
    """By learner what waits for her teacher, the longest waiting first."""
    found: dict[str, list[Waiting]] = defaultdict(list)
    asked = question.asked
    if question.learner is not None:
        asked = replace(asked, whose=Whose("learner", question.learner))
    for one in (await list_redos(asked, None, None, MOST_WAITING, district)).redos:
        over = None if one.cycle.opened is None else one.cycle.opened.evidence
        redo = Waiting(one.standing.turn.value, one.cycle.id, one.cycle.competency, over)
        found[one.cycle.learner].append(redo)
    for review in await district.worklists.reviews(learners, "open", FIRST, MOST_WAITING):
        competency = review.about_id if review.about == "competency" else None
        found[review.learner].append(Waiting("review", review.id, competency))
    return found


async def _standings(  # noqa: PLR0913, PLR0917 - all that readiness asks of a learner
    learner: str,
    own: Mapping[str, StoredCell],
    stored: StoredSection,
    graph: Prerequisites,
    among: Collection[str],
    district: District,
) -> Standings:
    definitions = stored.view.definitions
    if any(adoption.policy.roll_up is not None for adoption in definitions.policies.values()):
        record = await district.records.of(learner)  # what has parts stands where they put it, and nobody stores that
        return await learner_standings(record, now_horizon(record.reached, held=record.held), graph, district, among)
    who = stored.learners[learner]
    recorded: dict[str, Standing] = {}
    for id_ in among & own.keys():
        cell = own[id_]
        recorded[id_] = Standing(cell.status)
        if learner in stored.held:
            recorded[id_] = _UNDER_REVIEW
        elif cell.status in SILENT and any(speaks(piece) for piece in cell.pieces):
            state = await folded(who, id_, cell.pieces, definitions, EVERYTHING, cell.overrides)
            recorded[id_] = standing_of(state, cell.pieces)

    def unrecorded(competency: str) -> Standing:
        return NO_POLICY if definitions.in_force(who, competency) is None else NO_EVIDENCE

    return standings(graph, recorded, unrecorded, among)


def _cell(competency: str, cell: StoredCell | None, seen: Standings, waiting: Sequence[Waiting]) -> Cell:
    status = seen.of[competency].status
    open_to = not is_heading(competency, seen) and readiness(competency, seen) is Readiness.READY
    ready = open_to and status not in {Status.MASTERED, Status.NO_POLICY, Status.UNDER_REVIEW}
    return Cell(
        status,
        None if cell is None or status is not cell.status else cell.level,
        ready,
        status is Status.NOT_ENOUGH or (status is Status.NO_EVIDENCE and ready),
        tuple(one.what for one in waiting if one.competency == competency),
        0 if cell is None else cell.position,
    )
