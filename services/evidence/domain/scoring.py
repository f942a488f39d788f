"""Scoring a work: one command, one piece of evidence a member, each in the member's own shard (DESIGN §6)."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from services.evidence.domain.commands import Command, Expectation, Guard, Outcome, Refused
from services.evidence.domain.errors import Gone, Invalid, NotFound, Refusal
from services.evidence.domain.facts import new_event
from services.evidence.domain.texts import NewText
from services.evidence.domain.works import Work
from shared.contracts.bodies import CriterionResult, Purpose, RubricScored
from shared.ledger.identifiers import further_event_id
from shared.ledger.instants import Instant
from shared.ledger.streams import learner_stream, work_stream


@dataclass(frozen=True, slots=True)
class ScoreWork:
    """A caller's wish: the same results, and the same feedback, for these members of a work, or for all of them.

    `expected_version` is that of the work as it was looked at, where the caller says it.
    """

    id: str
    work: str
    rubric: str
    purpose: Purpose
    task: str | None
    course: str | None
    group: str | None
    occurred_at: Instant
    results: tuple[CriterionResult, ...]
    feedback: str | None
    members: tuple[str, ...] | None
    expected_version: int | None = None

    def event(self, n: int) -> str:
        """The id of the piece of the n-th member scored, from 0."""
        return self.id if n == 0 else further_event_id(self.id, n)


def members_scored(work: Work, score: ScoreWork) -> tuple[str, ...]:
    """The members whom a scoring is for, in the order of their pieces. Raises Invalid where one is none."""
    if score.members is None:
        return work.members
    for n, member in enumerate(score.members):
        if member not in work.members:
            raise Invalid(
                f"The members of this work are {', '.join(work.members)}; {member} is none of them.",
                field=f"/members/{n}",
                reason="not-a-member",
            )
    return score.members


def check_may_score(score: ScoreWork, members: Sequence[str], recordable: Container[str], gone: Container[str]) -> None:
    """Raise Gone or NotFound for the first member for whom the caller may not record; `gone` are those forgotten."""
    for member in members:
        if member in gone:
            raise forgotten_member(score, member)
        if member not in recordable:
            raise NotFound("learner", field=_field(score, member))


def feedback_of(score: ScoreWork, members: Sequence[str]) -> list[NewText]:
    """The feedback as the vault keeps it: each member's own, under her own key."""
    if score.feedback is None:
        return []
    return [NewText(member, score.event(n), "feedback_ref", score.feedback) for n, member in enumerate(members)]


def decide_scores(score: ScoreWork, members: Sequence[str], refs: Sequence[str], *, tenant: str, actor: str) -> Command:
    """The command that scores these members, all or none; `refs` are those of `feedback_of`. Each must be open.

    Where the caller says which version of the work she looked at, no other may have come since.
    """
    events = tuple(
        new_event(
            tenant,
            score.event(n),
            RubricScored(
                learner=member,
                rubric=score.rubric,
                task=score.task,
                work=score.work,
                group=score.group,
                course=score.course,
                purpose=score.purpose,
                feedback_ref=refs[n] if refs else None,
                results=score.results,
            ),
            occurred_at=score.occurred_at,
        )
        for n, member in enumerate(members)
    )
    guards = tuple(Guard(member, learner_stream(member), "open") for member in members)
    seen = score.expected_version
    expects = () if seen is None else (Expectation(score.work, work_stream(score.work), seen),)
    return Command(score.id, actor, "evidence", events, expects, guards)


def refused_member(outcome: Outcome, score: ScoreWork, members: Sequence[str]) -> Refusal | None:
    """What to tell where the ledger refused a scoring for one member's sake; None where it did not."""
    streams: Mapping[str, str] = {learner_stream(member): member for member in members}
    if not isinstance(outcome, Refused) or outcome.stream not in streams:
        return None
    member = streams[outcome.stream]
    if outcome.state == "absent":
        return NotFound("learner", field=_field(score, member))
    return forgotten_member(score, member)


def forgotten_member(score: ScoreWork, member: str) -> Gone:
    """What to tell where a member is forgotten."""
    return Gone(
        f"The member {member} is forgotten; name in members those who are to be scored without her.",
        field=_field(score, member),
        reason="member-forgotten",
    )


def _field(score: ScoreWork, member: str) -> str:
    if score.members is None or member not in score.members:
        return "/members"
    return f"/members/{score.members.index(member)}"
