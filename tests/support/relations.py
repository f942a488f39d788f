"""Relations told as events: who has which role, which sections there are, who belongs where."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from shared.contracts.events import EVENTS, encode
from shared.ledger.entry import Entry
from shared.ledger.identifiers import definitions_owner, shard_of
from shared.ledger.instants import Instant, instant_text

TENANT = "5f0c6f6e-6d3c-4b0a-9f57-0b1a8a2f6a10"
RECORDED: Instant = 1_800_000_000_000


def new_id() -> str:
    return str(uuid4())


class Relations:
    """Collects entries as both ledgers would hold them, positions gapless in each shard."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def granted(self, person: str, role: str, scope: str, ends: Instant | None = None) -> "Relations":
        return self._add("RoleGranted", person=person, role=role, scope=scope, ends_at=_text(ends))

    def revoked(self, person: str, role: str, scope: str) -> "Relations":
        return self._add("RoleRevoked", person=person, role=role, scope=scope)

    def opened(
        self,
        section: str,
        school: str,
        begins: Instant | None = None,
        ends: Instant | None = None,
        *,
        course: str | None = None,
    ) -> "Relations":
        fields = {"section": section, "course": course or new_id(), "school": school}
        return self._add("SectionOpened", **fields, begins_at=_text(begins), ends_at=_text(ends))

    def enrolled(self, learner: str, school: str, section: str | None = None) -> "Relations":
        return self._add("LearnerEnrolled", learner=learner, school=school, section=section)

    def withdrawn(self, learner: str, school: str, section: str | None = None) -> "Relations":
        return self._add("LearnerWithdrawn", learner=learner, school=school, section=section)

    def linked(self, learner: str, guardian: str) -> "Relations":
        return self._add("GuardianLinked", learner=learner, guardian=guardian)

    def unlinked(self, learner: str, guardian: str) -> "Relations":
        return self._add("GuardianUnlinked", learner=learner, guardian=guardian)

    def forgotten(self, learner: str) -> "Relations":
        return self._add("LearnerForgotten", learner=learner, request=new_id())

    def planned(self, exhibition: str, works: Sequence[str]) -> "Relations":
        return self._add("ExhibitionPlanned", exhibition=exhibition, school=new_id(), works=works, roles=["family"])

    def appointed(self, exhibition: str, panelist: str, ends: Instant | None = None) -> "Relations":
        fields = {"exhibition": exhibition, "panelist": panelist, "role": "community"}
        return self._add("PanelistAppointed", **fields, ends_at=_text(ends))

    def dismissed(self, exhibition: str, panelist: str) -> "Relations":
        return self._add("PanelistDismissed", exhibition=exhibition, panelist=panelist)

    def _add(self, event: str, **fields: Any) -> "Relations":
        contract = EVENTS[event]
        body = contract.body(**{name: value for name, value in fields.items() if value is not None})
        id_ = new_id()
        stream = contract.stream(body, id_)
        evidence = contract.ledger == "evidence"
        owner = fields[contract.owner] if contract.owner is not None else definitions_owner(TENANT, stream)
        shard = shard_of(TENANT, owner) if evidence else 0
        self.entries.append(
            Entry(
                ledger=contract.ledger,
                shard=shard,
                position=sum((entry.ledger, entry.shard) == (contract.ledger, shard) for entry in self.entries) + 1,
                epoch=1,
                tenant=TENANT,
                owner=owner,
                stream=stream,
                version=sum(entry.stream == stream for entry in self.entries) + 1,
                id=id_,
                type=contract.type,
                schema=contract.schema,
                occurred_at=RECORDED,
                recorded_at=RECORDED,
                actor=new_id(),
                body=encode(body),
            )
        )
        return self


def _text(moment: Instant | None) -> str | None:
    return None if moment is None else instant_text(moment)
