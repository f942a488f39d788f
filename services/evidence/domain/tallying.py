"""Counting votes once an exhibition is closed, and what of it may be told. Pure.

Nothing is told from which it follows how a role of fewer than five voted:

- The key, which opens every vote, and with it counts by role, are told only where of every role that voted at least
  five answered every question.
- Otherwise only what all roles said together is told, once, and only where five answered beside the roles in which
  fewer than five voted: from less, such a role could subtract what it said itself. How many voted everybody can see; a
  rule by how many answered would tell by what it withholds.
- Counts that say what each and every one answered are withheld, where a role of fewer than five was among them, or one
  that left it blank: where all agree, the sum tells of each.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from services.evidence.domain.commands import Command, Expectation, Guard
from services.evidence.domain.exhibitions import answer_name
from services.evidence.domain.facts import new_event
from shared.contracts.events import decode
from shared.contracts.exhibitions import (
    ENOUGH,
    Asked,
    AudienceTallied,
    BallotIssued,
    Count,
    ExhibitionVoteCast,
    Rated,
    Tallied,
    TallyPublished,
)
from shared.contracts.tasks import Questions, RatingQuestion
from shared.ledger.canonical import parse
from shared.ledger.decimals import scaled, unscaled
from shared.ledger.entry import Entry
from shared.ledger.identifiers import service_actor
from shared.ledger.streams import learner_stream

Answers: TypeAlias = Mapping[str, str]


@dataclass(slots=True)
class _Counted:
    """How often each option was chosen, of one question."""

    answers: int = 0
    abstained: int = 0
    options: Counter[str] = field(default_factory=Counter)

    @property
    def voted(self) -> int:
        return self.answers + self.abstained

    def add(self, option: str | None) -> None:
        if option is None:
            self.abstained += 1
        else:
            self.answers += 1
            self.options[option] += 1

    def tell(self, asked: Asked, role: str | None, *, shown: bool) -> Tallied:
        counts = tuple(Count(option=option, count=self.options[option]) for option in asked.options) if shown else ()
        return Tallied(
            question=asked.question,
            work=asked.work,
            role=role,
            answers=self.answers,
            abstained=self.abstained,
            counts=counts,
        )


def tally(
    exhibition: str, asked: Sequence[Asked], issued: int, votes: Sequence[tuple[str, Answers]], key: str
) -> TallyPublished:
    """What is told of the votes, each with the role of its ballot. The same votes give the same, in any order.

    An answer that is none of the options counts as none.
    """
    roles = sorted({role for role, _ in votes})
    by_role = {(answer_name(one), role): _Counted() for one in asked for role in roles}
    for role, answers in votes:
        for one in asked:
            option = answers.get(answer_name(one))
            by_role[answer_name(one), role].add(option if option in one.options else None)
    may_open = bool(roles) and all(counted.answers >= ENOUGH for counted in by_role.values())
    tallied = []
    for one in asked:
        own = {role: by_role[answer_name(one), role] for role in roles}
        tallied.append(_merged(one, list(own.values())))
        if may_open:
            tallied += [counted.tell(one, role, shown=True) for role, counted in own.items()]
    return TallyPublished(
        exhibition=exhibition,
        issued=issued,
        voted=len(votes),
        key=key if may_open else None,
        tallied=tuple(tallied),
    )


def votes_of(entries: Sequence[Entry], opened: Callable[[str, str], bytes]) -> tuple[int, list[tuple[str, Answers]]]:
    """How many ballots were issued, and every vote with the role of its ballot, from an exhibition's entries.

    `opened` opens what was sealed for a ballot. Raises ValueError where a vote cannot be read.
    """
    roles: dict[str, str] = {}
    votes: list[tuple[str, Answers]] = []
    for entry in entries:
        if entry.event == "BallotIssued":
            issued = decode(entry, BallotIssued)
            roles[issued.ballot] = issued.role
        elif entry.event == "ExhibitionVoteCast":
            cast = decode(entry, ExhibitionVoteCast)
            votes.append((roles[cast.ballot], _answers(opened(cast.ballot, cast.sealed))))
    return len(roles), votes


def decide_tally(told: TallyPublished, id_: str, *, tenant: str) -> Command:
    """The command that publishes the tally, the first time that it is asked for."""
    event = new_event(tenant, id_, told)
    return Command(id_, _counter(tenant), "evidence", (event,), expects=(Expectation(event.owner, event.stream, 0),))


def published_tally(stream: Sequence[Entry]) -> tuple[TallyPublished, str] | None:
    """The tally that the entries of a stream `tally/{exhibition}` published, and the event that did; None for none."""
    return (decode(stream[0], TallyPublished), stream[0].id) if stream else None


def decide_audience(  # noqa: PLR0913 - what stands in the event
    exhibition: str, work: str, member: str, ratings: tuple[Rated, ...], *, id_: str, by: str, tenant: str
) -> Command:
    """The command that tells one member of a work what the audience gave it; `by` is the event of the tally.

    `id_` must follow from nothing that is published: whoever foresaw it could record something else under it, and the
    count could never end. She must be open: of the forgotten nothing more is recorded.
    """
    body = AudienceTallied(learner=member, exhibition=exhibition, work=work, tally=by, ratings=ratings)
    guards = (Guard(member, learner_stream(member), "open"),)
    return Command(id_, _counter(tenant), "evidence", (new_event(tenant, id_, body),), guards=guards)


def _counter(tenant: str) -> str:
    return service_actor(tenant, "evidence")


def _answers(written: bytes) -> Answers:
    answers = parse(written)
    if not isinstance(answers, dict):
        raise ValueError("A vote is no object of answers.")  # noqa: TRY004 - as for whatever else cannot be read
    return {name: option for name, option in answers.items() if isinstance(option, str)}


def _merged(asked: Asked, counted: Sequence[_Counted]) -> Tallied:
    whole = _Counted(
        sum(one.answers for one in counted),
        sum(one.abstained for one in counted),
        sum((one.options for one in counted), Counter()),
    )
    in_small_roles = sum(one.voted for one in counted if one.voted < ENOUGH)
    some_are_few = any(one.answers < ENOUGH for one in counted)
    all_agree = sum(1 for count in whole.options.values() if count) == 1
    enough_beside = whole.answers - in_small_roles >= ENOUGH
    return whole.tell(asked, None, shown=enough_beside and not (some_are_few and all_agree))


def rated(told: TallyPublished, questions: Questions) -> dict[str, tuple[Rated, ...]]:
    """What the audience gave each work, from what was told of all roles together and nothing else.

    The mean of the values chosen, six places, half even, of the greatest value there is; works with no counts are left
    out.
    """
    ratings = {question.code: question for question in questions.questions if isinstance(question, RatingQuestion)}
    found: dict[str, list[Rated]] = {}
    for row in told.tallied:
        if row.work is None or row.role is not None or not row.counts:
            continue
        question = ratings[row.question]
        total = sum(scaled(count.option) * count.count for count in row.counts)
        found.setdefault(row.work, []).append(
            Rated(
                question=row.question,
                competencies=question.competencies,
                answers=row.answers,
                earned=_mean(total, row.answers),
                possible=unscaled(max(scaled(value.value) for value in question.scale)),
            )
        )
    return {work: tuple(own) for work, own in found.items()}


def _mean(total: int, count: int) -> str:
    """`total` in millionths shared by `count`, to a whole millionth, half even."""
    whole, rest = divmod(total, count)
    return unscaled(whole + (2 * rest > count or (2 * rest == count and whole % 2 == 1)))
