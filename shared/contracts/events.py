"""The one table of events: name, version, body, ledger and owner."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from shared.contracts import (
    bodies,
    exhibitions,
    grades,
    judgement,
    learners,
    pieces,
    portfolios,
    redos,
    works,
)
from shared.contracts.upcasting import as_current, is_old
from shared.contracts.values import Contract
from shared.ledger.canonical import canonical, parse
from shared.ledger.entry import Entry, schema_name, type_name
from shared.ledger.identifiers import Ledger
from shared.ledger.streams import (
    ballot_stream,
    document_stream,
    evidence_stream,
    exhibition_stream,
    feedback_stream,
    grade_stream,
    learner_stream,
    override_stream,
    panel_score_stream,
    panel_stream,
    panelist_stream,
    person_stream,
    policy_stream,
    portfolio_stream,
    redo_stream,
    review_stream,
    section_stream,
    tally_stream,
    work_stream,
)

MAX_BODY = 256 * 1024
"""Bytes of a body at most; a larger record would jam its shard on the way to Kafka."""

_Body = TypeVar("_Body", bound=Contract)


@dataclass(frozen=True, slots=True)
class EventContract:
    """What an event is: its body's model, the ledger it lies in, and the stream it is a version of.

    `stream` is given the body and the event's own id. `owner` is the member of the body that names the owner; in the
    definitions ledger there is none, for the stream names it. `closes` says whether the event closes its stream.
    """

    name: str
    number: int
    body: type[Contract]
    ledger: Ledger
    stream: Callable[..., str]
    owner: Literal["learner", "work", "exhibition"] | None = None
    closes: bool = False

    @property
    def type(self) -> str:
        return type_name(self.name)

    @property
    def schema(self) -> str:
        return schema_name(self.name, self.number)


def _definition(body: type[Contract], stream: Callable[[Any], str]) -> EventContract:
    return EventContract(body.__name__, 1, body, "definitions", lambda event, _id: stream(event))


def _of_learner(body: type[Contract], stream: Callable[[Any, str], str], *, closes: bool = False) -> EventContract:
    return EventContract(body.__name__, 1, body, "evidence", stream, owner="learner", closes=closes)


def _of_work(body: type[Contract], stream: Callable[[Any, str], str]) -> EventContract:
    return EventContract(body.__name__, 1, body, "evidence", stream, owner="work")


def _of_exhibition(body: type[Contract], stream: Callable[[Any, str], str], *, closes: bool = False) -> EventContract:
    return EventContract(body.__name__, 1, body, "evidence", stream, owner="exhibition", closes=closes)


def _learner(body: Any, _id: str) -> str:
    return learner_stream(body.learner)


def _piece(_body: Any, id_: str) -> str:
    return evidence_stream(id_)


def _named_piece(body: Any, _id: str) -> str:
    return evidence_stream(body.evidence)


def _override(body: Any, _id: str) -> str:
    return override_stream(body.learner, body.competency)


def _redo(body: Any, _id: str) -> str:
    return redo_stream(body.learner, body.competency)


def _portfolio(body: Any, _id: str) -> str:
    return portfolio_stream(body.learner)


def _work(body: Any, _id: str) -> str:
    return work_stream(body.work)


def _exhibition(body: Any, _id: str) -> str:
    return exhibition_stream(body.exhibition)


def _ballot(body: Any, _id: str) -> str:
    return ballot_stream(body.exhibition, body.ballot)


def _panelist(body: Any, _id: str) -> str:
    return panelist_stream(body.exhibition, body.panelist)


def _panel_score(body: Any, _id: str) -> str:
    return panel_score_stream(body.exhibition, body.work, body.panelist)


def _grade(body: Any, _id: str) -> str:
    return grade_stream(body.learner, body.course, body.period)


EVENTS: dict[str, EventContract] = {
    contract.name: contract
    for contract in (
        _definition(bodies.DocumentPublished, lambda body: document_stream(body.digest)),
        _definition(bodies.PolicyAdopted, lambda body: policy_stream(body.scope)),
        _definition(bodies.SectionOpened, lambda body: section_stream(body.section)),
        _definition(bodies.RoleGranted, lambda body: person_stream(body.person)),
        _definition(bodies.RoleRevoked, lambda body: person_stream(body.person)),
        _of_learner(bodies.LearnerEnrolled, _learner),
        _of_learner(bodies.LearnerWithdrawn, _learner),
        _of_learner(learners.GuardianLinked, _learner),
        _of_learner(learners.GuardianUnlinked, _learner),
        _of_learner(learners.ForgettingRequested, _learner),
        _of_learner(learners.LearnerForgotten, _learner, closes=True),
        _of_learner(bodies.AttemptRecorded, _piece),
        _of_learner(bodies.RubricScored, _piece),
        _of_learner(pieces.ObservationRecorded, _piece),
        _of_learner(pieces.ReflectionRecorded, _piece),
        _of_learner(pieces.PriorMasteryAttested, _piece),
        _of_learner(bodies.EvidenceVoided, _named_piece, closes=True),
        _of_learner(pieces.EvidenceSuperseded, _named_piece, closes=True),
        _of_learner(judgement.LevelOverridden, _override),
        _of_learner(judgement.OverrideCleared, _override),
        _of_learner(judgement.ReviewRequested, lambda _body, id_: review_stream(id_)),
        _of_learner(judgement.ReviewAnswered, lambda body, _id: review_stream(body.review), closes=True),
        _of_learner(redos.RedoOffered, _redo),
        _of_learner(redos.RedoRequested, _redo),
        _of_learner(redos.RelearnLogged, _redo),
        _of_learner(redos.RedoOpened, _redo),
        _of_work(works.WorkStarted, _work),
        _of_work(works.WorkVersionAdded, _work),
        _of_work(works.FeedbackGiven, lambda _body, id_: feedback_stream(id_)),
        _of_work(works.FeedbackRead, lambda body, _id: feedback_stream(body.feedback)),
        _of_exhibition(exhibitions.ExhibitionPlanned, _exhibition),
        _of_exhibition(exhibitions.ExhibitionOpened, _exhibition),
        _of_exhibition(exhibitions.BallotIssued, _ballot),
        _of_exhibition(exhibitions.ExhibitionVoteCast, _ballot, closes=True),
        _of_exhibition(exhibitions.ExhibitionClosed, _exhibition, closes=True),
        _of_exhibition(exhibitions.TallyPublished, lambda body, _id: tally_stream(body.exhibition), closes=True),
        _of_learner(exhibitions.AudienceTallied, _piece),
        _of_exhibition(exhibitions.PanelistAppointed, _panelist),
        _of_exhibition(exhibitions.PanelistDismissed, _panelist),
        _of_exhibition(exhibitions.PanelScored, _panel_score),
        _of_exhibition(
            exhibitions.PanelConcluded, lambda body, _id: panel_stream(body.exhibition, body.work), closes=True
        ),
        _of_learner(portfolios.ExhibitChosen, _portfolio),
        _of_learner(portfolios.ExhibitWithdrawn, _portfolio),
        _of_learner(portfolios.ExhibitsArranged, _portfolio),
        _of_learner(portfolios.PortfolioShared, _portfolio),
        _of_learner(portfolios.ShareRevoked, _portfolio),
        _of_learner(grades.GradeReleased, _grade),
        _of_learner(grades.GradeAmended, _grade),
        _of_learner(grades.GradeUpheld, _grade),
    )
}


_KNOWN = {(contract.type, contract.schema) for contract in EVENTS.values()}


def is_known(entry: Entry) -> bool:
    """Whether this version of the platform knows the entry's type and schema. Unknown ones pause a projection."""
    return (entry.type, entry.schema) in _KNOWN or is_old(entry)


def encode(body: Contract) -> bytes:
    """The canonical bytes of a body, absent fields left out. They are what the ledger stores."""
    return canonical(body.model_dump(exclude_none=True))


def decode(entry: Entry, body: type[_Body]) -> _Body:
    """The entry's body as the model that its type names today, of whatever number it was written.

    Raises NotCanonicalError or pydantic's ValidationError for a body that breaks its contract.
    """
    return body.model_validate(as_current(entry, parse(entry.body)))
