"""What every reading shares: the question, and works and pieces as they were known."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.portfolio.domain.errors import NotReachedError
from services.portfolio.domain.horizon import Horizon, beyond
from services.portfolio.domain.record import Piece, Said, Withdrawn, Work, piece_as_known, work_as_known
from services.portfolio.domain.reflecting import TaskVersion, awaited, is_withheld
from services.portfolio.ports import District, Record
from shared.ledger.identifiers import SHARDS
from shared.rulebook.as_of import AsOf, AtInstant, AtPins
from shared.rulebook.curated import Curated, curated
from shared.rulebook.known import Known, Pin, Recorded
from shared.runtime.definitions.view import PlacedCompetency


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks, as of when, and after which positions at least."""

    reader: str
    as_of: AsOf = None
    at_least: tuple[Pin, ...] = ()


@dataclass(frozen=True, slots=True)
class SeenPiece:
    """A piece as known, and the competencies that it shows as far as a framework names them, by id; of a seminar the
    words of the moves that were counted, by their codes.
    """

    piece: Piece
    named: dict[str, PlacedCompetency]
    moves: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SeenWork:
    """A work as known; of its members those whom the reader may see, and how many more there are. `told_of` are those
    of whom its reader is told something. `awaits` says that her own results are withheld from her until she reflects.
    """

    work: Work
    members: tuple[str, ...]
    others: int
    pieces: tuple[SeenPiece, ...]
    awaits: bool = False

    @property
    def told_of(self) -> tuple[str, ...]:
        """Whoever sees a member reads of her; a panelist, who sees none, reads what all of them have made."""
        return self.members or self.work.members


@dataclass(frozen=True, slots=True)
class Seen:
    """What is seen of a record, and the pins of it. `under_review` says that more of it waits to be looked at.

    `named` are the competencies that the exhibits show, as far as a framework names them.
    """

    pieces: tuple[SeenPiece, ...]
    works: tuple[SeenWork, ...]
    pins: tuple[Pin, ...]
    horizon: Horizon
    under_review: bool
    curated: Curated
    named: Mapping[str, PlacedCompetency]


async def waited(question: Question, owner: str, district: District) -> None:
    """Wait, bounded, for what is asked at least, for pins that are asked as of in the owner's shard, and for all that
    was recorded by an instant. Nothing may be read before: it could be less than what was waited for.

    Works lie in shards of their own, and which these are is not known before they come: so every shard is waited for.
    Raises NotReachedError where it is not sure that nothing recorded by then is missing.
    """
    own = {("evidence", district.records.shard(owner)), ("definitions", 0)}
    asked = question.as_of.pins if isinstance(question.as_of, AtPins) else ()
    await district.applied.reached([*question.at_least, *(pin for pin in asked if pin[:2] in own)])
    at = question.as_of.at if isinstance(question.as_of, AtInstant) else None
    if at is not None and not await district.applied.known_at(range(SHARDS["evidence"]), at):
        raise NotReachedError


async def recordable_of(scopes: Iterable[str], reader: str, district: District) -> set[str]:
    """Of the learners of these sections and schools (`section/{id}`, `school/{id}`) those for whom she may record."""
    members = [learner for scope in scopes for learner in await district.rights.members(scope)]
    return await district.rights.recordable(reader, list(dict.fromkeys(members)))


async def seen_by(question: Question, record: Record, shard: int, district: District) -> Seen:
    """The record as known and as far as it is the reader's to see; `shard` is its owner's. Raises NotReachedError."""
    visible = await district.rights.visible(question.reader, sorted(_people(record)))
    own = {district.records.shard(piece.learner) for piece in record.pieces if piece.learner in visible}
    shards = own.union([shard], (work.shard for work in record.works))
    if beyond(question.as_of, shards, record.reached):
        raise NotReachedError
    horizon = Horizon(question.as_of, record.reached, record.held)
    pieces = _pieces(record, horizon, visible, district)
    whole = [known for work in record.works if (known := work_as_known(work, horizon.of_shard(work.shard))) is not None]
    waits = awaited(question.reader, whole, [seen.piece for seen in pieces], _tasks(record, horizon.of_shard(shard)))
    shown_now = [seen for seen in pieces if not is_withheld(seen.piece, question.reader, waits)]
    works = [
        SeenWork(
            work=known,
            members=tuple(member for member in known.members if member in visible),
            others=sum(member not in visible for member in known.members),
            pieces=tuple(piece for piece in shown_now if piece.piece.work == known.id),
            awaits=known.id in waits,
        )
        for known in whole
    ]
    of_shard = horizon.of_shard(shard)
    chosen = [entry for entry in record.curated if of_shard.of_learner(entry)]
    said: defaultdict[int, list[Recorded]] = defaultdict(list, {shard: [*chosen]})
    for piece in pieces:
        said[district.records.shard(piece.piece.learner)] += _entries(piece.piece)
    for seen in works:
        said[seen.work.shard] += seen.work.entries
    last = _last_definition(record, horizon)
    portfolio = curated(chosen)
    shows = (competency for exhibit in portfolio.exhibits for competency in exhibit.competencies)
    concerned = shards.union(district.records.shard(person) for person in visible)
    under_review = not isinstance(question.as_of, AtPins) and not record.held.isdisjoint(concerned)
    return Seen(
        tuple(shown_now),
        tuple(works),
        horizon.pins(said, last),
        horizon,
        under_review,
        portfolio,
        _named(shows, record, of_shard),
    )


def _tasks(record: Record, known: Known) -> dict[str, list[TaskVersion]]:
    return {task: [one for one in versions if known.of_definitions(one)] for task, versions in record.tasks.items()}


def _people(record: Record) -> set[str]:
    return {piece.learner for piece in record.pieces} | {member for work in record.works for member in work.members}


def _pieces(record: Record, horizon: Horizon, visible: set[str], district: District) -> list[SeenPiece]:
    pieces = []
    for piece in record.pieces:
        known = horizon.of_shard(district.records.shard(piece.learner))
        if piece.learner in visible and (seen := piece_as_known(piece, known)) is not None:
            words = record.moves.get(seen.said.body.get("moves_by", ""), {})
            pieces.append(SeenPiece(seen, _named(shown(seen), record, known), words))
    return pieces


def _named(competencies: Iterable[str], record: Record, known: Known) -> dict[str, PlacedCompetency]:
    found = {competency: record.view.competency(competency, known) for competency in competencies}
    return {competency: named for competency, named in found.items() if named is not None}


def shown(piece: Piece) -> Sequence[str]:
    """The competencies that a piece speaks of, each once, in the body's order."""
    results = piece.said.body.get("results") or piece.said.body.get("ratings") or ()
    return tuple(dict.fromkeys(result["competency"] for result in results))


def _entries(piece: Piece) -> Iterator[Said | Withdrawn]:
    yield piece.said
    if piece.withdrawn is not None:
        yield piece.withdrawn


def _last_definition(record: Record, horizon: Horizon) -> int:
    return 0 if horizon.at is None else record.view.position_at(horizon.at)
