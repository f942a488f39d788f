"""What a learner chose to show, folded from her portfolio's events: the same for whoever decides and whoever tells.

Pure. Events of other kinds are passed over; the order of the entries is that of the stream.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from shared.ledger.instants import Instant

CURATED = frozenset({"ExhibitChosen", "ExhibitWithdrawn", "ExhibitsArranged", "PortfolioShared", "ShareRevoked"})
"""The events of a portfolio."""


@dataclass(frozen=True, slots=True)
class CuratedEntry:
    """An event of a portfolio: its id and kind, where and when it was recorded, and its body."""

    event: str
    kind: str
    position: int
    recorded_at: Instant
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A version of a work that is shown, named by the event that chose it."""

    id: str
    work: str
    version: str
    competencies: tuple[str, ...]
    reason_ref: str | None
    chosen_at: Instant


@dataclass(frozen=True, slots=True)
class Share:
    """A link by which exhibits are seen, named by the event that made it. `pins` are (shard, position)."""

    id: str
    token: str
    audience: str
    exhibits: tuple[str, ...]
    pins: tuple[tuple[int, int], ...]
    shared_at: Instant
    expires_at: str
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Curated:
    """A portfolio after `version` events, the last of them at `position`.

    `exhibits` are those that are shown, in the learner's order; `chosen` are all that ever were, by id, and `shares`
    all that were ever made.
    """

    version: int = 0
    position: int = 0
    exhibits: tuple[Exhibit, ...] = ()
    chosen: Mapping[str, Exhibit] = field(default_factory=dict)
    shares: Mapping[str, Share] = field(default_factory=dict)


def curated(entries: Iterable[CuratedEntry]) -> Curated:
    """The portfolio that these entries of one stream make, oldest first."""
    portfolio = Curated()
    for entry in entries:
        if entry.kind in CURATED:
            portfolio = replace(_after(portfolio, entry), version=portfolio.version + 1, position=entry.position)
    return portfolio


def _after(before: Curated, entry: CuratedEntry) -> Curated:
    body = entry.body
    match entry.kind:
        case "ExhibitChosen":
            exhibit = _exhibit(entry)
            chosen = {**before.chosen, exhibit.id: exhibit}
            return replace(before, exhibits=(*before.exhibits, exhibit), chosen=chosen)
        case "ExhibitWithdrawn":
            return replace(before, exhibits=tuple(one for one in before.exhibits if one.id != body["exhibit"]))
        case "ExhibitsArranged":
            return replace(before, exhibits=arranged(before.exhibits, tuple(body["exhibits"])))
        case "PortfolioShared":
            return replace(before, shares={**before.shares, entry.event: _share(entry)})
        case _:
            share = before.shares.get(body["share"])
            if share is None:
                return before
            return replace(before, shares={**before.shares, share.id: replace(share, revoked=True)})


def arranged(exhibits: tuple[Exhibit, ...], order: tuple[str, ...]) -> tuple[Exhibit, ...]:
    """The exhibits in this order; those that it does not name stand after them, as they stood."""
    by_id = {exhibit.id: exhibit for exhibit in exhibits}
    named = [by_id[id_] for id_ in order if id_ in by_id]
    return (*named, *(exhibit for exhibit in exhibits if exhibit.id not in order))


def _exhibit(entry: CuratedEntry) -> Exhibit:
    body = entry.body
    return Exhibit(
        id=entry.event,
        work=body["work"],
        version=body["version"],
        competencies=tuple(body["competencies"]),
        reason_ref=body.get("reason_ref"),
        chosen_at=entry.recorded_at,
    )


def _share(entry: CuratedEntry) -> Share:
    body = entry.body
    return Share(
        id=entry.event,
        token=body["token"],
        audience=body["audience"],
        exhibits=tuple(body["exhibits"]),
        pins=tuple((pin["shard"], pin["position"]) for pin in body["pins"]),
        shared_at=entry.recorded_at,
        expires_at=body["expires_at"],
    )
