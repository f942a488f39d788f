"""Decimals as the ledger writes them: strings without exponent, trailing zeros or −0 (DESIGN §11).

Inside the rulebook a decimal is an integer scaled by 10^6; `scaled` and `unscaled` cross between the two exactly.
"""

import re

SCALE = 1_000_000
"""One, as a scaled integer: six fraction digits."""

_WRITTEN = re.compile(r"(-?)(0|[1-9][0-9]{0,11})(?:\.([0-9]+))?", re.ASCII)
_CANONICAL = re.compile(r"(?!-0$)-?(0|[1-9][0-9]{0,11})(\.[0-9]{0,5}[1-9])?", re.ASCII)


def canonical_decimal(written: str) -> str:
    """The one canonical writing of a decimal: `"3.50"` becomes `"3.5"`, `"2.000"` becomes `"2"`.

    Raises ValueError for an exponent, a plus sign, leading zeros, negative zero, more than 12 integer or 6
    significant fraction digits, and for anything that is no decimal; the message says what would be right.
    """
    match = _WRITTEN.fullmatch(written)
    if match is None:
        raise ValueError('must be a decimal string with at most 12 integer digits, such as "3.5", without exponent')
    sign, integer, fraction = match.group(1), match.group(2), (match.group(3) or "").rstrip("0")
    if len(fraction) > 6:
        raise ValueError("must have at most 6 fraction digits")
    if sign and integer == "0" and not fraction:
        raise ValueError('must not be negative zero; write "0"')
    return f"{sign}{integer}.{fraction}" if fraction else f"{sign}{integer}"


def is_canonical_decimal(text: str) -> bool:
    """Whether `text` is already as `canonical_decimal` would write it."""
    return _CANONICAL.fullmatch(text) is not None


def scaled(canonical: str) -> int:
    """A canonical decimal times 10^6, exactly. Raises ValueError for text that is not canonical."""
    if not is_canonical_decimal(canonical):
        raise ValueError(f"{canonical[:40]!r} is not a canonical decimal")
    integer, _, fraction = canonical.partition(".")
    magnitude = abs(int(integer)) * SCALE + int(fraction.ljust(6, "0") if fraction else 0)
    return -magnitude if canonical.startswith("-") else magnitude


def unscaled(value: int) -> str:
    """The canonical decimal of an integer scaled by 10^6: 3_500_000 is `"3.5"`."""
    sign = "-" if value < 0 else ""
    integer, rest = divmod(abs(value), SCALE)
    fraction = f"{rest:06d}".rstrip("0")
    return f"{sign}{integer}.{fraction}" if fraction else f"{sign}{integer}"
