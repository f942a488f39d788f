"""Accounts: which of an issuer's subjects is which person here. Only an administrator says so."""

from dataclasses import dataclass

from shared.ledger.instants import Instant

MAX_ISSUER, MAX_SUBJECT = 500, 255


@dataclass(frozen=True, slots=True)
class Account:
    """One link. A person may have several; a subject is one person."""

    id: str
    issuer: str
    subject: str
    person: str
    created_at: Instant
