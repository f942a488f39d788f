"""Ballots: paper with a token on it, issued for a role and good for one vote (DESIGN §6). Pure.

Of a token the ledger knows only its digest. Who votes is known to nobody: a vote is the gateway's, for whoever holds
the paper.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.evidence.domain.commands import Command, Expectation, Guard
from services.evidence.domain.errors import Conflict, Invalid
from services.evidence.domain.exhibitions import Exhibition, answer_name, longest
from services.evidence.domain.facts import new_event
from services.evidence.domain.receipts import Receipt, recorded_receipt
from shared.contracts.exhibitions import Asked, BallotIssued, ExhibitionVoteCast
from shared.ledger.canonical import canonical
from shared.ledger.entry import Entry
from shared.ledger.identifiers import digest, further_event_id
from shared.ledger.streams import ballot_stream, exhibition_stream

MOST_AT_ONCE = 1_000
"""Ballots of one request at most."""

_TOKEN = re.compile(r"[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class IssueBallots:
    """A caller's wish: so many ballots for people of a role."""

    id: str
    exhibition: str
    role: str
    count: int


@dataclass(frozen=True, slots=True)
class Found:
    """A ballot that was issued. `version` is its stream's: 1 until its vote is cast."""

    ballot: str
    exhibition: str
    version: int
    is_closed: bool = False

    @property
    def is_counted(self) -> bool:
        return self.version > 1


def is_token(said: str) -> bool:
    """Whether this could be a token: 32 lowercase hex digits."""
    return _TOKEN.fullmatch(said) is not None


def ballot_of(token: str) -> str:
    """The ballot that a token is printed on: SHA-256 of its 16 bytes."""
    return digest(bytes.fromhex(token))


def check_may_issue(exhibition: Exhibition, issue: IssueBallots) -> None:
    """Raise Conflict unless an exhibition is open, Invalid where its plan knows no such role."""
    if exhibition.opened is None:
        raise Conflict("The exhibition is not open yet: there are no questions to print.", reason="exhibition-not-open")
    if exhibition.closed_by is not None:
        raise Conflict("The exhibition is closed.", reason="exhibition-closed")
    if issue.role not in exhibition.plan.roles:
        raise Invalid(
            f"The roles of this exhibition are {', '.join(exhibition.plan.roles)}.",
            field="/role",
            reason="no-such-role",
        )


def decide_issue(issue: IssueBallots, ballots: Sequence[str], *, tenant: str, actor: str) -> Command:
    """The command that issues ballots, all or none, while the exhibition is open.

    They stand in the order of their digests, so that the ledger does not tell in which order they were printed.
    """
    events = tuple(
        new_event(
            tenant,
            issue.id if n == 0 else further_event_id(issue.id, n),
            BallotIssued(exhibition=issue.exhibition, ballot=ballot, role=issue.role),
        )
        for n, ballot in enumerate(sorted(ballots))
    )
    return Command(issue.id, actor, "evidence", events, guards=(_open(issue.exhibition),))


def check_answers(asked: Sequence[Asked], answers: Mapping[str, str]) -> None:
    """Raise Invalid where something is answered that is not asked, or by no option of it. It quotes nothing of it."""
    options = {answer_name(one): one.options for one in asked}
    for name, option in answers.items():
        if name not in options:
            raise Invalid(
                "An answer is named by its question, or by question/work; this ballot does not ask one of these.",
                field="/answers",
            )
        if option not in options[name]:
            raise Invalid("An answer must be one of the options of its question.", field="/answers")


def written(asked: Sequence[Asked], answers: Mapping[str, str]) -> bytes:
    """Answers as they are sealed: canonical JSON, padded with blanks to the length of the longest there can be."""
    return canonical(dict(answers)).ljust(longest(asked))


def decide_vote(found: Found, vote: str, sealed: str, *, tenant: str, actor: str) -> Command:
    """The command that casts a ballot's vote: the one that follows its being issued, while the exhibition is open."""
    body = ExhibitionVoteCast(exhibition=found.exhibition, ballot=found.ballot, sealed=sealed)
    stream = ballot_stream(found.exhibition, found.ballot)
    return Command(
        vote,
        actor,
        "evidence",
        (new_event(tenant, vote, body),),
        expects=(Expectation(found.exhibition, stream, 1),),
        guards=(_open(found.exhibition),),
    )


def first_receipt(stream: Sequence[Entry]) -> Receipt | None:
    """The receipt of the vote that was counted, from the stream of its ballot; None where none was."""
    cast = next((entry for entry in stream if entry.event == "ExhibitionVoteCast"), None)
    return None if cast is None else recorded_receipt(cast)


def _open(exhibition: str) -> Guard:
    return Guard(exhibition, exhibition_stream(exhibition), "open")
