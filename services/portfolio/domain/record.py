"""What a portfolio is made of: works with their versions, and pieces of evidence; and each as it was known. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from shared.ledger.instants import Instant
from shared.rulebook.known import Known


@dataclass(frozen=True, slots=True)
class Said:
    """An entry as it is told on: which, by whom, when in both times, where, and its decoded body."""

    event: str
    type: str
    actor: str
    occurred_at: Instant
    recorded_at: Instant
    position: int
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What withdrew a piece of evidence; `by` is the piece in its place, where there is one."""

    event: str
    recorded_at: Instant
    position: int
    by: str | None


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a learner's evidence, or a reflection, and what withdrew it."""

    learner: str
    said: Said
    withdrawn: Withdrawn | None

    @property
    def work(self) -> str | None:
        work: str | None = self.said.body.get("work")
        return work


@dataclass(frozen=True, slots=True)
class Work:
    """A work in one shard of the ledger: how it was started, its members who are not forgotten, its versions.

    `feedback` is what was said of the versions; `read` that a member has read some of it.
    """

    id: str
    shard: int
    started: Said
    members: tuple[str, ...]
    versions: tuple[Said, ...]
    feedback: tuple[Said, ...] = ()
    read: tuple[Said, ...] = ()

    @property
    def entries(self) -> tuple[Said, ...]:
        """All that was said of it."""
        return (self.started, *self.versions, *self.feedback, *self.read)


def piece_as_known(piece: Piece, known: Known) -> Piece | None:
    """The piece as it was known: not at all, not yet withdrawn, or as it is."""
    if not known.of_learner(piece.said):
        return None
    if piece.withdrawn is not None and not known.of_learner(piece.withdrawn):
        return replace(piece, withdrawn=None)
    return piece


def work_as_known(work: Work, known: Known) -> Work | None:
    """The work as it was known, with the versions it had then; None where it was not started yet."""
    if not known.of_learner(work.started):
        return None

    def seen(entries: tuple[Said, ...]) -> tuple[Said, ...]:
        return tuple(entry for entry in entries if known.of_learner(entry))

    return replace(work, versions=seen(work.versions), feedback=seen(work.feedback), read=seen(work.read))
