"""What is written into a column of a section, and how it stands to what is recorded there. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.gateway.domain.disclosures import RevealedName
from services.gateway.http.pages.sections.scores import Given, Measure, Scoring, given, pasted, piece_id
from services.gateway.http.pages.sections.showing import View, called
from services.gateway.http.pages.typed import no_form
from shared.ledger.identifiers import is_id
from shared.ledger.instants import instant


@dataclass(frozen=True, slots=True)
class Column:
    """A competency of a section, how it is scored, and its learners by name with the version that each cell has.

    What is scored is of the section's `course`.
    """

    view: View
    competency: Mapping[str, Any]
    scoring: Scoring
    measure: Measure
    learners: Sequence[str]
    names: Mapping[str, RevealedName]
    rows: Mapping[str, Mapping[str, Any]]
    title: str
    course: str | None

    def version(self, learner: str) -> str:
        return str(self.rows[learner]["cells"][0]["version"])

    def piece(self, sheet: "Sheet", learner: str) -> str:
        """The id of what a sheet records of her."""
        return piece_id(sheet.id or "", self.competency["competency"], learner)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was written into the column so far: texts by learner, the versions they were written on, what of it is wrong
    or stale, how many values were for nobody; and the id and the moment of what it will record. `refused` says why of
    whom nothing could be recorded, beside `recorded` others; `unsure`, that nobody knows what of it is recorded.
    """

    id: str | None = None
    at: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    stale: Sequence[str] = ()
    left: int = 0
    gone: int = 0
    refused: Mapping[str, object] = field(default_factory=dict)
    recorded: int = 0
    unsure: bool = False


def read_sheet(fields: Mapping[str, str], of: Column) -> tuple[Sheet, list[Given]]:
    """What the form says, and the scores in it. What was pasted comes before what was typed."""
    texts = {
        name.removeprefix("score/"): text.strip()
        for name, text in fields.items()
        if name.startswith("score/") and text.strip()
    }
    order = [learner for learner in fields.get("learners", "").split() if is_id(learner)]
    more, left = pasted(fields.get("pasted", ""), order)
    texts |= {learner: text for learner, text in more.items() if text.strip()}
    here = {learner: text for learner, text in texts.items() if learner in of.rows}
    read = [given(learner, text, of.measure) for learner, text in here.items()]
    versions = {name.removeprefix("version/"): text for name, text in fields.items() if name.startswith("version/")}
    stale = [learner for learner in here if versions.get(learner) != of.version(learner)]
    id_, at = fields.get("id", ""), fields.get("at", "")
    check_form(id_, at)
    sheet = Sheet(
        id_,
        at,
        here,
        {learner: of.version(learner) for learner in of.learners},
        {one.learner: one.wrong for one in read if one.wrong is not None},
        sorted(stale, key=lambda learner: called(learner, of.names)),
        left,
        len(texts) - len(here),
    )
    return sheet, [one for one in read if one.score is not None]


def check_form(id_: str, at: str) -> None:
    """Raise `problems.invalid` where these are not the id and the moment that a form of ours has."""
    try:
        instant(at)
    except ValueError as error:
        raise no_form() from error
    if not is_id(id_):
        raise no_form()


def done_over(row: Mapping[str, Any], competency: str) -> str | None:
    """The piece that a score does over, where a redo of this competency waits for one."""
    waiting = (one for one in row["waiting"] if one["what"] == "score" and one["competency"] == competency)
    return next((one["redo_of"] for one in waiting), None)
