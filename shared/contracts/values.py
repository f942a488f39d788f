"""The kinds of value that may stand in an event's body or in a document, each checked and made canonical."""

import re
from collections.abc import Iterable
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints, WithJsonSchema

from shared.contracts.reasons import WordedError
from shared.ledger.decimals import canonical_decimal, is_canonical_decimal, scaled
from shared.ledger.identifiers import CODE_PATTERN, DIGEST_PATTERN, is_id
from shared.ledger.instants import instant, instant_text

_CODE = re.compile(CODE_PATTERN, re.ASCII)
_DIGEST = re.compile(DIGEST_PATTERN, re.ASCII)
_SEALED_PATTERN = "^([0-9a-f]{2}){16,4096}$"
_SEALED = re.compile(_SEALED_PATTERN, re.ASCII)
_DECIMAL_PATTERN = r"^-?(0|[1-9][0-9]{0,11})(\.[0-9]{0,5}[1-9])?$"
_POLICY_SCOPES = ("school", "framework", "competency", "learner")
_ROLE_SCOPES = ("school", "section")


class Contract(BaseModel):
    """A frozen model in which unknown fields are refused and nothing is guessed from another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _id(value: str) -> str:
    if not is_id(value):
        raise ValueError("must be a lowercase UUID with hyphens")
    return value


def _digest(value: str) -> str:
    if not _DIGEST.fullmatch(value):
        raise ValueError("must be a SHA-256 digest of 64 lowercase hex digits")
    return value


def _code(value: str) -> str:
    if not _CODE.fullmatch(value):
        raise ValueError("must be a code of at most 64 characters from a-z, 0-9, '.', '_' and '-'")
    return value


def _sealed(value: str) -> str:
    if not _SEALED.fullmatch(value):
        raise ValueError("must be 16 to 4096 sealed bytes in lowercase hex digits")
    return value


def _decimal(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError('must be a decimal string, such as "3.5"')  # noqa: TRY004 - pydantic reports ValueError
    return canonical_decimal(value)


def _written_canonically(value: object) -> str:
    if not isinstance(value, str) or not is_canonical_decimal(value):
        raise ValueError('must be a decimal string without exponent or trailing zeros, such as "3.5"')
    return value


def _not_negative(value: str) -> str:
    if value.startswith("-"):
        raise ValueError("must not be below zero")
    return value


def _positive(value: str) -> str:
    if scaled(value) <= 0:
        raise ValueError("must be above zero")
    return value


def _instant(value: str) -> str:
    return instant_text(instant(value))


def _text(value: str) -> str:
    if not value.strip():
        raise WordedError("must not be empty", "field-empty")
    if any(ord(character) < 32 and character not in "\n\t" for character in value):
        raise WordedError("must not hold control characters", "text-unclean")
    return value


def _scope_of(kinds: tuple[str, ...]) -> AfterValidator:
    def check(value: str) -> str:
        kind, _, name = value.partition("/")
        if value != "district" and not (kind in kinds and is_id(name)):
            told = f"must be 'district' or one of {', '.join(f'{kind}/{{id}}' for kind in kinds)}"
            raise WordedError(told, "scope-unknown")
        return value

    return AfterValidator(check)


def _schema(pattern: str, description: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "description": description})


Id: TypeAlias = Annotated[str, AfterValidator(_id), WithJsonSchema({"type": "string", "format": "uuid"})]
Digest: TypeAlias = Annotated[str, AfterValidator(_digest), _schema(f"^{DIGEST_PATTERN}$", "SHA-256, hex")]
Code: TypeAlias = Annotated[str, AfterValidator(_code), _schema(f"^{CODE_PATTERN}$", "a short code")]
Sealed: TypeAlias = Annotated[str, AfterValidator(_sealed), _schema(_SEALED_PATTERN, "sealed bytes, hex")]
"""What nobody can read without a key that is not in the ledger; it tells nothing, not even how long it is."""

Moment: TypeAlias = Annotated[str, AfterValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})]
"""An instant; any RFC 3339 writing is taken and stored as UTC with three decimals."""

Earned: TypeAlias = Annotated[
    str, BeforeValidator(_decimal), AfterValidator(_not_negative), _schema(_DECIMAL_PATTERN, "a decimal ≥ 0")
]
Possible: TypeAlias = Annotated[
    str, BeforeValidator(_decimal), AfterValidator(_positive), _schema(_DECIMAL_PATTERN, "a decimal > 0")
]
DocumentDecimal: TypeAlias = Annotated[
    str, BeforeValidator(_written_canonically), AfterValidator(_not_negative), _schema(_DECIMAL_PATTERN, "a decimal")
]
"""A decimal in a document, which must be written canonically: the document's digest is over what was written."""

Text: TypeAlias = Annotated[str, AfterValidator(_text)]
"""Words in a document (never in an event): not empty, no control characters."""

PolicyScope: TypeAlias = Annotated[
    str, _scope_of(_POLICY_SCOPES), WithJsonSchema({"type": "string", "examples": ["district"]})
]
RoleScope: TypeAlias = Annotated[
    str, _scope_of(_ROLE_SCOPES), WithJsonSchema({"type": "string", "examples": ["district"]})
]

Title: TypeAlias = Annotated[Text, StringConstraints(max_length=400)]
Words: TypeAlias = Annotated[Text, StringConstraints(max_length=20_000)]


def unique(what: str, values: Iterable[str]) -> None:
    """Raise ValueError, naming it, where a value stands twice."""
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ValueError(f"the {what} {value!r} stands twice")
        seen.add(value)
