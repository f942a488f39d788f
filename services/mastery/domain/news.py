"""What a batch of entries says of each learner, and how it joins what is known already. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from shared.ledger.entry import Entry
from shared.rulebook.contributing import Body, contributions_of, enrolment_of, withdrawal_of, withdrawn
from shared.rulebook.contribution import Contribution, Withdrawal, fold_order, in_order
from shared.rulebook.definitions import Enrolment

EVIDENCE = frozenset({"AttemptRecorded", "RubricScored"})
SPEAKING_OF_LEARNERS = EVIDENCE | {"EvidenceVoided", "LearnerEnrolled"}
"""The events that make news; every other says nothing here."""


@dataclass(slots=True)
class News:
    """What entries say of one learner: contributions by competency, withdrawals by evidence, enrolments."""

    contributions: dict[str, list[Contribution]] = field(default_factory=dict)
    withdrawals: dict[str, Withdrawal] = field(default_factory=dict)
    enrolments: list[Enrolment] = field(default_factory=list)


def add_news(news: dict[str, News], entry: Entry, body: Body) -> None:
    """Add what one entry says to the news by learner; entries come in order of position.

    Raises KeyError or ValueError for a body that breaks its contract.
    """
    if body["learner"] != entry.owner:
        raise ValueError(f"Entry {entry.id} speaks of another learner than its owner.")
    own = news.get(entry.owner)
    if own is None:
        own = news[entry.owner] = News()
    if entry.event in EVIDENCE:
        for competency, contribution in contributions_of(entry, body).items():
            own.contributions.setdefault(competency, []).append(contribution)
    elif (voided := withdrawal_of(entry, body)) is not None:
        own.withdrawals.setdefault(*voided)
    elif (enrolment := enrolment_of(entry, body)) is not None:
        own.enrolments.append(enrolment)


def joined(
    known: Sequence[Contribution], more: Iterable[Contribution], withdrawals: Mapping[str, Withdrawal]
) -> list[Contribution]:
    """The known contributions to one competency with the new ones, marked where withdrawn, in fold order."""
    pieces = list(known)
    unordered = False
    for piece in more:
        unordered = unordered or (bool(pieces) and fold_order(piece) < fold_order(pieces[-1]))
        pieces.append(piece)
    if withdrawals:
        pieces = [
            withdrawn(piece, withdrawals[piece.event]) if piece.event in withdrawals else piece for piece in pieces
        ]
    return in_order(pieces) if unordered else pieces
