"""Who has seen a learner's record: the disclosure log, as she and who speaks for her read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from fastapi import Request, Response

from services.gateway.domain.disclosures import BY_SHARE, NotedDisclosure
from services.gateway.flows.read_disclosures import read_disclosures
from services.gateway.http.pages.languages import Gettext, words_in
from services.gateway.http.pages.languages import later as _
from services.gateway.http.pages.relations import Relations, purpose_for
from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.visiting import Visiting
from services.gateway.http.visitors import Visitor
from services.gateway.ports import DisclosureRights, Disclosures
from shared.ledger.instants import instant_text

A_PAGE = 100
MINUTE = 60_000


SHOWN: Mapping[str, str] = {
    "mastery": _("Levels"),
    "next": _("What comes next"),
    "map": _("Levels"),
    "overview": _("Levels, and what comes next"),
    "readiness": _("What comes next"),
    "grid": _("Levels"),
    "explanation": _("Why a level is what it is"),
    "history": _("The whole record"),
    "grades": _("Grades"),
    "transcript": _("Transcript"),
    "portfolio": _("Portfolio"),
    "redos": _("Work that is done over"),
    "reviews": _("Questions about the record"),
    "verified": _("What was checked of the record"),
    "texts": _("What was written"),
    "names": _("The name"),
    "roster": _("The list of a class"),
    "states": _("Levels"),
    "forgetting": _("A request to forget"),
    "coverage": _("Portfolio"),
    "suggestions": _("Portfolio"),
    "curation": _("Portfolio"),
    "work": _("Works"),
    "works": _("Works"),
    "file": _("A file of a work"),
    "evidence": _("A piece of evidence"),
    "exhibition": _("Part in an exhibition"),
    "exhibitions": _("Part in an exhibition"),
    "exhibitions-due": _("Part in an exhibition"),
    "results": _("What an exhibition came to"),
    "panel": _("What a panel gave"),
    "grade": _("Grades"),
    "audit": _("What was checked of the record"),
    "policy": _("A rule of her own"),
    "what-if": _("Levels under a rule that was tried"),
    "share": _("What was shared"),
}

PURPOSES: Mapping[str, str] = {
    "teaching": _("Teaching"),
    "grading": _("Grading"),
    "review": _("Answering a question"),
    "support": _("Support"),
    "administration": _("Running the school"),
    "audit": _("Checking the record"),
    "family": _("Family"),
}


@dataclass(frozen=True, slots=True)
class Seeing:
    """The log's words, in the reader's language; what has no word of ours is shown as it is."""

    words: Gettext

    @classmethod
    def to(cls, language: str) -> "Seeing":
        """For a reader of this language."""
        return cls(words_in(language))

    def whats(self, whats: Sequence[str]) -> str:
        """What was shown together, each once."""
        said = dict.fromkeys(self.words.gettext(SHOWN[what]) if what in SHOWN else what for what in whats)
        return ", ".join(said)

    def purpose(self, purpose: str | None) -> str:
        return "–" if purpose is None else self.words.gettext(PURPOSES[purpose]) if purpose in PURPOSES else purpose


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the log."""

    at: str
    person: str
    by_share: bool
    whats: tuple[str, ...]
    purpose: str | None


def rows_of(noted: Sequence[NotedDisclosure]) -> list[Row]:
    """The log, newest first, with what one person was shown within a minute in one row: that was one page, or few."""
    rows: list[Row] = []
    for (person, by_share, _minute), some in groupby(noted, key=_page_of):
        several = list(some)
        whats = tuple(dict.fromkeys(one.disclosure.what for one in several))
        purpose = next((one.disclosure.purpose for one in several if one.disclosure.purpose), None)
        rows.append(Row(instant_text(several[0].at), person, by_share, whats, purpose))
    return rows


def _page_of(noted: NotedDisclosure) -> tuple[str, bool, int]:
    return noted.disclosure.person, noted.disclosure.what == BY_SHARE, noted.at // MINUTE


@dataclass(frozen=True, slots=True)
class SeenPages:
    """Makes the page."""

    relations: Relations
    visiting: Visiting
    log: Disclosures
    rights: DisclosureRights

    async def shown(self, request: Request, visitor: Visitor, learner: str, after: int | None) -> Response:
        """The newest below number `after`. Raises Problem where the log is not the visitor's to read."""
        noted = await read_disclosures(visitor.person, learner, after, A_PAGE, log=self.log, rights=self.rights)
        rows = rows_of(noted)
        people = list(dict.fromkeys([learner, *(row.person for row in rows if not row.by_share)]))
        purpose = await purpose_for(visitor, [learner], self.relations)
        names = (await self.visiting.asking.revealed(visitor, purpose, names=people)).names
        reader = self.visiting.reader(request, visitor)
        return page(
            "learner/seen.html",
            reader,
            learner=learner,
            name=names.get(learner),
            names=names,
            rows=rows,
            following=noted[-1].number if len(noted) == A_PAGE else None,
            seeing=Seeing.to(reader.language),
        )
