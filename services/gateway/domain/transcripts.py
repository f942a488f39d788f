"""A transcript's words, for the page and the print alike. Pure."""

from collections.abc import Mapping
from typing import Any

KINDS = {
    "attempt": "attempt",
    "rubric_score": "rubric score",
    "observation": "observation",
    "reflection": "reflection",
    "attestation": "attestation",
    "audience": "vote of an audience",
}
"""What each kind is called. A transcript goes out, so it never says how many there were."""


def told_of(transcript: Mapping[str, Any], name: str | None, address: str) -> dict[str, Any]:
    """A transcript's words, for the page and the print alike: what `services.mastery` answered, and the name.

    `address` is where its code is confirmed.
    """
    return {
        "title": "Transcript" if name is None else f"Transcript of {name}",
        "seen": _seen(transcript),
        "code": transcript["code"],
        "address": f"{address}/v1/transcripts/{transcript['code']}",
        "sections": [
            {
                "title": section.get("title") or "Other competencies",
                "areas": [
                    {"title": area.get("title"), "lines": [_line(line) for line in area["competencies"]]}
                    for area in section["areas"]
                ],
            }
            for section in transcript["frameworks"]
        ],
        "grades": [_grade(grade) for grade in transcript["grades"]],
    }


def _seen(transcript: Mapping[str, Any]) -> str:
    at = transcript["as_of"].get("at")
    pins = ", ".join(f"{pin['ledger']}:{pin['shard']}:{pin['position']}" for pin in transcript["as_of"]["pins"])
    seen = f"As the record stood {f'on {_day(at)}' if at else 'when this was made'} ({pins})."
    if transcript["under_review"]:
        seen += " Under review: something recorded since could not be read yet."
    return seen


def _line(line: Mapping[str, Any]) -> list[str]:
    name = line["competency"] if "code" not in line else f"{line['code']}  {line['statement']}"
    level = f"{line['level']} (under review)" if line["under_review"] else line["level"]
    return [name, level, _day(line["at"]) if "at" in line else "", _evidence(line)]


def _evidence(line: Mapping[str, Any]) -> str:
    kinds = [KINDS.get(kind, kind) for kind in line["kinds"]]
    return ", ".join([*(["teacher's judgement"] if line["judged"] else []), *kinds])


def _grade(grade: Mapping[str, Any]) -> dict[str, Any]:
    review = " (under review)" if grade["under_review"] else ""
    levels = [[level.get("code", level["competency"]), level.get("level") or "no level"] for level in grade["levels"]]
    return {
        "title": f"{_day(grade['at'])}{review}: course {grade['course']}, period {grade['period']}",
        "levels": levels,
    }


def _day(moment: str) -> str:
    return moment[:10]
