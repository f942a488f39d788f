"""An entry of the ledger: one event with everything that its proof needs."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from shared.ledger.canonical import JsonValue, canonical
from shared.ledger.identifiers import Ledger, digest
from shared.ledger.instants import Instant, instant, instant_text

TYPE_PREFIX = "ascertain."


def type_name(event: str) -> str:
    """The CloudEvents type of an event's name: `ascertain.AttemptRecorded`."""
    return f"{TYPE_PREFIX}{event}"


def schema_name(event: str, number: int) -> str:
    """The URN of a version of an event's body: `urn:ascertain:AttemptRecorded:1`."""
    return f"urn:ascertain:{event}:{number}"


@dataclass(frozen=True, init=False)
class Entry:
    """A row of the ledger, and equally the record of it on Kafka or in another service's copy.

    `body` is the exact canonical JSON that was appended. `position` counts from 1 within a shard, `version` from 1
    within a stream; both are gapless. `request_digest` is set on every event of a command of several and lies
    outside the leaf.
    """

    ledger: Ledger
    shard: int
    position: int
    epoch: int
    tenant: str
    owner: str
    stream: str
    version: int
    id: str
    type: str
    schema: str
    occurred_at: Instant
    recorded_at: Instant
    actor: str
    body: bytes
    request_digest: str | None = None

    def __init__(  # noqa: PLR0913, PLR0917 - its members
        self,
        ledger: Ledger,
        shard: int,
        position: int,
        epoch: int,
        tenant: str,
        owner: str,
        stream: str,
        version: int,
        id: str,  # noqa: A002 - as the envelope names it
        type: str,  # noqa: A002 - as the envelope names it
        schema: str,
        occurred_at: Instant,
        recorded_at: Instant,
        actor: str,
        body: bytes,
        request_digest: str | None = None,
    ) -> None:
        # what dataclass would write for a frozen class takes twice the time, and every record is read through this
        vars(self).update(
            ledger=ledger, shard=shard, position=position, epoch=epoch, tenant=tenant, owner=owner, stream=stream,
            version=version, id=id, type=type, schema=schema, occurred_at=occurred_at, recorded_at=recorded_at,
            actor=actor, body=body, request_digest=request_digest,
        )  # fmt: skip

    @property
    def event(self) -> str:
        """The event's name without the platform's prefix: `AttemptRecorded`."""
        return self.type.removeprefix(TYPE_PREFIX)

    @property
    def effective_at(self) -> Instant:
        """When it takes effect: `min(occurred_at, recorded_at)`."""
        return min(self.occurred_at, self.recorded_at)

    @cached_property
    def body_digest(self) -> str:
        return digest(self.body)

    def __reduce__(self) -> tuple[Callable[..., "Entry"], tuple[object, ...]]:
        # as a frozen dataclass it would be read back field by field, in three times the time
        return Entry, (
            *(self.ledger, self.shard, self.position, self.epoch, self.tenant, self.owner, self.stream, self.version),
            *(self.id, self.type, self.schema, self.occurred_at, self.recorded_at, self.actor, self.body),
            self.request_digest,
        )

    def envelope(self) -> dict[str, JsonValue]:
        """The leaf's content: exactly the fifteen members of DESIGN §11."""
        return {
            "actor": self.actor,
            "body_digest": self.body_digest,
            "epoch": self.epoch,
            "id": self.id,
            "ledger": self.ledger,
            "occurred_at": instant_text(self.occurred_at),
            "owner": self.owner,
            "position": self.position,
            "recorded_at": instant_text(self.recorded_at),
            "schema": self.schema,
            "shard": self.shard,
            "stream": self.stream,
            "tenant": self.tenant,
            "type": self.type,
            "version": self.version,
        }

    def leaf(self) -> bytes:
        """SHA-256(0x00 ‖ canonical(envelope)): RFC 6962's leaf hash over the envelope, 32 bytes."""
        return hashlib.sha256(b"\x00" + canonical(self.envelope())).digest()


def entry_from_envelope(envelope: dict[str, JsonValue], body: bytes, request_digest: str | None = None) -> Entry:
    """The entry that has this envelope and body.

    Raises ValueError where a member is missing, of the wrong type, or `body_digest` is not the body's.
    """
    try:
        entry = Entry(
            ledger=_ledger(envelope["ledger"]),
            shard=_number(envelope["shard"]),
            position=_number(envelope["position"]),
            epoch=_number(envelope["epoch"]),
            tenant=_text(envelope["tenant"]),
            owner=_text(envelope["owner"]),
            stream=_text(envelope["stream"]),
            version=_number(envelope["version"]),
            id=_text(envelope["id"]),
            type=_text(envelope["type"]),
            schema=_text(envelope["schema"]),
            occurred_at=instant(_text(envelope["occurred_at"])),
            recorded_at=instant(_text(envelope["recorded_at"])),
            actor=_text(envelope["actor"]),
            body=body,
            request_digest=request_digest,
        )
    except KeyError as error:
        raise ValueError(f"The envelope has no {error.args[0]}.") from error
    if entry.body_digest != envelope.get("body_digest"):
        raise ValueError(f"The body of entry {entry.id} does not have the digest that its envelope names.")
    return entry


def _ledger(value: JsonValue) -> Ledger:
    if value == "evidence":
        return "evidence"
    if value == "definitions":
        return "definitions"
    raise ValueError(f"There is no ledger {value!r}.")


def _text(value: JsonValue) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} must be a string.")  # noqa: TRY004 - one error for every malformed envelope
    return value


def _number(value: JsonValue) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} must be a whole number.")
    return value
