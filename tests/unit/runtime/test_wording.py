"""What pydantic says of a value is told in words that say what would be right, whoever reads them."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from shared.contracts.values import Contract, Text
from shared.contracts.wording import in_code, told
from shared.runtime.problems import from_validation


class Wish(Contract):
    number: Annotated[int, Field(ge=1, le=9)] = 1
    kind: Literal["text", "link"] = "text"
    words: Annotated[Text, StringConstraints(max_length=5)] = "Fair."
    short: Annotated[str, StringConstraints(min_length=1, max_length=3)] = "so"
    several: Annotated[tuple[int, ...], Field(min_length=1, max_length=2)] = (1,)
    needed: bool


@pytest.mark.parametrize(
    ("change", "words", "reason", "figures"),
    [
        ({"needed": ...}, "must be given", "field-missing", {}),
        ({"needed": "yes"}, "must be true or false", None, {}),
        ({"foo": 1}, "is not known here; leave it out", None, {}),
        ({"number": 0}, "must be at least 1", "number-too-small", {"number": 1}),
        ({"number": 10}, "must be at most 9", "number-too-large", {"number": 9}),
        ({"number": "1"}, "must be a whole number", None, {}),
        ({"kind": "film"}, "must be 'text' or 'link'", "word-unknown", {}),
        ({"words": "Splendid"}, "must have at most 5 characters", "field-too-long", {"number": 5}),
        ({"words": " "}, "must not be empty", "field-empty", {}),
        ({"words": "a\x07"}, "must not hold control characters", "text-unclean", {}),
        ({"words": None}, "must be a string", None, {}),
        ({"short": ""}, "must not be empty", "field-empty", {}),
        ({"short": "long"}, "must have at most 3 characters", "field-too-long", {"number": 3}),
        ({"several": ()}, "must not be empty", "field-empty", {}),
        ({"several": (1, 2, 3)}, "must have at most 2 items", "field-too-many", {"number": 2}),
        ({"several": {}}, "must be an array", None, {}),
    ],
)
def test_it_says_what_would_be_right_and_as_a_code(
    change: dict[str, Any], words: str, reason: str | None, figures: dict[str, int]
) -> None:
    given = {name: value for name, value in {"needed": True, **change}.items() if value is not ...}
    with pytest.raises(ValidationError) as caught:
        Wish.model_validate(given)
    [error] = caught.value.errors()
    assert (told(error), *in_code(error)) == (words, reason, figures)
    problem = from_validation([error])
    assert (problem.more.get("reason"), problem.more.get("figures", {})) == (reason, figures)


def test_the_whole_body_may_be_wrong() -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Wish).validate_python([])
    assert from_validation(caught.value.errors()).detail == "The body: must be an object."
    error = {
        "type": "json_invalid",
        "loc": ("body", 7),
        "msg": "JSON decode error",
        "ctx": {"error": "Expecting value"},
    }
    problem = from_validation([error])
    assert (problem.field, problem.detail) == ("", "The body: is not JSON: Expecting value.")
