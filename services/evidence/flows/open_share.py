"""What whoever has a share's link sees: exhibits as they were when it was made, and nothing else of the learner."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.evidence.domain.errors import NotFound
from services.evidence.domain.exhibits import curated_of
from services.evidence.domain.files import NamedFile
from services.evidence.domain.sharing import opened, without_families
from services.evidence.domain.texts import KeptText, Name
from services.evidence.ports import District
from shared.contracts.events import decode
from shared.contracts.works import WorkStarted, WorkVersionAdded
from shared.ledger.entry import Entry
from shared.ledger.instants import Instant
from shared.ledger.streams import learner_stream, portfolio_stream
from shared.rulebook.curated import Exhibit, Share


@dataclass(frozen=True, slots=True)
class SharedArtefact:
    """A part of a version: its text or link, or of a file what it is called and what it is."""

    kind: str
    content: str
    file: NamedFile | None = None


@dataclass(frozen=True, slots=True)
class SharedExhibit:
    """A version of a work as it was. `others` is how many made it with her; `shows` are competencies by id."""

    title: str | None
    reason: str | None
    number: int
    made_at: Instant
    others: int
    shows: tuple[str, ...]
    artefacts: tuple[SharedArtefact, ...]


@dataclass(frozen=True, slots=True)
class SharedPortfolio:
    """A share that is open. `given` is the learner's first name; `named` has code and statement of competencies."""

    share: Share
    learner: str
    given: str | None
    exhibits: tuple[SharedExhibit, ...]
    named: Mapping[str, tuple[str, str]]


async def open_share(share: str, token: str, district: District) -> SharedPortfolio:
    """The share of this id whose secret has this digest.

    Read from the record itself, so that what is revoked, withdrawn or forgotten is gone with the answer that said so.
    A text is given where an event of a shared exhibit refers to it, and nowhere else. Raises NotFound, also where the
    share expired, was revoked or its learner is forgotten; VaultUnavailable and LedgerUnavailable.
    """
    made = (await district.ledger.entries([share])).get(share)
    if made is None or made.event != "PortfolioShared":
        raise NotFound("share")
    learner = made.owner
    known = curated_of(await district.ledger.stream(portfolio_stream(learner)))
    found = opened(known, share, token, district.now())
    if any(entry.event == "LearnerForgotten" for entry in await district.ledger.stream(learner_stream(learner))):
        raise NotFound("share")
    shown = {exhibit.id for exhibit in known.exhibits}
    exhibits = [known.chosen[exhibit] for exhibit in found.exhibits if exhibit in shown]
    entries = await district.ledger.entries([id_ for one in exhibits for id_ in (one.version, one.work)])
    members = {member for one in exhibits for member in decode(entries[one.work], WorkStarted).members}
    names = await district.vault.names({learner, *members})
    texts = await _texts(learner, exhibits, entries, names, district)
    competencies = {competency for one in exhibits for competency in one.competencies}
    return SharedPortfolio(
        share=found,
        learner=learner,
        given=names[learner].given if learner in names else None,
        exhibits=tuple(_exhibit(one, entries, texts) for one in exhibits),
        named=await district.definitions.named(competencies),
    )


async def _texts(
    learner: str,
    exhibits: Sequence[Exhibit],
    entries: Mapping[str, Entry],
    names: Mapping[str, Name],
    district: District,
) -> dict[str, str]:
    """The texts that these exhibits' events refer to, by reference, without the family names of who made them."""
    where: dict[str, tuple[str, str]] = {}
    for one in exhibits:
        if one.reason_ref is not None:
            where[one.reason_ref] = (learner, one.id)
        title = decode(entries[one.work], WorkStarted).title_ref
        if title is not None:
            where[title] = (one.work, one.work)
        for artefact in decode(entries[one.version], WorkVersionAdded).artefacts:
            where[artefact.content_ref] = (one.work, one.version)
    kept: Mapping[str, KeptText] = await district.vault.texts(where.keys()) if where else {}
    families = {name.family for name in names.values()}
    return {
        ref: without_families(text.text, families)
        for ref, text in kept.items()
        if (text.owner, text.event) == where[ref]
    }


def _exhibit(exhibit: Exhibit, entries: Mapping[str, Entry], texts: Mapping[str, str]) -> SharedExhibit:
    started, version = decode(entries[exhibit.work], WorkStarted), entries[exhibit.version]
    artefacts = decode(version, WorkVersionAdded).artefacts
    return SharedExhibit(
        title=texts.get(started.title_ref or ""),
        reason=texts.get(exhibit.reason_ref or ""),
        number=version.version - 1,
        made_at=version.occurred_at,
        others=len(started.members) - 1,
        shows=exhibit.competencies,
        artefacts=tuple(
            _artefact(artefact.kind, texts[artefact.content_ref])
            for artefact in artefacts
            if artefact.content_ref in texts
        ),
    )


def _artefact(kind: str, text: str) -> SharedArtefact:
    if kind != "file":
        return SharedArtefact(kind, text)
    file = NamedFile.read(text)
    return SharedArtefact(kind, file.name, file)
