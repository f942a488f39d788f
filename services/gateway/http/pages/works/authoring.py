"""What a form says of a rubric or a task that is written, as documents. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.gateway.http.pages.codes import codes_for
from services.gateway.http.pages.exhibitions.planning import chosen
from services.gateway.http.pages.refusing import wrong
from shared.ledger.identifiers import CODE_PATTERN
from shared.runtime.ballot_words import LANGUAGES

MOST_ROWS = 12
LEVELS = 4
"""Levels of a criterion that a form has room for; what is left empty is left out."""


@dataclass(frozen=True, slots=True)
class LevelRow:
    title: str = ""
    descriptor: str = ""
    other_title: str = ""
    other_descriptor: str = ""


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """A criterion as it is typed; levels from the lowest up, worth 1, 2, 3 and so on. `code` is that of an earlier
    version. `other_…` are translations.
    """

    title: str = ""
    other_title: str = ""
    code: str = ""
    half: bool = False
    competencies: Sequence[str] = ()
    levels: Sequence[LevelRow] = field(default_factory=lambda: [LevelRow() for _ in range(LEVELS)])


def criteria_rows(fields: Mapping[str, str]) -> list[CriterionRow]:
    """The criteria of a form, with one more where that was asked for; never fewer than one."""
    rows = [_row(fields, f"c{n}") for n in range(MOST_ROWS) if f"c{n}.title" in fields]
    if not rows or ("more" in fields and len(rows) < MOST_ROWS):
        rows.append(CriterionRow())
    return rows


def rows_of_rubric(rubric: Mapping[str, Any], other: str) -> list[CriterionRow]:
    """The criteria of a rubric that there is, to write the next version from.

    A form has levels worth 1, 2, 3 and so on, half points between them, and two languages. Raises ValueError for a
    rubric that has anything else, which the next version would be without.
    """
    _check_languages(rubric, other)
    words = rubric.get("translations", {}).get(other, {}).get("criteria", {})
    return [_row_of(criterion, words.get(criterion["code"], {})) for criterion in rubric["criteria"]]


def rubric_document(
    id_: str, title: str, language: str, rows: Sequence[CriterionRow], other_title: str = ""
) -> dict[str, Any]:
    """An `ascertain.rubric@2` of what was typed; a criterion keeps its code from version to version.

    One that is there already is left out by emptying its title. Raises `refusing.wrong` for what has no name otherwise,
    and for what no score could be given by.
    """
    for row in rows:
        _check_named(row)
    written = [row for row in rows if row.title]
    _check_whole(written)
    kept = {row.code for row in written if row.code}
    fresh = iter(codes_for((row.title for row in written if not row.code), otherwise="criterion", taken=kept))
    coded = [(row.code or next(fresh), row) for row in written]
    document: dict[str, Any] = {
        "format": "ascertain.rubric@2",
        "id": id_,
        "title": title,
        "language": language,
        "criteria": [_criterion(code, row) for code, row in coded],
    }
    words = {code: told for code, row in coded if (told := _words(row))}
    if words or other_title:
        document["translations"] = {other_of(language): {"title": other_title or title, "criteria": words}}
    return document


def task_document(id_: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """An `ascertain.task@2` of what was typed. Raises `refusing.wrong` where it shows no skill."""
    skills = chosen(fields, "competency/")
    if not skills:
        raise wrong("Choose at least one skill that the task shows.")
    language = fields.get("language", "")
    title, prompt = fields.get("title", "").strip(), fields.get("prompt", "").strip()
    other_title, other_prompt = fields.get("other_title", "").strip(), fields.get("other_prompt", "").strip()
    before = [line.strip() for line in fields.get("relearning", "").splitlines() if line.strip()]
    kinds = {line: kind for kind, _, line in (one.partition(" ") for one in fields.get("kinds", "").splitlines())}
    kind = fields.get("kind", "").strip()
    document: dict[str, Any] = {
        "format": "ascertain.task@2",
        "id": id_,
        "title": title,
        "prompt": prompt,
        "kind": kind if re.fullmatch(CODE_PATTERN, kind) else codes_for([kind], otherwise="task")[0],
        "language": language,
        "competencies": skills,
        "courses": [course for course in fields.get("courses", "").split(" ") if course],
        "purpose": fields.get("purpose", "performance"),
        "reflect_first": "reflect_first" in fields,
        "relearning": [{"kind": kinds.get(line, "practice"), "title": line} for line in before],
    }
    if fields.get("rubric"):
        document["rubric"] = fields["rubric"]
    if other_title or other_prompt:
        told = {"title": other_title or title, "prompt": other_prompt or prompt}
        document["translations"] = {other_of(language): told}
    return document


def fields_of_task(task: Mapping[str, Any]) -> dict[str, str]:
    """A task that there is, as a form has it, to write the next version from. `kinds` says what each thing to relearn
    is, for the form has their words alone. Raises ValueError for one in other languages than the form's.
    """
    language = task.get("language", "en")
    _check_languages(task, other_of(language))
    told = task.get("translations", {}).get(other_of(language), {})
    return {
        "title": task["title"],
        "prompt": task["prompt"],
        "other_title": told.get("title", ""),
        "other_prompt": told.get("prompt", ""),
        "kind": task["kind"],
        "language": language,
        "purpose": task["purpose"],
        "rubric": task.get("rubric", ""),
        "courses": " ".join(task["courses"]),
        "relearning": "\n".join(one["title"] for one in task.get("relearning", [])),
        "kinds": "\n".join(f"{one['kind']} {one['title']}" for one in task.get("relearning", [])),
        **({"reflect_first": "1"} if task.get("reflect_first") else {}),
        **{f"competency/{one}": "1" for one in task["competencies"]},
    }


def other_of(language: str) -> str:
    """The language that a document is translated into."""
    return next(known for known in LANGUAGES if known != language)


def _check_languages(document: Mapping[str, Any], other: str) -> None:
    if document.get("language", "en") not in LANGUAGES or not {other}.issuperset(document.get("translations", {})):
        raise ValueError("languages")


def _check_named(row: CriterionRow) -> None:
    """Raise `refusing.wrong` where something was typed that would be left out for want of a name."""
    levels = [level for level in row.levels if level != LevelRow()]
    is_new = not (row.title or row.code)
    if is_new and (row.other_title or row.competencies or levels):
        raise wrong("A criterion has no name. Say what is looked at.")
    if row.title and not all(level.title for level in levels):
        raise wrong("A level has no name. Give it one, or empty it.")


def _check_whole(written: Sequence[CriterionRow]) -> None:
    if not written:
        raise wrong("A rubric needs a criterion. Say what is looked at.")
    for row in written:
        if not any(level.title for level in row.levels):
            raise wrong("“%(title)s” has no level yet. Name at least one.", title=row.title)
        if not row.competencies:
            raise wrong("“%(title)s” shows no skill yet. Choose at least one.", title=row.title)


def _row(fields: Mapping[str, str], at: str) -> CriterionRow:
    def typed(name: str) -> str:
        return fields.get(f"{at}.{name}", "").strip()

    levels = [
        LevelRow(*(typed(f"l{n}.{name}") for name in ("title", "text", "other_title", "other_text")))
        for n in range(LEVELS)
    ]
    return CriterionRow(
        typed("title"), typed("other_title"), typed("code"), bool(typed("half")), chosen(fields, f"{at}.on/"), levels
    )


def _row_of(criterion: Mapping[str, Any], words: Mapping[str, Any]) -> CriterionRow:
    levels = criterion["levels"]
    worth = [str(n) for n in range(1, len(levels) + 1)]
    if [level["earned"] for level in levels] != worth or len(levels) > LEVELS or criterion["possible"] != worth[-1]:
        raise ValueError("levels")
    if criterion.get("step") not in {None, "0.5"}:
        raise ValueError("step")
    told = words.get("levels", {})
    rows = [
        LevelRow(
            level["title"],
            level["descriptor"],
            told.get(level["earned"], {}).get("title", ""),
            told.get(level["earned"], {}).get("descriptor", ""),
        )
        for level in levels
    ]
    return CriterionRow(
        criterion["title"],
        words.get("title", ""),
        criterion["code"],
        criterion.get("step") is not None,
        tuple(criterion["competencies"]),
        [*rows, *(LevelRow() for _ in range(LEVELS - len(rows)))],
    )


def _criterion(code: str, row: CriterionRow) -> dict[str, Any]:
    levels = [level for level in row.levels if level.title]
    document: dict[str, Any] = {
        "code": code,
        "title": row.title,
        "competencies": list(row.competencies),
        "possible": str(len(levels)),
        "levels": [
            {"earned": str(n), "title": level.title, "descriptor": level.descriptor or level.title}
            for n, level in enumerate(levels, start=1)
        ],
    }
    return document | ({"step": "0.5"} if row.half else {})


def _words(row: CriterionRow) -> dict[str, Any]:
    levels = [level for level in row.levels if level.title]
    told = {
        str(n): {
            "title": level.other_title or level.title,
            "descriptor": level.other_descriptor or level.descriptor or level.title,
        }
        for n, level in enumerate(levels, start=1)
        if level.other_title or level.other_descriptor
    }
    if not row.other_title and not told:
        return {}
    return {"title": row.other_title or row.title, "levels": told}
