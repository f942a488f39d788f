"""What a batch of entries says of each learner, and how it joins what is known already. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from shared.ledger.entry import Entry, type_name
from shared.rulebook.contributing import EVIDENCE, Body, contributions_of, enrolment_of, withdrawal_of, withdrawn
from shared.rulebook.contribution import Contribution, Withdrawal, fold_order, in_order
from shared.rulebook.definitions import Enrolment
from shared.rulebook.override import Override, cleared, clearing_of, override_of

SPEAKING_OF_LEARNERS = EVIDENCE | {
    *("EvidenceVoided", "EvidenceSuperseded", "LevelOverridden", "OverrideCleared", "LearnerEnrolled")
}
"""The events that make news; every other says nothing here."""

NEWS_TYPES = frozenset(map(type_name, SPEAKING_OF_LEARNERS))


@dataclass(slots=True)
class News:
    """What entries say of one learner: contributions by competency, withdrawals by evidence, overrides by competency,
    clearings by competency and override, enrolments.
    """

    contributions: dict[str, list[Contribution]] = field(default_factory=dict)
    withdrawals: dict[str, Withdrawal] = field(default_factory=dict)
    overrides: dict[str, list[Override]] = field(default_factory=dict)
    clearings: dict[str, dict[str, Withdrawal]] = field(default_factory=dict)
    enrolments: list[Enrolment] = field(default_factory=list)

    @property
    def competencies(self) -> set[str]:
        """Those of which something is said; a withdrawal may say something of others too."""
        return {*self.contributions, *self.overrides, *self.clearings}


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
    elif (set_by := override_of(entry, body)) is not None:
        competency, override = set_by
        own.overrides.setdefault(competency, []).append(override)
    elif (lifted := clearing_of(entry, body)) is not None:
        competency, event, clearing = lifted
        own.clearings.setdefault(competency, {}).setdefault(event, clearing)
    elif (enrolment := enrolment_of(entry, body)) is not None:
        own.enrolments.append(enrolment)


def joined(
    known: Sequence[Contribution], more: Iterable[Contribution], withdrawals: Mapping[str, Withdrawal]
) -> list[Contribution]:
    """The known contributions to one competency with the new ones, marked where withdrawn, in fold order."""
    pieces = [*known, *more]
    unordered = any(fold_order(one) > fold_order(next_) for one, next_ in pairwise(pieces[max(0, len(known) - 1) :]))
    if withdrawals:
        pieces = [
            withdrawn(piece, withdrawals[piece.event]) if piece.event in withdrawals else piece for piece in pieces
        ]
    return in_order(pieces) if unordered else pieces


def judged(known: Sequence[Override], more: Iterable[Override], clearings: Mapping[str, Withdrawal]) -> list[Override]:
    """The known overrides of one competency with the new ones, marked where cleared, by position."""
    return [
        cleared(override, clearings[override.event]) if override.event in clearings else override
        for override in [*known, *more]
    ]
