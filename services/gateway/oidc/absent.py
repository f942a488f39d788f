"""What stands for the issuer where none is set up: the pages are there, and say so."""

from typing import NoReturn

from services.gateway.domain.sign_in import NoIssuerError, Question
from shared.ledger.instants import Instant


class NoIssuer:
    """Implements ports.Issuer."""

    name = ""

    async def sign_in_url(self, question: Question, hint: str | None) -> NoReturn:  # noqa: ARG002 - as the port says
        raise NoIssuerError

    async def subject(self, code: str, question: Question, now: Instant) -> NoReturn:  # noqa: ARG002 - as the port says
        raise NoIssuerError
