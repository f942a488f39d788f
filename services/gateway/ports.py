"""What the gateway's flows need of the world."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp
from fastapi import Response

from services.gateway.domain.accounts import Account
from services.gateway.domain.artefact_tickets import Ticket
from services.gateway.domain.disclosures import Disclosure, NotedDisclosure, Revealed
from services.gateway.domain.passes import Pass
from services.gateway.domain.personal_tokens import PersonalToken
from services.gateway.domain.sessions import Session
from services.gateway.domain.sign_in import Attempt, Question
from shared.ledger.instants import Instant


class PersonalTokens(Protocol):
    """The personal tokens that there are. A token itself is never here, only its digest."""

    async def add(self, token: PersonalToken, digest: str) -> bool:
        """Keep a new one. False, with nothing done, where its id is taken.

        Raises `problems.gone` where its person is forgotten.
        """
        ...

    async def use(self, digest: str, at: Instant) -> str | None:
        """The person whose unrevoked token has this digest, None where there is none; notes when it was used."""
        ...

    async def of_person(self, person: str) -> list[PersonalToken]:
        """A person's tokens, revoked ones too, the newest first."""
        ...

    async def revoke(self, person: str, id_: str, at: Instant) -> bool:
        """Revoke a person's token for good; repeatable. False where the person has none of this id."""
        ...


class Artefacts(Protocol):
    """The files of works."""

    def opened(self, person: str, ref: str) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """A file that a person may see, as it comes; whose it is stands in the answer's headers.

        Raises `problems.not_found` where there is none for her, and `problems.unavailable`.
        """
        ...


class Tickets(Protocol):
    """Tickets for files that wait to be used."""

    async def add(self, ticket: Ticket, now: Instant) -> None:
        """Keep one, and none that is over."""
        ...

    async def take(self, digest: str, now: Instant) -> Ticket | None:
        """Use one up; None where there is none of this digest, or not any more."""
        ...


class Passes(Protocol):
    """The passes that there are. A pass itself is never here, only its digest."""

    async def add(self, made: Pass, digest: str) -> bool:
        """Keep a new one. False, with nothing done, where its id is taken."""
        ...

    async def use(self, digest: str, at: Instant) -> Pass | None:
        """The pass of this digest that is neither revoked nor over, None where there is none; notes its use."""
        ...

    async def find(self, id_: str) -> Pass | None: ...

    async def of_exhibition(self, exhibition: str) -> list[Pass]:
        """An exhibition's passes, revoked ones too, the newest first."""
        ...

    async def are_of(self, person: str) -> bool:
        """Whether a person was ever given one."""
        ...

    async def revoke(self, id_: str, at: Instant) -> None:
        """Revoke one for good; repeatable."""
        ...


class Panels(Protocol):
    async def guests(self, by: str, exhibition: str) -> Mapping[str, Instant | None] | None:
        """Who sits on an exhibition's panel now and has no account, each until when; None where `by` does not hold it.

        Raises `problems.unavailable` where that is not known.
        """
        ...

    async def sits(self, panelist: str, exhibition: str) -> bool:
        """Whether a person without an account sits on an exhibition's panel at this moment.

        Raises `problems.unavailable` where that is not known.
        """
        ...


class AnyRelation(Protocol):
    async def has_any_relation(self, person: str) -> bool:
        """Whether a person is anything in the district. Raises `problems.unavailable` where that is not known."""
        ...


@dataclass(frozen=True, slots=True)
class PassKeeping:
    """What passes need."""

    passes: Passes
    panels: Panels
    relations: AnyRelation


class MintsAccessTokens(Protocol):
    def mint(self, person: str, *, life: int = ...) -> str:
        """An access token of the person's."""
        ...


class Issuer(Protocol):
    """The OpenID Connect issuer that knows the district's people."""

    @property
    def name(self) -> str:
        """Its issuer identifier, as its tokens name it."""
        ...

    async def sign_in_url(self, question: Question, hint: str | None) -> str:
        """Where a browser goes to sign in. Raises IssuerUnavailableError."""
        ...

    async def subject(self, code: str, question: Question, now: Instant) -> str:
        """Whom the issuer signed in, once everything that it answers for this code has been checked.

        Raises DeclinedError where it does not take the code, InvalidAnswerError where a check fails, and
        IssuerUnavailableError.
        """
        ...


@dataclass(frozen=True, slots=True)
class OpenedShare:
    """A share that is open, the learners whose work it shows, and what it shows, as it is told on."""

    share: str
    learners: Sequence[str]
    shown: Mapping[str, Any]


class Shares(Protocol):
    """What learners share by links."""

    async def open(self, share: str, token: str) -> OpenedShare | None:
        """The share of this id, where its secret has this digest; None where it has not, or the share is over.

        Raises `problems.unavailable` where the service that knows does not answer.
        """
        ...


class Ballots(Protocol):
    """The ballots of exhibitions, as evidence answers for them: 200 or 201, or a refusal; 404 for a token of none.

    Raises `problems.unavailable` where it does not answer.
    """

    async def show(self, token: str) -> Response:
        """What this token's ballot asks."""
        ...

    async def vote(self, token: str, answers: Mapping[str, str]) -> Response:
        """Count this ballot's vote, or tell of the one that was counted."""
        ...


class Attempts(Protocol):
    """Sign-ins that wait for the issuer's answer."""

    async def add(self, attempt: Attempt) -> None: ...

    async def take(self, state_digest: str, browser_digest: str) -> Attempt | None:
        """Take this browser's sign-in of this state out, so that it is had once; None where there is none."""
        ...


class Sessions(Protocol):
    """The sessions that there are. A session itself is never here, only its digest."""

    async def begin(self, digest: str, issuer: str, subject: str, at: Instant) -> bool:
        """Keep a new one of the person whom the subject is linked to. False, with nothing done, where none is."""
        ...

    async def find(self, digest: str) -> Session | None: ...

    async def touch(self, digest: str, at: Instant) -> None:
        """Note that it was used."""
        ...

    async def end(self, digest: str) -> None:
        """End it, if it is there."""
        ...


class Accounts(Protocol):
    """Which subject is which person."""

    async def link(self, account: Account) -> Account:
        """Keep a link, unless its subject has one; the one that is kept.

        Raises `problems.gone` where its person is forgotten.
        """
        ...

    async def unlink(self, id_: str, at: Instant) -> bool:
        """Remove a link, and with it the sessions that came of it; with a person's last link, revoke her personal
        tokens as of `at`. False where there is no such link.
        """
        ...

    async def page(self, person: str | None, after: str | None, limit: int) -> list[Account]:
        """Links in the order of their ids, those after `after`; of one person where one is named."""
        ...


class Administrators(Protocol):
    async def is_administrator(self, person: str, scope: str) -> bool:
        """Whether the person administers the scope. Raises `problems.unavailable` where that is not known."""
        ...


class Leftovers(Protocol):
    """What can do nothing any more. Each answers how many there were."""

    async def remove_sessions(self, *, begun_before: Instant, unused_since: Instant) -> int:
        """Those that began, or were used last, no later than this."""
        ...

    async def remove_attempts(self, *, begun_before: Instant) -> int: ...

    async def remove_revoked_tokens(self, *, revoked_before: Instant) -> int: ...


class Disclosures(Protocol):
    """The log of who was shown what of whom. It is only ever added to."""

    async def note(self, disclosures: Sequence[Disclosure]) -> None:
        """Write these down, all or none, durably when it returns: only then may be shown what they tell of.

        Raises `problems.unavailable` where that is not possible.
        """
        ...

    async def of_learner(self, learner: str, *, after: int | None, limit: int) -> list[NotedDisclosure]:
        """What was shown of a learner, the newest first; `after` is the number of the last one known."""
        ...


class Reveals(Protocol):
    async def reveal(self, person: str, texts: Sequence[str], names: Sequence[str]) -> Revealed:
        """Those of the texts and of the people's names that the person may read.

        Raises `problems.unavailable` where the service that keeps them does not answer.
        """
        ...


class DisclosureRights(Protocol):
    async def may_read_disclosures(self, person: str, learner: str) -> bool:
        """Whether the person may read who was shown what of the learner's."""
        ...


@dataclass(frozen=True, slots=True)
class SigningIn:
    """What a sign-in needs."""

    issuer: Issuer
    attempts: Attempts
    sessions: Sessions


@dataclass(frozen=True, slots=True)
class AccountKeeping:
    """What it needs to say who is who."""

    accounts: Accounts
    administrators: Administrators
