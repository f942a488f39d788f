"""Turns what `/health` tells of every service into what an operator looks at first. Pure; it is of nobody."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Told: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Lag:
    """How far a service is from where a ledger ends, in all shards together and in seconds of the slowest.

    `entries` and `seconds` are None where the ledger's end is not known.
    """

    ledger: str
    entries: int | None
    seconds: float | None
    shards: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Shards that do not go on, for one reason. `what` is `paused`, or `not_relayed` where its topic waits."""

    what: str
    ledger: str
    shards: Sequence[int]
    reason: str


@dataclass(frozen=True, slots=True)
class Service:
    """One service: its state, its lags, what stands still, and what is under way or waits, as it says itself."""

    name: str
    status: str
    reason: str | None
    lags: Sequence[Lag]
    stops: Sequence[Stop]
    quarantined: int
    relay_age: float | None
    refolds: Sequence[Told]
    what_ifs: Sequence[Told]
    waiting: Mapping[str, int]
    failing: Mapping[str, str]

    @property
    def is_well(self) -> bool:
        return self.status == "ok"


def services(health: Told) -> list[Service]:
    """The gateway and every service behind it, those that need somebody first, then by their names."""
    told = [health, *health["services"].values()]
    return sorted((_service(one) for one in told), key=lambda one: (one.is_well, one.name))


def _service(told: Told) -> Service:
    shards: Mapping[str, Sequence[Told]] = told.get("shards") or {}
    return Service(
        told.get("service", ""),
        told["status"],
        told.get("reason"),
        [_lag(ledger, rows) for ledger, rows in shards.items() if rows],
        [stop for ledger, rows in shards.items() for stop in _stops(ledger, rows)],
        int(told.get("quarantined", 0)) - (_behind(told) if "services" in told else 0),
        told.get("relay_age_seconds"),
        told.get("refolds") or (),
        told.get("what_ifs") or (),
        dict(_counts(told.get("waiting") or {})),
        told.get("failing") or {},
    )


def _behind(health: Told) -> int:
    """Owners in quarantine in the services behind the gateway, which its own sum contains."""
    return sum(int(one.get("quarantined", 0)) for one in health["services"].values())


def _lag(ledger: str, rows: Sequence[Told]) -> Lag:
    entries = [row.get("lag_events") for row in rows]
    seconds = [row.get("lag_seconds") for row in rows]
    return Lag(
        ledger,
        None if None in entries else sum(one for one in entries if one is not None),
        None if None in seconds else max(one for one in seconds if one is not None),
        len(rows),
    )


def _stops(ledger: str, rows: Iterable[Told]) -> Iterator[Stop]:
    found: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        for what in ("paused", "not_relayed"):
            if row.get(what):
                found.setdefault((what, str(row[what])), []).append(row["shard"])
    for (what, reason), shards in sorted(found.items()):
        yield Stop(what, ledger, shards, reason)


def _counts(waiting: Told) -> Iterator[tuple[str, int]]:
    """What waits, by its name, of whatever depth it is told; what is none is left out."""
    for name, value in waiting.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{inner}", number) for inner, number in _counts(value))
        elif isinstance(value, int) and value:
            yield name, value
