"""Give texts and names back to whoever may read them. That it was done is logged by who asks: the gateway."""

from collections.abc import Collection, Mapping
from typing import Protocol

from services.evidence.domain.revealing import (
    Revealed,
    Standing,
    asked_about,
    is_for_everyone,
    is_shown_to_panels,
    panelist_of,
    readable_names,
    readable_texts,
    referred,
    told_of,
    waits_for,
    work_told_of,
)
from services.evidence.domain.texts import KeptText
from services.evidence.ports import District
from shared.ledger.entry import Entry


class People(Protocol):
    """What people are to the district."""

    async def standings(self, people: Collection[str]) -> Mapping[str, Standing]:
        """What each of these is; those are left out who are nothing to the district yet."""
        ...

    async def belongs(self, person: str) -> bool:
        """Whether a person has any relation in the district now: a role, an enrolment, a learner to speak for."""
        ...


async def reveal(
    reader: str, texts: Collection[str], names: Collection[str], people: People, district: District
) -> Revealed:
    """What the reader may read of these texts, by their references, and of these people's names.

    What is not hers to read and what is not there are both simply absent; so is what tells of the forgotten alone, also
    while their keys wait for their destruction. A few statements, however much is asked for.
    Raises VaultUnavailable, LedgerUnavailable, and `problems.unavailable` where rights are not known well enough.
    """
    kept = await district.vault.texts(texts) if texts else {}
    told, events = await _told(kept, reader, district)
    named = await district.vault.names(names) if names else {}
    asked = asked_about(told, named)
    forgotten = await district.forgettings.forgotten(asked) if asked else set()
    named = {person: name for person, name in named.items() if person not in forgotten}
    visible = set(await district.rights.visible(reader, asked)) - forgotten
    standings = await people.standings(named) if named else {}
    everyones = {ref for ref, entry in events.items() if is_for_everyone(entry)}
    belongs = bool(named or everyones) and await people.belongs(reader)
    granted = await _granted(reader, events, district) | (everyones if belongs else set())
    lost = {ref for ref, learners in told.items() if learners and forgotten.issuperset(learners)}
    return Revealed(
        readable_texts(kept, told, visible, granted - lost),
        readable_names(named, standings, visible, reader=reader, belongs=belongs),
    )


async def _told(
    kept: Mapping[str, KeptText], reader: str, district: District
) -> tuple[dict[str, tuple[str, ...]], dict[str, Entry]]:
    """The learners whom each text tells of, and the event that refers to it, by the text's reference; those that no
    event refers to are left out.
    """
    if not kept:
        return {}, {}
    events = referred(kept, await district.ledger.entries(list({text.event for text in kept.values()})))
    withheld = await _withheld(events, reader, district)
    events = {ref: entry for ref, entry in events.items() if ref not in withheld}
    works = {work for entry in events.values() if (work := work_told_of(entry)) is not None}
    started = await district.ledger.entries(list(works)) if works else {}
    return {ref: told_of(entry, started) for ref, entry in events.items()}, events


async def _withheld(events: Mapping[str, Entry], reader: str, district: District) -> set[str]:
    """The texts that are another panelist's note on a work that the panel has not concluded on."""
    waiting = {ref: stream for ref, entry in events.items() if (stream := waits_for(entry, reader)) is not None}
    concluded = await district.ledger.closed({stream: events[ref].owner for ref, stream in waiting.items()})
    return {ref for ref, stream in waiting.items() if stream not in concluded}


async def _granted(reader: str, events: Mapping[str, Entry], district: District) -> set[str]:
    """The texts that a panelist may read as one: her own notes, and what is shown of the works of her exhibitions."""
    own = {ref for ref, entry in events.items() if panelist_of(entry) == reader}
    shown = {ref: entry.owner for ref, entry in events.items() if is_shown_to_panels(entry)}
    works = await district.rights.exhibited(reader, sorted(set(shown.values()))) if shown else set()
    return own | {ref for ref, work in shown.items() if work in works}
