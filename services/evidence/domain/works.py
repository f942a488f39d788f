"""Works: what one or several learners make, in versions (DESIGN §6). A work is named by the event that started it."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from services.evidence.domain.commands import Command, Expectation, Guard
from services.evidence.domain.errors import NotFound
from services.evidence.domain.facts import new_event
from shared.contracts.events import decode
from shared.contracts.works import Artefact, WorkStarted, WorkVersionAdded
from shared.ledger.entry import Entry
from shared.ledger.instants import Instant
from shared.ledger.streams import learner_stream, work_stream


@dataclass(frozen=True, slots=True)
class StartWork:
    """A caller's wish: these members begin a work. Its id is the work's."""

    id: str
    members: tuple[str, ...]
    task: str | None
    courses: tuple[str, ...]
    title: str | None
    occurred_at: Instant | None


@dataclass(frozen=True, slots=True)
class NewArtefact:
    """A part of a version, with what it holds: of a file, its name; and then `file` is what it was handed in as."""

    kind: str
    content: str
    file: str | None = None


@dataclass(frozen=True, slots=True)
class AddVersion:
    """A caller's wish, on the version of the work's stream that it saw."""

    id: str
    work: str
    expected_version: int
    artefacts: tuple[NewArtefact, ...]
    note: str | None
    occurred_at: Instant | None

    def texts(self) -> dict[str, str | None]:
        """What the version holds, by the field of the body that will refer to it."""
        contents = {content_field(n): artefact.content for n, artefact in enumerate(self.artefacts)}
        return {**contents, "note_ref": self.note}


@dataclass(frozen=True, slots=True)
class Work:
    """A work as its stream tells it."""

    id: str
    members: tuple[str, ...]


def content_field(n: int) -> str:
    """The field by which a version refers to what its artefact `n` holds, from 0."""
    return f"artefacts/{n}/content_ref"


def members_of(started: Entry) -> tuple[str, ...]:
    """The members of the work that an entry WorkStarted began."""
    return decode(started, WorkStarted).members


def work_of(started: Entry | None) -> Work | None:
    """The work that an entry WorkStarted began; None for any other entry, and for none."""
    if started is None or started.event != "WorkStarted":
        return None
    return Work(started.owner, members_of(started))


def check_members(members: Sequence[str], allowed: Container[str]) -> None:
    """Raise NotFound, naming the first member whom the caller may not put into a work: the same whatever she is."""
    for n, member in enumerate(members):
        if member not in allowed:
            raise NotFound("learner", field=f"/members/{n}")


def decide_start(start: StartWork, *, title_ref: str | None, tenant: str, actor: str) -> Command:
    """The command that starts a work, guarded by every member being open.

    A work is an owner as a learner is, with a key of its own: its id may be no learner's.
    """
    body = WorkStarted(
        work=start.id, members=start.members, task=start.task, courses=start.courses, title_ref=title_ref
    )
    event = new_event(tenant, start.id, body, occurred_at=start.occurred_at)
    guards = (
        *(Guard(member, learner_stream(member), "open") for member in start.members),
        Guard(start.id, learner_stream(start.id), "absent"),
    )
    return Command(start.id, actor, "evidence", (event,), guards=guards)


def decide_version(work: Work, add: AddVersion, *, refs: Mapping[str, str], tenant: str, actor: str) -> Command:
    """The command that adds a version; `refs` are those of `add.texts()`. A member who adds one must be open.

    The ledger answers it by the version that the work's stream has at that moment.
    """
    artefacts = tuple(
        Artefact(kind=artefact.kind, content_ref=refs[content_field(n)]) for n, artefact in enumerate(add.artefacts)
    )
    body = WorkVersionAdded(work=work.id, artefacts=artefacts, note_ref=refs.get("note_ref"))
    return Command(
        add.id,
        actor,
        "evidence",
        (new_event(tenant, add.id, body, occurred_at=add.occurred_at),),
        expects=(Expectation(work.id, work_stream(work.id), add.expected_version),),
        guards=(Guard(actor, learner_stream(actor), "open"),) if actor in work.members else (),
    )
