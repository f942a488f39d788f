"""Who has seen a learner's record: the disclosure log, as she and who speaks for her read it."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request, Response

from services.gateway.domain.disclosures import BY_SHARE
from services.gateway.flows.read_disclosures import read_disclosures
from services.gateway.http.pages.languages import Gettext, words_in
from services.gateway.http.pages.relations import Relations, purpose_for
from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.visiting import Visiting
from services.gateway.http.visitors import Visitor
from services.gateway.ports import DisclosureRights, Disclosures
from shared.ledger.instants import instant_text

A_PAGE = 50


def _(message: str) -> str:
    """Marks words for the catalogues; they are translated when they are shown."""
    return message


SHOWN: Mapping[str, str] = {
    "mastery": _("Levels"),
    "next": _("What comes next"),
    "map": _("Levels"),
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
    "work": _("A work"),
    "evidence": _("A piece of evidence"),
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

    def what(self, what: str) -> str:
        return self.words.gettext(SHOWN[what]) if what in SHOWN else what

    def purpose(self, purpose: str | None) -> str:
        return "–" if purpose is None else self.words.gettext(PURPOSES[purpose]) if purpose in PURPOSES else purpose


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the log."""

    at: str
    person: str
    by_share: bool
    what: str
    purpose: str | None


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
        rows = [
            Row(
                instant_text(one.at),
                one.disclosure.person,
                one.disclosure.what == BY_SHARE,
                one.disclosure.what,
                one.disclosure.purpose,
            )
            for one in noted
        ]
        people = list(dict.fromkeys([learner, *(row.person for row in rows if not row.by_share)]))
        purpose = await purpose_for(visitor, learner, self.relations)
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
            seeing=Seeing(words_in(reader.language)),
        )
