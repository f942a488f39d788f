"""Bodies of exhibitions: works shown to an audience that votes, and to a panel that scores (DESIGN §6). Version 1 each.

An exhibition is named by the event that planned it, and owns all of these but what its audience's tally says of a
member. Who voted is nowhere: a ballot is the digest of the token printed on it.
"""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from shared.contracts.bodies import CriterionResult
from shared.contracts.values import Code, Contract, Digest, Earned, Id, Moment, Possible, Sealed, unique
from shared.ledger.decimals import scaled

MAX_WORKS, MAX_QUESTIONS, MAX_OPTIONS, MAX_ROLES, MAX_PANELISTS = 100, 20, 50, 10, 50
ENOUGH = 5
"""Answers below which nothing is told of who gave them."""


AudienceRole: TypeAlias = Code
"""A coarse role of who votes: family, community, staff, learner, or another that the class names."""

_Works: TypeAlias = Annotated[tuple[Id, ...], Field(max_length=MAX_WORKS, strict=False)]
_Roles: TypeAlias = Annotated[tuple[AudienceRole, ...], Field(min_length=1, max_length=MAX_ROLES, strict=False)]


class PlannedPanel(Contract):
    """By which rubric a panel scores, and from which difference on, in a criterion's levels, it has to talk."""

    rubric: Digest
    discuss_from: Annotated[int, Field(ge=1, le=20)] = 2


class ExhibitionPlanned(Contract):
    """Works will be shown. `questions` is the document that the audience's questions stand in, where it is asked any.

    A later one takes the place of an earlier, until the exhibition is opened.
    """

    exhibition: Id
    school: Id
    section: Id | None = None
    works: _Works
    roles: _Roles
    questions: Digest | None = None
    panel: PlannedPanel | None = None
    planned_for: Moment | None = None
    title_ref: Digest | None = None

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        unique("work", self.works)
        unique("role", self.roles)
        return self


class Asked(Contract):
    """A question as it stands on a ballot: `choice` of one option's code, or `rating` of a work by one of its values.

    `work` is there where it is a rating, and nowhere else.
    """

    question: Code
    kind: Literal["choice", "rating"]
    work: Id | None = None
    options: Annotated[tuple[Code, ...], Field(min_length=2, max_length=MAX_OPTIONS, strict=False)]

    @model_validator(mode="after")
    def _ratings_are_of_works(self) -> Self:
        if (self.kind == "rating") != (self.work is not None):
            raise ValueError("a rating names a work, and a choice none")
        unique("option", self.options)
        return self


class ExhibitionOpened(Contract):
    """From here on votes are taken. `commitment` fixes the key under which they are sealed before anyone votes.

    It is SHA-256 of `ascertain exhibition key`, the exhibition's 16 bytes and the key's 32.
    """

    exhibition: Id
    commitment: Digest
    asked: Annotated[tuple[Asked, ...], Field(min_length=1, max_length=MAX_QUESTIONS * MAX_WORKS, strict=False)]


class BallotIssued(Contract):
    """A ballot exists: `ballot` is SHA-256 of its token's 16 bytes. It opens the ballot's stream."""

    exhibition: Id
    ballot: Digest
    role: AudienceRole


class ExhibitionVoteCast(Contract):
    """A ballot's answers, sealed under the exhibition's key. It is version 2 of the ballot's stream, so there is one.

    `sealed` is AES-SIV (RFC 5297, 256 bits each half) under SHA-512 of `ascertain ballot` and the key, with the
    exhibition's 16 bytes and the ballot's 32 as associated data, of the answers' canonical JSON padded with blanks to
    a length that is the exhibition's, not the vote's: `{"question": option}` or `{"question/work": option}`.
    """

    exhibition: Id
    ballot: Digest
    sealed: Sealed


class ExhibitionClosed(Contract):
    """From here on no vote is taken. What was counted is said by TallyPublished."""

    exhibition: Id


class Count(Contract):
    """How many answers an option has."""

    option: Code
    count: Annotated[int, Field(ge=0)]


class Tallied(Contract):
    """A question's answers over all roles, or of one. `answers` left some blank: those are `abstained`.

    Where fewer than five answered, `counts` is empty: they are withheld.
    """

    question: Code
    work: Id | None = None
    role: AudienceRole | None = None
    answers: Annotated[int, Field(ge=0)]
    abstained: Annotated[int, Field(ge=0)]
    counts: Annotated[tuple[Count, ...], Field(max_length=MAX_OPTIONS, strict=False)] = ()


class TallyPublished(Contract):
    """What the audience said, after the close. `key` opens every vote, so that anyone may count again.

    The key is there only where every question has five answers or more from every role that voted, and only then are
    there counts of roles; otherwise it is destroyed, and only what all roles said together is told.
    """

    exhibition: Id
    issued: Annotated[int, Field(ge=0)]
    voted: Annotated[int, Field(ge=0)]
    key: Digest | None = None
    tallied: Annotated[tuple[Tallied, ...], Field(max_length=MAX_QUESTIONS * MAX_WORKS * (MAX_ROLES + 1), strict=False)]


class Rated(Contract):
    """What an audience gave a work for a question, on average (six places, half even), and of how much."""

    question: Code
    competencies: Annotated[tuple[Id, ...], Field(max_length=50, strict=False)] = ()
    answers: Annotated[int, Field(ge=5)]
    earned: Earned
    possible: Possible

    @model_validator(mode="after")
    def _within_possible(self) -> Self:
        if scaled(self.earned) > scaled(self.possible):
            raise ValueError(f"earned must not be above what was possible ({self.possible})")
        return self


class AudienceTallied(Contract):
    """What an audience gave a work that a learner is a member of. It touches a level only where the policy says so."""

    learner: Id
    exhibition: Id
    work: Id
    tally: Id
    ratings: Annotated[tuple[Rated, ...], Field(min_length=1, max_length=MAX_QUESTIONS, strict=False)]


class PanelistAppointed(Contract):
    """Somebody will score what is exhibited: `role` is teacher, community, work or another code."""

    exhibition: Id
    panelist: Id
    role: Code
    ends_at: Moment | None = None


class PanelistDismissed(Contract):
    """Somebody scores no longer. What she scored stays."""

    exhibition: Id
    panelist: Id


class PanelScored(Contract):
    """What one panelist gives a work; a later one of hers takes its place, until the panel has concluded.

    With `calibration` the work is a sample that all score in order to agree on the rubric: nothing is concluded of it.
    """

    exhibition: Id
    work: Id
    panelist: Id
    rubric: Digest
    calibration: bool = False
    results: Annotated[tuple[CriterionResult, ...], Field(min_length=1, max_length=100, strict=False)]
    note_ref: Digest | None = None


class PanelConcluded(Contract):
    """What the panel gives a work, out of these `scores`; one RubricScored a member is in the same command.

    Where panelists were further apart than the plan allows, `resolution_ref` says what their discussion came to.
    """

    exhibition: Id
    work: Id
    rubric: Digest
    scores: Annotated[tuple[Id, ...], Field(min_length=1, max_length=MAX_PANELISTS, strict=False)]
    results: Annotated[tuple[CriterionResult, ...], Field(min_length=1, max_length=100, strict=False)]
    resolution_ref: Digest | None = None
