"""Whose texts and names somebody may read, and of whom a text tells."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from services.evidence.domain.texts import KeptText, Name
from services.evidence.domain.works import work_of
from shared.contracts.events import EVENTS, decode
from shared.contracts.exhibitions import PanelConcluded, PanelScored
from shared.ledger.entry import Entry
from shared.ledger.streams import panel_stream, policy_stream

Standing: TypeAlias = Literal["learner", "staff", "section", "school"]
"""What a person is to the district: somebody who learns or learned there, or somebody who teaches, administers, audits
or speaks for a learner. Who learned and now holds a role is staff; who is still enrolled is a learner. A section has a
name too: its title; and so has a school, or whatever else a roster calls an organisation.
"""


EVERYBODYS: frozenset[Standing] = frozenset({"staff", "section", "school"})
"""Whose names are for everybody who belongs to the district."""


@dataclass(frozen=True, slots=True)
class RevealedText:
    """A text, its owner, and the learners whom it tells of."""

    ref: str
    text: str
    owner: str
    learners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RevealedName:
    """A person's name, and whether she is a learner: then to have read it is a disclosure."""

    person: str
    name: Name
    is_learner: bool


@dataclass(frozen=True, slots=True)
class Revealed:
    """What is given back of what was asked for."""

    texts: tuple[RevealedText, ...]
    names: tuple[RevealedName, ...]


def referred(kept: Mapping[str, KeptText], entries: Mapping[str, Entry]) -> dict[str, Entry]:
    """The events that refer to these texts, by the texts' references. A text without one was never recorded."""
    events: dict[str, Entry] = {}
    for ref, text in kept.items():
        entry = entries.get(text.event)
        if entry is not None and _keeps(entry, text.owner) and f'"{ref}"'.encode() in entry.body:
            events[ref] = entry
    return events


def _keeps(entry: Entry, owner: str) -> bool:
    """Whether the texts of an event are kept under an owner's key: its own, a learner's whose policy it adopts, or a
    work's on which a panel says something.
    """
    return owner in {entry.owner, work_told_of(entry)} or entry.stream == policy_stream(f"learner/{owner}")


def is_for_everyone(entry: Entry) -> bool:
    """Whether an event's texts tell of nobody: why a policy was adopted for more than one learner; what an exhibition,
    to which people are invited, is called.
    """
    if entry.event == "ExhibitionPlanned":
        return True
    return entry.event == "PolicyAdopted" and not entry.stream.startswith(policy_stream("learner/"))


def is_of_work(entry: Entry) -> bool:
    """Whether an event is a work's, and not a learner's."""
    contract = EVENTS.get(entry.event)
    return contract is not None and contract.owner == "work"


def work_told_of(entry: Entry) -> str | None:
    """The work that an event's texts tell of, where they do: its own, or the one that a panel scored."""
    if entry.event == "PanelScored":
        return decode(entry, PanelScored).work
    if entry.event == "PanelConcluded":
        return decode(entry, PanelConcluded).work
    return entry.owner if is_of_work(entry) else None


def panelist_of(entry: Entry) -> str | None:
    """Who wrote a panel's note on a work, before the panel concluded or after; None for any other text."""
    return decode(entry, PanelScored).panelist if entry.event == "PanelScored" else None


def waits_for(entry: Entry, reader: str) -> str | None:
    """The stream that must be closed before an event's texts are the reader's: of another panelist's note that of
    what the panel concludes on the work. None for any other text.
    """
    if entry.event != "PanelScored":
        return None
    scored = decode(entry, PanelScored)
    return None if scored.panelist == reader else panel_stream(scored.exhibition, scored.work)


def is_shown_to_panels(entry: Entry) -> bool:
    """Whether an event's texts are what an exhibition shows of a work: its title and its versions, no feedback."""
    return entry.event in {"WorkStarted", "WorkVersionAdded"}


def told_of(entry: Entry, started: Mapping[str, Entry]) -> tuple[str, ...]:
    """The learners whom an event's texts tell of: its owner, or the members of its work, as `started` by work."""
    if is_for_everyone(entry):
        return ()
    if entry.event == "PolicyAdopted":
        return (entry.stream.removeprefix(policy_stream("learner/")),)
    of_work = work_told_of(entry)
    if of_work is None:
        return (entry.owner,)
    work = work_of(started.get(of_work))
    return () if work is None else work.members


def readable_texts(
    kept: Mapping[str, KeptText],
    told: Mapping[str, Collection[str]],
    visible: Collection[str],
    granted: Collection[str] = (),
) -> tuple[RevealedText, ...]:
    """The texts that tell of somebody whom the reader may see; `told` has the learners of each. And those `granted` for
    another reason.
    """
    return tuple(
        RevealedText(ref, kept[ref].text, kept[ref].owner, tuple(learners))
        for ref, learners in told.items()
        if ref in granted or any(learner in visible for learner in learners)
    )


def readable_names(
    names: Mapping[str, Name],
    standings: Mapping[str, Standing],
    visible: Collection[str],
    *,
    reader: str,
    belongs: bool,
) -> tuple[RevealedName, ...]:
    """A learner's name for whoever may see her, one's own always; those of staff, and of sections and schools, which
    may hold them, for everybody who belongs to the district.
    """
    return tuple(
        RevealedName(person, name, is_learner=standings.get(person) == "learner")
        for person, name in names.items()
        if person == reader or person in visible or (belongs and standings.get(person) in EVERYBODYS)
    )


def asked_about(told: Mapping[str, Collection[str]], people: Iterable[str]) -> list[str]:
    """Everybody of whom it matters whether the reader may see them."""
    return sorted({learner for learners in told.values() for learner in learners} | set(people))
