"""An attempt as nearly every client writes it, typed by msgspec: a tenth of what pydantic takes.

The definition is `shared.contracts.bodies.AttemptRecorded`. What stands here is narrower in its writing only (decimals
as they are stored); a test compares both over made-up bodies. Whoever decodes one calls `check`, for what types do not
say.
"""

from functools import lru_cache
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from shared.contracts.bodies import MAX_RESULTS, Purpose
from shared.ledger.decimals import scaled
from shared.ledger.identifiers import CODE_PATTERN, UUID_PATTERN

PlainId: TypeAlias = Annotated[str, Meta(pattern=rf"\A{UUID_PATTERN}\Z")]
PlainCode: TypeAlias = Annotated[str, Meta(pattern=rf"\A{CODE_PATTERN}\Z")]
PlainDecimal: TypeAlias = Annotated[str, Meta(pattern=r"\A(0|[1-9][0-9]{0,11})(\.[0-9]{0,5}[1-9])?\Z")]
"""Not below zero, without exponent or trailing zeros."""

_written = msgspec.json.Encoder().encode


class PlainResult(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True, frozen=True, gc=False):
    """See `Result`."""

    competency: PlainId
    criterion: PlainCode | None = None
    earned: PlainDecimal
    possible: PlainDecimal


class PlainAttempt(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True, frozen=True):
    """See `AttemptRecorded`. The members stand in the order of their names, so that its JSON is canonical."""

    course: PlainId | None = None
    group: PlainId | None = None
    learner: PlainId
    purpose: Purpose
    redo_of: PlainId | None = None
    results: Annotated[tuple[PlainResult, ...], Meta(min_length=1, max_length=MAX_RESULTS)]
    task: PlainId | None = None
    work: PlainId | None = None

    def check(self) -> None:
        """Raise ValueError where a result cannot be."""
        for result in self.results:
            _check_within(result.earned, result.possible)

    def canonical(self) -> bytes:
        """Its canonical bytes, as `shared.contracts.events.encode` gives those of the contract."""
        return _written(self)


@lru_cache(4096)
def _check_within(earned: str, possible: str) -> None:
    if not 0 < scaled(possible) >= scaled(earned):
        raise ValueError("must be above zero, and not below what was earned")
