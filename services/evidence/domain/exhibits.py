"""Exhibits: what a learner chooses of her works to show, in which order, and until when.

They are decided on the stream `portfolio/{learner}`, as it was before the request, so that one that is sent again is
judged as the first time.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Protocol

from services.evidence.domain.commands import Command, Expectation, Guard
from services.evidence.domain.errors import Conflict, Invalid
from services.evidence.domain.facts import new_event
from shared.contracts.portfolios import MAX_EXHIBITS, ExhibitChosen, ExhibitsArranged, ExhibitWithdrawn
from shared.contracts.values import Contract
from shared.ledger.entry import Entry
from shared.ledger.streams import learner_stream, portfolio_stream
from shared.rulebook.curated import Curated, CuratedEntry, curated


class Wish(Protocol):
    """What is asked of a portfolio: under which id, whose, and at which version, where that is said."""

    @property
    def id(self) -> str: ...
    @property
    def learner(self) -> str: ...
    @property
    def expected_version(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class ChooseExhibit:
    """A learner's wish to show a version of a work (by the event that added it). The reason's text is kept apart."""

    id: str
    learner: str
    version: str
    competencies: tuple[str, ...]
    reason: str | None
    expected_version: int | None


@dataclass(frozen=True, slots=True)
class WithdrawExhibit:
    """A learner's wish to show an exhibit no longer."""

    id: str
    learner: str
    exhibit: str
    expected_version: int | None


@dataclass(frozen=True, slots=True)
class ArrangeExhibits:
    """A learner's order of her exhibits, as of the version of the portfolio that she saw."""

    id: str
    learner: str
    exhibits: tuple[str, ...]
    expected_version: int


def curated_of(entries: Iterable[Entry]) -> Curated:
    """The portfolio that entries of its stream make."""
    return curated(
        CuratedEntry(entry.id, entry.event, entry.position, entry.recorded_at, json.loads(entry.body))
        for entry in entries
    )


def before(stream: Sequence[Entry], request: str) -> Curated:
    """The portfolio as it was before a request, where that is in the stream already; as it is where it is not."""
    return curated_of(takewhile(lambda entry: entry.id != request, stream))


def check_place(known: Curated) -> None:
    """Raise Conflict where there is no room for another exhibit."""
    if len(known.exhibits) >= MAX_EXHIBITS:
        raise Conflict(
            f"A portfolio shows at most {MAX_EXHIBITS} exhibits; withdraw one first.",
            reason="exhibits-full",
            number=MAX_EXHIBITS,
        )


def decide_choice(choose: ChooseExhibit, work: str, known: Curated, *, reason_ref: str | None) -> ExhibitChosen:
    """Raises Conflict where this version is shown already."""
    if any(exhibit.version == choose.version for exhibit in known.exhibits):
        raise Conflict(
            "This version is among your exhibits already; withdraw that one to say it anew.",
            reason="exhibit-shown-already",
        )
    check_place(known)
    return ExhibitChosen(
        learner=choose.learner,
        work=work,
        version=choose.version,
        competencies=choose.competencies,
        reason_ref=reason_ref,
    )


def decide_withdrawal(withdraw: WithdrawExhibit, known: Curated) -> ExhibitWithdrawn:
    """Raises Conflict where it was withdrawn before. That it is one of the learner's was asked before."""
    if all(exhibit.id != withdraw.exhibit for exhibit in known.exhibits):
        raise Conflict("This exhibit was withdrawn before.", reason="exhibit-not-shown")
    return ExhibitWithdrawn(learner=withdraw.learner, exhibit=withdraw.exhibit)


def decide_order(arrange: ArrangeExhibits, known: Curated) -> ExhibitsArranged:
    """Raises Invalid for the first that is not among the exhibits."""
    shown = {exhibit.id for exhibit in known.exhibits}
    for n, exhibit in enumerate(arrange.exhibits):
        if exhibit not in shown:
            raise Invalid(
                "This is none of the exhibits that are shown.", field=f"/exhibits/{n}", reason="exhibit-not-shown"
            )
    return ExhibitsArranged(learner=arrange.learner, exhibits=arrange.exhibits)


def portfolio_command(wish: Wish, body: Contract, version: int, *, tenant: str, actor: str) -> Command:
    """The command that makes `body` the next event of the portfolio, which is at `version`."""
    return Command(
        wish.id,
        actor,
        "evidence",
        (new_event(tenant, wish.id, body),),
        expects=(Expectation(wish.learner, portfolio_stream(wish.learner), version),),
        guards=(Guard(wish.learner, learner_stream(wish.learner), "open"),),
    )
