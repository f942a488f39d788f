"""What the ledger should answer, said again from DESIGN §2 alone: a dictionary of entries and one rule after another.

Shares no code with the database's functions or with what calls them. One command at a time, in some order; which order
concurrent callers were served in is for `explained` to find.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field

from services.evidence.domain.commands import (
    Appended,
    Command,
    Mismatch,
    NewEvent,
    Outcome,
    Placed,
    Refused,
    Repeated,
    Stale,
)
from shared.ledger.identifiers import shard_of


@dataclass
class Kept:
    """An event as it was asked for, and where it came to lie."""

    asked: NewEvent
    group: tuple[NewEvent, ...]
    placed: Placed


@dataclass
class Model:
    """`ends`: shard → last position and its recorded_at. `streams`: (owner, name) → version and whether closed."""

    tenant: str
    ends: dict[int, tuple[int, int]]
    streams: dict[tuple[str, str], tuple[int, bool]] = field(default_factory=dict)
    kept: dict[str, Kept] = field(default_factory=dict)

    def admits(self, command: Command, outcome: Outcome) -> bool:
        """Whether this outcome is the true one now. If it is, the model goes on from there."""
        expected = self._judge(command)
        if isinstance(expected, Mismatch):
            return isinstance(outcome, Mismatch) and outcome.id in self.kept
        if expected is not None:
            return outcome == expected
        return isinstance(outcome, Appended) and self._take(command, outcome)

    def answer(self, command: Command, recorded_at: int) -> Outcome:
        """The one outcome, where nobody else appends; at this instant, or the shard's last one where that is later."""
        expected = self._judge(command)
        if expected is not None:
            return expected
        ends, versions, placed = dict(self.ends), dict(self.streams), []
        for event in command.events:
            shard = shard_of(self.tenant, event.owner)
            position, last = ends.get(shard, (0, 0))
            version, _ = versions.get((event.owner, event.stream), (0, False))
            ends[shard] = (position + 1, max(last, recorded_at))
            versions[event.owner, event.stream] = (version + 1, event.closes)
            placed.append(Placed(event.id, event.stream, shard, *ends[shard][:1], version + 1, ends[shard][1]))
        self.ends = {shard: self.ends.get(shard, (0, 0)) for shard in ends}
        appended = Appended(tuple(placed))
        assert self._take(command, appended)
        return appended

    def _judge(self, command: Command) -> Outcome | None:
        """The outcome, or None where the command is to be appended."""
        return self._forgotten(command) or self._known(command) or self._refused(command)

    def _forgotten(self, command: Command) -> Outcome | None:
        """Of the forgotten nothing is answered, known or not."""
        for guard in command.guards:
            _, closed = self._stream(guard.owner, guard.stream)
            if guard.state == "open" and closed and guard.stream == f"learner/{guard.owner}":
                return Refused(guard.stream, "closed")
        return None

    def _known(self, command: Command) -> Outcome | None:
        known = [self.kept[event.id] for event in command.events if event.id in self.kept]
        if known:
            same = len(known) == len(command.events) and all(
                _same(event, kept, len(command.events)) for event, kept in zip(command.events, known, strict=True)
            )
            return Repeated(tuple(kept.placed for kept in known)) if same else Mismatch(command.id)
        return None

    def _refused(self, command: Command) -> Outcome | None:
        for expectation in command.expects:
            version, _ = self._stream(expectation.owner, expectation.stream)
            if version != expectation.version:
                return Stale(expectation.stream, version)
        for guard in command.guards:
            version, closed = self._stream(guard.owner, guard.stream)
            state = "absent" if version == 0 else "closed" if closed else "open"
            if state != guard.state:
                return Refused(guard.stream, "absent" if version == 0 else "closed" if closed else "open")
        meanwhile = dict(self.streams)
        for event in command.events:
            version, closed = meanwhile.get((event.owner, event.stream), (0, False))
            if closed:
                return Refused(event.stream, "closed")
            if version == 0 and event.stream.startswith("evidence/") and event.stream != f"evidence/{event.id}":
                return Refused(event.stream, "absent")
            meanwhile[event.owner, event.stream] = (version + 1, event.closes)
        return None

    def _take(self, command: Command, outcome: Appended) -> bool:
        after = deepcopy(self.ends)
        streams = dict(self.streams)
        for event, placed in zip(command.events, outcome.events, strict=True):
            shard = shard_of(self.tenant, event.owner)
            position, recorded = after[shard]
            version, _ = streams.get((event.owner, event.stream), (0, False))
            if (placed.id, placed.stream, placed.shard) != (event.id, event.stream, shard):
                return False
            if (placed.position, placed.version) != (position + 1, version + 1) or placed.recorded_at < recorded:
                return False
            after[shard] = (placed.position, placed.recorded_at)
            streams[event.owner, event.stream] = (placed.version, event.closes)
        self.ends, self.streams = after, streams
        for event, placed in zip(command.events, outcome.events, strict=True):
            self.kept[event.id] = Kept(event, command.events, placed)
        return True

    def _stream(self, owner: str, name: str) -> tuple[int, bool]:
        return self.streams.get((owner, name), (0, False))

    def copy(self) -> "Model":
        return Model(self.tenant, dict(self.ends), dict(self.streams), dict(self.kept))


@dataclass(frozen=True)
class Answered:
    """One call: what was asked, in order, and what was answered."""

    commands: Sequence[Command]
    outcomes: Sequence[Outcome]


def explained(model: Model, calls: Sequence[Answered]) -> Model | None:
    """The model after these concurrent calls, if some order of their commands makes every outcome true; else None.

    Commands of one call keep their order where they have a shard or an id in common; others never see each other.
    """
    left = [
        [(command, outcome) for command, outcome in zip(call.commands, call.outcomes, strict=True)] for call in calls
    ]
    return _search(model, left)


def _search(model: Model, left: list[list[tuple[Command, Outcome]]]) -> Model | None:
    if not any(left):
        return model
    appended: list[tuple[Model, list[list[tuple[Command, Outcome]]]]] = []
    for number, call in enumerate(left):
        for index, (command, outcome) in enumerate(call):
            if any(_meet(command, earlier, model.tenant) for earlier, _ in call[:index]):
                continue
            after = model.copy()
            if not after.admits(command, outcome):
                continue
            rest = [other if other is not call else call[:index] + call[index + 1 :] for other in left]
            rest[number] = call[:index] + call[index + 1 :]
            if not isinstance(outcome, Appended):
                return _search(after, rest)  # it changes nothing, so it may as well come first
            appended.append((after, rest))
    for after, rest in appended:
        found = _search(after, rest)
        if found is not None:
            return found
    return None


def _meet(one: Command, other: Command, tenant: str) -> bool:
    return bool(_shards(one, tenant) & _shards(other, tenant)) or bool(
        {event.id for event in one.events} & {event.id for event in other.events}
    )


def _shards(command: Command, tenant: str) -> set[int]:
    owners = [part.owner for parts in (command.events, command.expects, command.guards) for part in parts]
    return {shard_of(tenant, owner) for owner in owners}


def _same(event: NewEvent, kept: Kept, size: int) -> bool:
    """Whether the event is what was asked for then. An instant that is left out matches any."""
    alike = [(one.type, one.owner, one.stream, one.body) for one in (event, kept.asked)]
    return alike[0] == alike[1] and event.occurred_at in (None, kept.asked.occurred_at) and size == len(kept.group)
