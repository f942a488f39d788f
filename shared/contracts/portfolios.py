"""Bodies of a learner's portfolio: what she chose to show, and to whom. Version 1 each, all of one stream a learner."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.contracts.values import Code, Contract, Digest, Id, Moment, unique

MAX_EXHIBITS = 200


class ExhibitChosen(Contract):
    """A learner shows a version of one of her works, says why, and which competencies it shows.

    An exhibit is named by the event that chose it; it stands after those chosen before, until they are arranged.
    """

    learner: Id
    work: Id
    version: Id
    competencies: Annotated[tuple[Id, ...], Field(min_length=1, max_length=50, strict=False)]
    reason_ref: Digest | None = None


class ExhibitWithdrawn(Contract):
    """An exhibit is shown no longer."""

    learner: Id
    exhibit: Id


class ExhibitsArranged(Contract):
    """The order in which a learner shows her exhibits; those that are not named stand after them."""

    learner: Id
    exhibits: Annotated[tuple[Id, ...], Field(min_length=1, max_length=MAX_EXHIBITS, strict=False)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        unique("exhibit", self.exhibits)
        return self


class Pinned(Contract):
    """A place in the ledger up to which something is shown."""

    shard: Annotated[int, Field(ge=0, le=63)]
    position: Annotated[int, Field(ge=0, lt=2**53)]


class PortfolioShared(Contract):
    """Whoever has the link sees these exhibits as they were at `pins`, until `expires_at` or until it is revoked.

    `token` is the SHA-256 of the link's secret, `audience` a code for whom it is meant: `public`, `college` or another.
    A share is named by the event that made it.
    """

    learner: Id
    token: Digest
    audience: Code
    exhibits: Annotated[tuple[Id, ...], Field(min_length=1, max_length=MAX_EXHIBITS, strict=False)]
    pins: Annotated[tuple[Pinned, ...], Field(min_length=1, max_length=64, strict=False)]
    expires_at: Moment


class ShareRevoked(Contract):
    """A share is over, at once."""

    learner: Id
    share: Id
