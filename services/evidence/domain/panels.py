"""Panels: who scores what an exhibition shows, what each of them gives, and what they conclude together (DESIGN §6).

Panelists score without seeing one another. Nothing of theirs is evidence until the panel concludes on a work.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.evidence.domain.exhibitions import exhibition_of
from shared.contracts.bodies import CriterionResult
from shared.contracts.events import decode
from shared.contracts.exhibitions import (
    ExhibitionPlanned,
    PanelConcluded,
    PanelistAppointed,
    PanelistDismissed,
    PanelScored,
    PlannedPanel,
)
from shared.ledger.entry import Entry
from shared.ledger.identifiers import further_event_id
from shared.ledger.instants import Instant, instant

EVENTS_OF_PANELS = (
    "ExhibitionPlanned",
    "PanelistAppointed",
    "PanelistDismissed",
    "PanelScored",
    "PanelConcluded",
)
"""The events of an exhibition that a panel is folded from."""


@dataclass(frozen=True, slots=True)
class Panelist:
    """Somebody who scores, or did. `version` is that of her stream; a guest was made known by her appointment alone."""

    id: str
    role: str
    ends_at: Instant | None
    version: int
    is_guest: bool
    is_dismissed: bool = False

    def is_current(self, now: Instant) -> bool:
        return not self.is_dismissed and (self.ends_at is None or self.ends_at > now)


@dataclass(frozen=True, slots=True)
class PanelScore:
    """What a panelist gives a work by now, in earnest or as a calibration."""

    event: str
    work: str
    panelist: str
    rubric: str
    calibration: bool
    results: tuple[CriterionResult, ...]
    note_ref: str | None


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What the panel concluded on a work."""

    event: str
    rubric: str
    scores: tuple[str, ...]
    results: tuple[CriterionResult, ...]
    resolution_ref: str | None


@dataclass(frozen=True, slots=True)
class Panel:
    """An exhibition's panel as its entries tell it; panelists in the order of their appointment.

    `last` is its last entry, `events` are the ids of all. `scores` has a place for each work, panelist and kind
    (calibration or not); `versions` that of the stream of all that a panelist gave a work.
    """

    exhibition: str
    plan: ExhibitionPlanned
    last: Entry
    events: frozenset[str]
    panelists: Mapping[str, Panelist] = field(default_factory=dict)
    scores: Mapping[tuple[str, str, bool], PanelScore] = field(default_factory=dict)
    versions: Mapping[tuple[str, str], int] = field(default_factory=dict)
    conclusions: Mapping[str, Conclusion] = field(default_factory=dict)

    @property
    def planned(self) -> PlannedPanel | None:
        return self.plan.panel

    def counted(self, work: str) -> list[PanelScore]:
        """The scores that a conclusion on a work is about: those by the rubric in force that are no calibration."""
        rubric = None if self.planned is None else self.planned.rubric
        return [
            score
            for score in self.scores.values()
            if score.work == work and not score.calibration and score.rubric == rubric
        ]

    def withholds(self, work: str, person: str) -> bool:
        """Whether a person does not see yet what others give a work: she sits or sat on the panel, has no score of her
        own that counts, and nothing is concluded.
        """
        if person not in self.panelists or work in self.conclusions:
            return False
        return all(score.panelist != person for score in self.counted(work))

    def concluded_from(self, work: str) -> list[PanelScore]:
        """The scores that the conclusion on a work came out of, or would."""
        concluded = self.conclusions.get(work)
        if concluded is None:
            return self.counted(work)
        return [score for score in self.scores.values() if score.event in concluded.scores]


def panel_of(entries: Sequence[Entry]) -> Panel | None:
    """The panel that an exhibition's entries of `EVENTS_OF_PANELS`, in order, make; None where it was never planned."""
    exhibition = exhibition_of([entry for entry in entries if entry.event == "ExhibitionPlanned"])
    if exhibition is None:
        return None
    panelists: dict[str, Panelist] = {}
    scores: dict[tuple[str, str, bool], PanelScore] = {}
    versions: dict[tuple[str, str], int] = {}
    conclusions: dict[str, Conclusion] = {}
    for entry in entries:
        match entry.event:
            case "PanelistAppointed":
                appointed = _appointed(entry, panelists)
                panelists[appointed.id] = appointed
            case "PanelistDismissed":
                gone = panelists[decode(entry, PanelistDismissed).panelist]
                panelists[gone.id] = Panelist(gone.id, gone.role, gone.ends_at, entry.version, gone.is_guest, True)
            case "PanelScored":
                score = _scored(entry)
                scores[score.work, score.panelist, score.calibration] = score
                versions[score.work, score.panelist] = entry.version
            case "PanelConcluded":
                said = decode(entry, PanelConcluded)
                conclusions[said.work] = Conclusion(
                    entry.id, said.rubric, said.scores, said.results, said.resolution_ref
                )
            case _:
                pass
    events = frozenset(entry.id for entry in entries)
    return Panel(exhibition.id, exhibition.plan, entries[-1], events, panelists, scores, versions, conclusions)


def guest_of(appointment: str) -> str:
    """The person whom an appointment without a person makes known: nobody else ever has this id."""
    return further_event_id(appointment, 1)


def _appointed(entry: Entry, before: Mapping[str, Panelist]) -> Panelist:
    body = decode(entry, PanelistAppointed)
    known = before.get(body.panelist)
    is_guest = body.panelist == guest_of(entry.id) or (known is not None and known.is_guest)
    ends_at = None if body.ends_at is None else instant(body.ends_at)
    return Panelist(body.panelist, body.role, ends_at, entry.version, is_guest)


def _scored(entry: Entry) -> PanelScore:
    body = decode(entry, PanelScored)
    return PanelScore(
        entry.id,
        body.work,
        body.panelist,
        body.rubric,
        body.calibration,
        body.results,
        body.note_ref,
    )
