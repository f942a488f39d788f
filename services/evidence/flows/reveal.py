"""Give texts and names back to whoever may read them. That it was done is logged by who asks: the gateway."""

from collections.abc import Collection, Mapping
from typing import Protocol

from services.evidence.domain.revealing import (
    Revealed,
    Standing,
    asked_about,
    is_for_everyone,
    is_of_work,
    readable_names,
    readable_texts,
    referred,
    told_of,
)
from services.evidence.domain.texts import KeptText
from services.evidence.ports import District


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
    told, everyones = await _told(kept, district)
    named = await district.vault.names(names) if names else {}
    asked = asked_about(told, named)
    forgotten = await district.forgettings.forgotten(asked) if asked else set()
    named = {person: name for person, name in named.items() if person not in forgotten}
    visible = set(await district.rights.visible(reader, asked)) - forgotten
    standings = await people.standings(named) if named else {}
    belongs = bool(named or everyones) and await people.belongs(reader)
    return Revealed(
        readable_texts(kept, told, visible, everyones if belongs else ()),
        readable_names(named, standings, visible, reader=reader, belongs=belongs),
    )


async def _told(kept: Mapping[str, KeptText], district: District) -> tuple[dict[str, tuple[str, ...]], frozenset[str]]:
    """The learners whom each text tells of, by its reference; those that no event refers to are left out. And those
    that tell of nobody.
    """
    if not kept:
        return {}, frozenset()
    events = referred(kept, await district.ledger.entries(list({text.event for text in kept.values()})))
    works = {entry.owner for entry in events.values() if is_of_work(entry)}
    started = await district.ledger.entries(list(works)) if works else {}
    everyones = frozenset(ref for ref, entry in events.items() if is_for_everyone(entry))
    return {ref: told_of(entry, started) for ref, entry in events.items()}, everyones
