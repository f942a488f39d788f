"""The one table of events: name, version, body, ledger and owner."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from shared.contracts import bodies
from shared.contracts.values import Contract
from shared.ledger.canonical import canonical, parse
from shared.ledger.entry import Entry, schema_name, type_name
from shared.ledger.identifiers import Ledger
from shared.ledger.streams import (
    document_stream,
    evidence_stream,
    learner_stream,
    person_stream,
    policy_stream,
    section_stream,
)

MAX_BODY = 256 * 1024
"""Bytes of a body at most; a larger record would jam its shard on the way to Kafka."""

_Body = TypeVar("_Body", bound=Contract)


@dataclass(frozen=True, slots=True)
class EventContract:
    """What an event is: its body's model, the ledger it lies in, and the stream it is a version of.

    `stream` is given the body and the event's own id. `closes` says whether the event closes its stream.
    """

    name: str
    number: int
    body: type[Contract]
    ledger: Ledger
    stream: Callable[..., str]
    closes: bool = False

    @property
    def type(self) -> str:
        return type_name(self.name)

    @property
    def schema(self) -> str:
        return schema_name(self.name, self.number)


def _table(*contracts: EventContract) -> dict[str, EventContract]:
    return {contract.name: contract for contract in contracts}


EVENTS: dict[str, EventContract] = _table(
    EventContract(
        "DocumentPublished", 1, bodies.DocumentPublished, "definitions", lambda body, _id: document_stream(body.digest)
    ),
    EventContract("PolicyAdopted", 1, bodies.PolicyAdopted, "definitions", lambda body, _id: policy_stream(body.scope)),
    EventContract(
        "SectionOpened", 1, bodies.SectionOpened, "definitions", lambda body, _id: section_stream(body.section)
    ),
    EventContract("RoleGranted", 1, bodies.RoleGranted, "definitions", lambda body, _id: person_stream(body.person)),
    EventContract("RoleRevoked", 1, bodies.RoleRevoked, "definitions", lambda body, _id: person_stream(body.person)),
    EventContract(
        "LearnerEnrolled", 1, bodies.LearnerEnrolled, "evidence", lambda body, _id: learner_stream(body.learner)
    ),
    EventContract(
        "LearnerWithdrawn", 1, bodies.LearnerWithdrawn, "evidence", lambda body, _id: learner_stream(body.learner)
    ),
    EventContract("AttemptRecorded", 1, bodies.AttemptRecorded, "evidence", lambda _body, id_: evidence_stream(id_)),
    EventContract("RubricScored", 1, bodies.RubricScored, "evidence", lambda _body, id_: evidence_stream(id_)),
    EventContract(
        "EvidenceVoided",
        1,
        bodies.EvidenceVoided,
        "evidence",
        lambda body, _id: evidence_stream(body.evidence),
        closes=True,
    ),
)


_KNOWN = {(contract.type, contract.schema) for contract in EVENTS.values()}


def is_known(entry: Entry) -> bool:
    """Whether this version of the platform knows the entry's type and schema. Unknown ones pause a projection."""
    return (entry.type, entry.schema) in _KNOWN


def encode(body: Contract) -> bytes:
    """The canonical bytes of a body, absent fields left out. They are what the ledger stores."""
    return canonical(body.model_dump(exclude_none=True))


def decode(entry: Entry, body: type[_Body]) -> _Body:
    """The entry's body as the model that its type names.

    Raises NotCanonicalError or pydantic's ValidationError for a body that breaks its contract.
    """
    return body.model_validate(parse(entry.body))
