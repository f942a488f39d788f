"""Drafts of a work as a page shows them: which two stand beside each other, and what is in each. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson


@dataclass(frozen=True, slots=True)
class Part:
    """A text, a link, or a file with its name, kind and size in bytes. What may not be read has no words."""

    kind: Literal["text", "link", "file"]
    ref: str
    words: str | None
    media_type: str = ""
    size: int = 0


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


def _part(kind: Literal["text", "link", "file"], ref: str, text: str | None) -> Part:
    if kind != "file" or text is None:
        return Part(kind, ref, text)
    file = orjson.loads(text)
    return Part(kind, ref, file["name"], file["media_type"], file["size"])
