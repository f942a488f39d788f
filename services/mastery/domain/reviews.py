"""Questions about the record, and their answers. Pure."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from shared.contracts.events import decode
from shared.contracts.judgement import ReviewAnswered, ReviewOutcome, ReviewRequested
from shared.ledger.entry import Entry
from shared.ledger.instants import Instant

ReviewState: TypeAlias = Literal["open", "answered"]
About: TypeAlias = Literal["competency", "evidence", "grade"]

REVIEWS = frozenset({"ReviewRequested", "ReviewAnswered"})


@dataclass(frozen=True, slots=True)
class Answer:
    """`change` names the event that changed something, where the outcome is `changed`."""

    event: str
    by: str
    recorded_at: Instant
    outcome: ReviewOutcome
    change: str | None
    answer_ref: str


@dataclass(frozen=True, slots=True)
class Review:
    """A question, named by the event that asked it, about the one thing `about` with this id."""

    id: str
    learner: str
    about: About
    about_id: str
    requested_at: Instant
    by: str
    reason_ref: str
    answer: Answer | None = None

    @property
    def state(self) -> ReviewState:
        return "open" if self.answer is None else "answered"

    def waiting(self, now: Instant) -> int:
        """Whole seconds that it has waited for its answer, or did."""
        until = now if self.answer is None else self.answer.recorded_at
        return max(0, until - self.requested_at) // 1000


def review_of(entry: Entry) -> Review:
    """The question that a ReviewRequested asks. Raises pydantic's ValidationError where it breaks its contract."""
    body = decode(entry, ReviewRequested)
    named: dict[About, str | None] = {"competency": body.competency, "evidence": body.evidence, "grade": body.grade}
    [(about, id_)] = [(about, id_) for about, id_ in named.items() if id_ is not None]
    return Review(entry.id, body.learner, about, id_, entry.recorded_at, entry.actor, body.reason_ref)


def answer_of(entry: Entry) -> tuple[str, Answer]:
    """The review that a ReviewAnswered answers, and the answer. Raises as `review_of`."""
    body = decode(entry, ReviewAnswered)
    answer = Answer(entry.id, entry.actor, entry.recorded_at, body.outcome, body.change, body.answer_ref)
    return body.review, answer
