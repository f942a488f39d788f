"""Rubrics as pages show them, and what a form says by one. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Choice:
    """What a criterion may earn. Between two levels it has no title and no descriptor."""

    earned: str
    title: str = ""
    descriptor: str = ""


@dataclass(frozen=True, slots=True)
class CriterionShown:
    """A criterion in the reader's words; its choices from the lowest up."""

    code: str
    title: str
    possible: str
    competencies: Sequence[str]
    choices: Sequence[Choice]


def criteria_of(rubric: Mapping[str, Any], language: str) -> list[CriterionShown]:
    """A rubric's criteria, in the language as far as they are translated."""
    words = rubric.get("translations", {}).get(language, {}).get("criteria", {})
    return [_criterion(one, words.get(one["code"], {})) for one in rubric["criteria"]]


def title_of(rubric: Mapping[str, Any], language: str) -> str:
    return str(rubric.get("translations", {}).get(language, {}).get("title", rubric["title"]))


def results_of(criteria: Sequence[CriterionShown], levels: Mapping[str, str]) -> list[dict[str, str]]:
    """A result for each competency of each criterion that was given a level."""
    return [
        {"competency": competency, "criterion": one.code, "earned": levels[one.code], "possible": one.possible}
        for one in criteria
        if one.code in levels
        for competency in one.competencies
    ]


def levels_of(fields: Mapping[str, str]) -> dict[str, str]:
    """What a form gives each criterion, by its code; those left open are left out."""
    given = {name.removeprefix("level/"): value for name, value in fields.items() if name.startswith("level/")}
    return {code: earned for code, earned in given.items() if earned}


def comments_of(fields: Mapping[str, str]) -> dict[str, str]:
    """What a form says of each criterion: a ready comment that was chosen, then what was typed."""
    codes = [name.removeprefix("say/") for name in fields if name.startswith("say/")]
    said = {code: [fields.get(f"ready/{code}", ""), fields[f"say/{code}"]] for code in codes}
    plain = {code: "\n".join(filter(None, (text.strip() for text in texts))) for code, texts in said.items()}
    return {code: text for code, text in plain.items() if text}


def _criterion(one: Mapping[str, Any], words: Mapping[str, Any]) -> CriterionShown:
    levels = {Decimal(level["earned"]): _level(level, words) for level in one["levels"]}
    if one.get("step"):
        step, top = Decimal(one["step"]), max(levels)
        value = min(levels)
        while value < top:
            value += step
            levels.setdefault(value, Choice(_decimal(value)))
    choices = [levels[value] for value in sorted(levels)]
    return CriterionShown(
        one["code"], words.get("title", one["title"]), one["possible"], tuple(one["competencies"]), choices
    )


def _level(level: Mapping[str, Any], words: Mapping[str, Any]) -> Choice:
    told = words.get("levels", {}).get(level["earned"], level)
    return Choice(level["earned"], told["title"], told["descriptor"])


def _decimal(value: Decimal) -> str:
    """As decimals are written: without an exponent, and without zeros at the end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
