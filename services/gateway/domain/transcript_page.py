"""A transcript as a plain page: to be read in two minutes, printed, and kept as one file. Pure.

Everything that comes from elsewhere is escaped. It has no scripts, its one style is allowed by digest, and it is read
aloud in order: headings, then tables with their heads.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

_STYLE = """
:root{color-scheme:light}body{font:15px/1.5 Georgia,serif;max-width:46rem;margin:0 auto;padding:2rem 1.2rem;
color:#111;background:#fff}h1{font-size:1.6rem;margin:0}h2{font-size:1.2rem;margin:1.6rem 0 .3rem}
h3{font-size:1rem;margin:1rem 0 .2rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.25rem .6rem .25rem 0;border-bottom:1px solid #bbb}
th[scope=row]{font-weight:normal;width:46%}small{color:#444}code{font:14px ui-monospace,monospace}
@media print{body{padding:0;font-size:11pt}tr{break-inside:avoid}h2,h3{break-after:avoid}}
"""
_STYLE_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_DIGEST}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
}

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


def page(told: Mapping[str, Any]) -> str:
    """The page that says what `told_of` told."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{_text(told['title'])}</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{_text(told['title'])}</h1><p>{_text(told['seen'])}</p>{''.join(_sections(told))}"
        f"<h2>How to check this</h2><p>Code <code>{_text(told['code'])}</code>. Whether it still says what the record"
        f" says is answered at <code>{_text(told['address'])}</code>.</p></main></body></html>"
    )


def _sections(told: Mapping[str, Any]) -> Iterator[str]:
    for section in told["sections"]:
        yield f"<h2>{_text(section['title'])}</h2>"
        for area in section["areas"]:
            if area["title"] is not None:
                yield f"<h3>{_text(area['title'])}</h3>"
            yield _table(("Competency", "Level", "Latest evidence", "Evidence"), area["lines"])
    if told["grades"]:
        yield "<h2>Grades released</h2>"
        for grade in told["grades"]:
            yield f"<h3>{_text(grade['title'])}</h3>"
            yield _table(("Competency", "Level"), grade["levels"])


def _table(heads: tuple[str, ...], rows: list[list[str]]) -> str:
    head = "".join(f'<th scope="col">{head}</th>' for head in heads)
    body = "".join(
        f'<tr><th scope="row">{_text(first)}</th>{"".join(f"<td>{_text(cell)}</td>" for cell in rest)}</tr>'
        for first, *rest in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


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


def _text(value: str) -> str:
    return escape(value, quote=True)
