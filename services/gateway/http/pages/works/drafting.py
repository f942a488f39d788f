"""Drafts of a work as a page shows them: which two stand beside each other, what is in each, and what changed. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any, Literal

import orjson

MOST_WORDS = 1_500
"""Words of a text up to which it is compared: with more it would take long, and nobody would look through it."""


@dataclass(frozen=True, slots=True)
class Run:
    """Some of a text, and whether the draft beside it does not have it."""

    text: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A text, a link, or a file with its name, kind and size in bytes. What may not be read has no words.

    `runs` are a text's words once it was compared with that of the other draft.
    """

    kind: Literal["text", "link", "file"]
    ref: str
    words: str | None
    media_type: str = ""
    size: int = 0
    runs: Sequence[Run] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as the API tells it, with its parts in words."""

    told: Mapping[str, Any]
    parts: Sequence[Part]
    note: str | None


def pair(versions: Sequence[Mapping[str, Any]], numbers: tuple[int | None, int | None]) -> list[Mapping[str, Any]]:
    """The drafts of these numbers, the earlier first; the last two where the numbers are of none."""
    by_number = {version["number"]: version for version in versions}
    wanted = sorted({number for number in numbers if number is not None and number in by_number})
    return [by_number[number] for number in wanted] if wanted else list(versions[-2:])


def draft_shown(draft: Mapping[str, Any], texts: Mapping[str, str]) -> Draft:
    """A draft with its texts in it."""
    parts = [_part(one["kind"], one["content_ref"], texts.get(one["content_ref"])) for one in draft["artefacts"]]
    return Draft(draft, parts, texts.get(draft.get("note_ref", "")))


def compared(drafts: Sequence[Draft]) -> Sequence[Draft]:
    """Two drafts with what changed between their texts, each with that in its place; others as they are.

    Word by word where both have as many texts, and none is too long.
    """
    if len(drafts) != 2:
        return drafts
    before, after = ([part for part in draft.parts if part.kind == "text"] for draft in drafts)
    if len(before) != len(after):
        return drafts
    runs = {}
    for one, other in zip(before, after, strict=True):
        runs[0, one.ref], runs[1, other.ref] = _runs(one.words or "", other.words or "")
    return [
        replace(draft, parts=[replace(part, runs=runs.get((side, part.ref), ())) for part in draft.parts])
        for side, draft in enumerate(drafts)
    ]


def _runs(before: str, after: str) -> tuple[Sequence[Run], Sequence[Run]]:
    old, new = (re.findall(r"\S+\s*|\s+", text) for text in (before, after))
    if before == after or max(len(old), len(new)) > MOST_WORDS:
        return (), ()
    plain_old, plain_new = ([word.strip() for word in words] for words in (old, new))
    steps = SequenceMatcher(None, plain_old, plain_new, autojunk=False).get_opcodes()
    return (
        [Run("".join(old[i:k]), kind != "equal") for kind, i, k, _, _ in steps if i < k],
        [Run("".join(new[i:k]), kind != "equal") for kind, _, _, i, k in steps if i < k],
    )


def _part(kind: Literal["text", "link", "file"], ref: str, text: str | None) -> Part:
    if kind != "file" or text is None:
        return Part(kind, ref, text)
    file = orjson.loads(text)
    return Part(kind, ref, file["name"], file["media_type"], file["size"])
