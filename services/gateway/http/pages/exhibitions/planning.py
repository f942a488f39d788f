"""What a form says of an exhibition that is planned, and what the API is asked for by it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import zip_longest
from typing import Any
from uuid import UUID, uuid5

from services.gateway.http.pages.codes import codes_for, lines_of
from services.gateway.http.pages.refusing import wrong
from services.gateway.http.pages.typed import no_form
from shared.ledger.instants import instant_text
from shared.runtime.ballot_words import LANGUAGES

ROLES = ("family", "community", "staff", "learner")
"""Who is asked, as coarsely as the API has them where a plan says nothing else."""

MOST_ROWS, FEWEST_ANSWERS = 20, 2
NEW = "new"
"""Stands among the questions to choose from for those that the form writes."""


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question as it is typed; `options` has one a line, of a rating the lowest first. `other_…` are translations."""

    kind: str = "choice"
    title: str = ""
    other_title: str = ""
    options: str = ""
    other_options: str = ""


def rows_of(fields: Mapping[str, str]) -> list[QuestionRow]:
    """The questions of a form, with one more where that was asked for; never fewer than one."""
    rows = [
        QuestionRow(
            fields.get(f"q{n}.kind", "choice"),
            fields.get(f"q{n}.title", "").strip(),
            fields.get(f"q{n}.other_title", "").strip(),
            fields.get(f"q{n}.options", ""),
            fields.get(f"q{n}.other_options", ""),
        )
        for n in range(MOST_ROWS)
        if f"q{n}.title" in fields
    ]
    if not rows or ("more" in fields and len(rows) < MOST_ROWS):
        rows.append(QuestionRow())
    return rows


def questions_document(id_: str, title: str, language: str, rows: Sequence[QuestionRow]) -> dict[str, Any]:
    """An `ascertain.questions@1` of what was typed, in `language`, translated as far as the other one was filled in.

    Raises `refusing.wrong` for answers to no question, for no question, and for one that leaves no choice.
    """
    if any(not row.title and (row.other_title or lines_of(row.options + row.other_options)) for row in rows):
        raise wrong("There are answers without a question. Write it, or empty them.", field="/questions")
    asked = [row for row in rows if row.title]
    if not asked:
        raise wrong("Write at least one question, or choose those of before.", field="/questions")
    for row in asked:
        if len(lines_of(row.options)) < FEWEST_ANSWERS:
            raise wrong("“%(title)s” needs two answers at least, one a line.", field="/questions", title=row.title)
    coded = list(zip(codes_for((row.title for row in asked), otherwise="question"), asked, strict=True))
    other = next(known for known in LANGUAGES if known != language)
    translated = {code: words for code, row in coded if (words := _translation(row))}
    document: dict[str, Any] = {
        "format": "ascertain.questions@1",
        "id": id_,
        "title": title,
        "language": language,
        "questions": [_question(code, row) for code, row in coded],
    }
    if translated:
        document["translations"] = {other: {"title": title, "questions": translated}}
    return document


def plan_request(fields: Mapping[str, str], *, school: str, questions: str | None, zone: tzinfo) -> dict[str, Any]:
    """What `POST /v1/exhibitions` is asked for. Raises `refusing.wrong` where nobody votes, or a moment is none."""
    rubric, roles = fields.get("rubric", ""), chosen(fields, "role/")
    if not roles:
        raise wrong("Choose who votes.", field="/roles")
    given = {
        "section": fields.get("section"),
        "title": fields.get("title", "").strip(),
        "questions": questions,
        "planned_for": moment_of(fields.get("planned_for", ""), zone),
        "panel": {"rubric": rubric, "discuss_from": number_of(fields.get("discuss_from", ""))} if rubric else None,
        "exhibition": fields.get("exhibition"),
        "expected_version": number_of(fields["version"]) if fields.get("version") else None,
    }
    return {
        "id": fields.get("id", ""),
        "school": school,
        "works": chosen(fields, "work/"),
        "roles": roles,
        **{name: value for name, value in given.items() if value},
    }


def check_works(document: Mapping[str, Any], works: Sequence[str]) -> None:
    """Raises `refusing.wrong` where something is asked of each work and no work is shown: nobody would be asked it."""
    rated = next((one for one in document["questions"] if one["kind"] == "rating"), None)
    if rated is not None and not works:
        raise wrong(
            "“%(title)s” is asked of each work, so choose at least one work.", field="/works", title=rated["title"]
        )


def chosen(fields: Mapping[str, str], prefix: str) -> list[str]:
    """What was ticked among boxes whose names begin so."""
    return [name.removeprefix(prefix) for name in fields if name.startswith(prefix)]


def derived_id(id_: str, name: str) -> str:
    """The id of what else a form records beside what its own id is of. Raises `refusing.wrong` where that is none."""
    try:
        return str(uuid5(UUID(id_), name))
    except ValueError:
        raise no_form() from None


def _question(code: str, row: QuestionRow) -> dict[str, Any]:
    options = lines_of(row.options)
    if row.kind == "rating":
        scale = [{"value": str(n), "title": title} for n, title in enumerate(options, start=1)]
        return {"kind": "rating", "code": code, "title": row.title, "scale": scale}
    named = zip(codes_for(options, otherwise="option"), options, strict=True)
    told = [{"code": option, "title": title} for option, title in named]
    return {"kind": "choice", "code": code, "title": row.title, "options": told}


def _translation(row: QuestionRow) -> dict[str, Any]:
    options, others = lines_of(row.options), lines_of(row.other_options)
    if not row.other_title and not others:
        return {}
    values = [str(n) for n in range(1, len(options) + 1)]
    names = values if row.kind == "rating" else codes_for(options, otherwise="option")
    pairs = zip_longest(names, others[: len(options)])
    return {"title": row.other_title or row.title, "options": {name: words for name, words in pairs if words}}


def moment_of(text: str, zone: tzinfo) -> str | None:
    """The instant of a date and time as a form has it; None where there is none. Raises `refusing.wrong`."""
    if not text.strip():
        return None
    try:
        local = datetime.fromisoformat(text.strip())
        return instant_text(int(local.replace(tzinfo=local.tzinfo or zone).timestamp() * 1000))
    except (ValueError, OverflowError):
        raise wrong("This is no date and time.") from None


def number_of(text: str) -> int:
    """A small number as it was typed; the API says what is wrong with 0."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 0
