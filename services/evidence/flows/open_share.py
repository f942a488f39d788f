"""What whoever has a share's link sees: exhibits as they were when it was made, and nothing else of the learner."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from services.evidence.domain.errors import NotFound
from services.evidence.domain.exhibits import curated_of
from services.evidence.domain.family_names import without_families
from services.evidence.domain.files import NamedFile
from services.evidence.domain.sharing import host_of, opened
from services.evidence.domain.texts import KeptText
from services.evidence.flows.recordable import closed_records
from services.evidence.ports import District
from shared.contracts.events import decode
from shared.contracts.works import WorkStarted, WorkVersionAdded
from shared.ledger.entry import Entry
from shared.ledger.instants import Instant
from shared.ledger.streams import portfolio_stream
from shared.rulebook.curated import Exhibit, Share


@dataclass(frozen=True, slots=True)
class SharedArtefact:
    """A part of a version: its text, the host of its link, or of a file what it is and how large: never its name."""

    kind: str
    content: str | None = None
    media_type: str | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class SharedExhibit:
    """A version of a work as it was. `others` is how many made it with her; `shows` are competencies by id.

    Not `is_whole` where one who made it is forgotten: her name to be left out is known no more, so whatever could tell
    it is not shown.
    """

    title: str | None
    reason: str | None
    number: int
    made_at: Instant
    others: int
    shows: tuple[str, ...]
    artefacts: tuple[SharedArtefact, ...]
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class SharedPortfolio:
    """A share that is open. `given` is the learner's first name; `named` has code and statement of competencies.

    `learners` are she and all others who made what is shown, but for the forgotten: the read stands in their logs.
    """

    share: Share
    learners: frozenset[str]
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
    shown = {exhibit.id for exhibit in known.exhibits}
    exhibits = [known.chosen[exhibit] for exhibit in found.exhibits if exhibit in shown]
    entries = await district.ledger.entries([id_ for one in exhibits for id_ in (one.version, one.work)])
    made_by = {one.id: decode(entries[one.work], WorkStarted).members for one in exhibits}
    people = {learner, *(member for members in made_by.values() for member in members)}
    names = await district.vault.names(people)
    # After the names: a key that was destroyed before they were read has its entry in the ledger by now.
    forgotten = await closed_records(people, district.ledger)
    if learner in forgotten:
        raise NotFound("share")
    whole = [one for one in exhibits if forgotten.isdisjoint(made_by[one.id])]
    texts = await _texts(learner, whole, entries, district)
    families = {name.family for name in names.values()}
    competencies = {competency for one in exhibits for competency in one.competencies}
    return SharedPortfolio(
        share=found,
        learners=frozenset(people - forgotten),
        given=names[learner].given if learner in names else None,
        exhibits=tuple(_exhibit(one, entries, texts, families, is_whole=one in whole) for one in exhibits),
        named=await district.definitions.named(competencies),
    )


async def _texts(
    learner: str, exhibits: Sequence[Exhibit], entries: Mapping[str, Entry], district: District
) -> dict[str, str]:
    """The texts that these exhibits' events refer to, by reference, as they were written."""
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
    return {ref: text.text for ref, text in kept.items() if (text.owner, text.event) == where[ref]}


def _exhibit(
    exhibit: Exhibit,
    entries: Mapping[str, Entry],
    texts: Mapping[str, str],
    families: Collection[str],
    *,
    is_whole: bool,
) -> SharedExhibit:
    """The exhibit as it is shown; without `is_whole` no text is, not even one that another exhibit refers to."""
    started, version = decode(entries[exhibit.work], WorkStarted), entries[exhibit.version]
    known = texts if is_whole else {}
    title, reason = known.get(started.title_ref or ""), known.get(exhibit.reason_ref or "")
    return SharedExhibit(
        title=None if title is None else without_families(title, families),
        reason=None if reason is None else without_families(reason, families),
        number=version.version - 1,
        made_at=version.occurred_at,
        others=len(started.members) - 1,
        shows=exhibit.competencies,
        artefacts=tuple(
            _artefact(artefact.kind, known[artefact.content_ref], families)
            for artefact in decode(version, WorkVersionAdded).artefacts
            if artefact.content_ref in known
        ),
        is_whole=is_whole,
    )


def _artefact(kind: str, text: str, families: Collection[str]) -> SharedArtefact:
    if kind == "file":
        file = NamedFile.read(text)
        return SharedArtefact(kind, media_type=file.media_type, size=file.size)
    return SharedArtefact(kind, without_families(host_of(text) if kind == "link" else text, families))
