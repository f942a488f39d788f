"""Canonical JSON against another hand's RFC 8785, and decimals against `Decimal`."""

import json
from decimal import Decimal

import pytest
import rfc8785
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.ledger.canonical import MAX_INTEGER, JsonValue, NotCanonicalError, canonical, parse
from shared.ledger.decimals import SCALE, canonical_decimal, is_canonical_decimal, scaled, unscaled
from tests.support.growth import growth

texts = st.text(st.characters(exclude_categories=["Cs"]))
values: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=8),
    max_leaves=20,
)


@given(values)
def test_canonical_is_rfc_8785(value: JsonValue) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(st.dictionaries(st.text(st.characters(min_codepoint=0xD000, exclude_categories=["Cs"]), max_size=3), st.none()))
def test_keys_beyond_the_first_plane_are_ordered_as_utf_16(value: dict[str, JsonValue]) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(values, st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_however_a_text_is_written_its_canonical_form_is_one(value: JsonValue, ascii_: bool, indent: int | str) -> None:
    written = json.dumps(value, ensure_ascii=ascii_, indent=indent).encode()
    assert canonical(parse(written)) == canonical(value)
    assert parse(canonical(value)) == value


@given(st.integers().filter(lambda number: abs(number) > MAX_INTEGER) | st.floats())
def test_numbers_that_have_no_one_writing_are_refused(number: float) -> None:
    with pytest.raises(NotCanonicalError):
        canonical([number])  # type: ignore[list-item]
    with pytest.raises(NotCanonicalError):
        parse(json.dumps([number]).encode())


def test_a_key_that_stands_twice_among_many_is_found_at_once() -> None:
    def refused(count: int) -> None:
        keys = [*(f"k{number}" for number in range(count)), f"k{count - 1}"]
        text = "{" + ",".join(f'"{key}":1' for key in keys) + "}"
        with pytest.raises(NotCanonicalError, match=f"'k{count - 1}' stands twice"):
            parse(text.encode())

    assert growth(refused, 3_000, 30_000) < 40  # comparing each key with each takes a hundred times as long


@given(st.integers(-(10**18) + 1, 10**18 - 1))
def test_a_scaled_decimal_and_its_writing_are_the_same_number(number: int) -> None:
    text = unscaled(number)
    assert is_canonical_decimal(text)
    assert Decimal(text) * SCALE == number
    assert scaled(text) == number


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12))
def test_a_decimal_is_written_in_one_way(number: Decimal) -> None:
    assume(abs(number) < 10**12)
    written = f"{number:f}"
    if number == 0 and written.startswith("-"):
        return
    text = canonical_decimal(written)
    assert Decimal(text) == number
    assert canonical_decimal(text) == text
    assert text == "0" or not text.endswith((".", "0")) or "." not in text


@given(st.text(alphabet="0123456789.-+eE ", max_size=12))
def test_whatever_is_taken_for_a_decimal_is_one(text: str) -> None:
    try:
        one = canonical_decimal(text)
    except ValueError:
        assert not is_canonical_decimal(text)
    else:
        assert Decimal(one) == Decimal(text)
        assert is_canonical_decimal(one)
