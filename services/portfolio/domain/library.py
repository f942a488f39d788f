"""Tasks, rubrics and lists of moves as they are told to a reader: in her language where they are translated. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from shared.ledger.instants import Instant

Kind: TypeAlias = Literal["task", "rubric", "moves"]

MANY = 1_000
"""What names a document is counted up to here."""

_MOST = 20


@dataclass(frozen=True, slots=True)
class Version:
    """A published version of a document."""

    digest: str
    recorded_at: Instant


@dataclass(frozen=True, slots=True)
class Shelf:
    """What of the library is asked: a kind, every version of the document of an id or the latest of each; a page."""

    kind: Kind
    id: str | None
    after: int | None
    limit: int


@dataclass(frozen=True, slots=True)
class Shelved:
    """A document by its id: its latest version or the one asked for, all of its versions, and what names it.

    `works` and `pieces` are counted up to MANY; `tasks` are those, by digest, that name this very version of a rubric.
    """

    document: Mapping[str, Any]
    version: Version
    position: int
    versions: Sequence[Version]
    works: int
    pieces: int
    tasks: Sequence[tuple[str, str]] = ()


def spoken(accepted: str | None, own: str, others: Iterable[str]) -> str:
    """Of the languages that a document has, the one that a reader would rather have; `own` where she says none of them.

    `accepted` is the header Accept-Language (RFC 9110). A reader of `es-MX` is shown `es` where there is no more.
    """
    available = {one.lower(): one for one in (own, *others)}
    for wanted in _ranges(accepted or ""):
        parts = wanted.split("-")
        for length in range(len(parts), 0, -1):
            found = available.get("-".join(parts[:length]))
            if found is not None:
                return found
        wider = next((one for low, one in available.items() if low.startswith(f"{wanted}-")), None)
        if wider is not None:
            return wider
    return own


def worded(document: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The document with its words in a language, as far as they are translated; without the translations."""
    plain = {name: value for name, value in document.items() if name != "translations"}
    words = document.get("translations", {}).get(language)
    if words is None:
        return plain
    if "moves" in plain:
        plain["moves"] = [{**move, "title": words.get(move["code"], move["title"])} for move in plain["moves"]]
        return plain
    plain |= {name: words[name] for name in ("title", "prompt") if name in words}
    if "criteria" in words:
        plain["criteria"] = [_criterion(one, words["criteria"].get(one["code"])) for one in plain["criteria"]]
    return plain


def languages(document: Mapping[str, Any]) -> list[str]:
    """The languages that a document has, its own first; none where it does not say."""
    own = document.get("language")
    return [] if own is None else [own, *sorted(document.get("translations", {}))]


def _criterion(criterion: Mapping[str, Any], words: Mapping[str, Any] | None) -> dict[str, Any]:
    if words is None:
        return dict(criterion)
    levels = words.get("levels", {})
    told = [{**level, **levels.get(level["earned"], {})} for level in criterion["levels"]]
    return {**criterion, "title": words["title"], "levels": told}


def _ranges(header: str) -> Iterator[str]:
    """The languages that are accepted, the dearest first; what cannot be read is passed over."""
    weighed: list[tuple[int, int, str]] = []
    for n, part in enumerate(header.split(",")[:_MOST]):
        name, _, weight = part.strip().partition(";")
        thousandths = _thousandths(weight.strip())
        if name.strip() and thousandths:
            weighed.append((-thousandths, n, name.strip().lower()))
    return (name for _, _, name in sorted(weighed) if name != "*")


def _thousandths(weight: str) -> int:
    """A weight `q=0.8` in thousandths; 0 where it is none or cannot be read."""
    if not weight:
        return 1_000
    name, _, value = weight.partition("=")
    whole, _, rest = value.strip().partition(".")
    if name.strip() != "q" or whole not in {"0", "1"} or not (rest or "0").isdecimal() or len(rest) > 3:
        return 0
    return 1_000 if whole == "1" else int(rest.ljust(3, "0"))
