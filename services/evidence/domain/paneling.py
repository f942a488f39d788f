"""Decisions about panels: appointing and dismissing panelists, scoring, concluding. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.evidence.domain.agreement import Difference
from services.evidence.domain.commands import Command, Expectation, Guard, Outcome, Refused
from services.evidence.domain.errors import Conflict, Gone, Invalid, NotFound, Refusal
from services.evidence.domain.facts import new_event
from services.evidence.domain.judging import Criteria
from services.evidence.domain.panels import Panel, Panelist, PanelScore, guest_of
from services.evidence.domain.texts import Name
from shared.contracts.bodies import CriterionResult, Purpose, RubricScored
from shared.contracts.exhibitions import (
    MAX_PANELISTS,
    PanelConcluded,
    PanelistAppointed,
    PanelistDismissed,
    PanelScored,
    PlannedPanel,
)
from shared.contracts.tasks import Criterion
from shared.contracts.values import Contract
from shared.ledger.decimals import scaled
from shared.ledger.identifiers import further_event_id
from shared.ledger.instants import Instant, instant_text
from shared.ledger.streams import learner_stream, panel_score_stream, panel_stream, panelist_stream


@dataclass(frozen=True, slots=True)
class Appoint:
    """A caller's wish. Without a `panelist` somebody who has no account becomes known by her name."""

    id: str
    exhibition: str
    panelist: str | None
    name: Name | None
    role: str
    ends_at: Instant | None

    @property
    def person(self) -> str:
        return self.panelist or guest_of(self.id)


@dataclass(frozen=True, slots=True)
class Dismiss:
    """A caller's wish that somebody scores no longer."""

    id: str
    exhibition: str
    panelist: str


@dataclass(frozen=True, slots=True)
class Score:
    """A panelist's own wish; `levels` has what each criterion earns, by its code."""

    id: str
    exhibition: str
    work: str
    levels: Mapping[str, str]
    calibration: bool
    note: str | None
    occurred_at: Instant | None


@dataclass(frozen=True, slots=True)
class Conclude:
    """A caller's wish, out of the `scores` that it saw, by the events that gave them."""

    id: str
    exhibition: str
    work: str
    scores: tuple[str, ...]
    levels: Mapping[str, str]
    resolution: str | None
    purpose: Purpose
    task: str | None
    course: str | None
    occurred_at: Instant

    def event(self, n: int) -> str:
        """The id of the piece of the n-th member scored, from 0."""
        return further_event_id(self.id, n + 1)


def planned_panel(panel: Panel) -> PlannedPanel:
    """What was planned. Raises Conflict where the exhibition has no panel."""
    if panel.planned is None:
        raise Conflict(
            "This exhibition was planned without a panel; plan it anew, with a rubric for one.", reason="no-panel"
        )
    return panel.planned


def decide_appoint(panel: Panel, appoint: Appoint, *, now: Instant, tenant: str, actor: str) -> Command:
    """The command that appoints somebody, or appoints her anew. Raises Conflict, Invalid.

    Whether a request was done before, word for word, is the ledger's to tell.
    """
    if appoint.id not in panel.events:
        _check_may_appoint(panel, appoint, now)
    body = PanelistAppointed(
        exhibition=appoint.exhibition,
        panelist=appoint.person,
        role=appoint.role,
        ends_at=None if appoint.ends_at is None else instant_text(appoint.ends_at),
    )
    return _command(appoint.id, body, tenant=tenant, actor=actor)


def _check_may_appoint(panel: Panel, appoint: Appoint, now: Instant) -> None:
    planned_panel(panel)
    if appoint.ends_at is not None and appoint.ends_at <= now:
        raise Invalid("ends_at must lie in the future.", field="/ends_at", reason="panel-in-the-past")
    if appoint.person not in panel.panelists and len(panel.panelists) >= MAX_PANELISTS:
        raise Conflict(f"A panel has at most {MAX_PANELISTS} panelists.", reason="panel-full", number=MAX_PANELISTS)


def decide_dismiss(panel: Panel, dismiss: Dismiss, *, tenant: str, actor: str) -> Command:
    """The command that dismisses somebody. What she scored stays.

    Raises NotFound for who is no panelist, and Conflict for herself: she would see the others' scores, and come back.
    """
    known = panel.panelists.get(dismiss.panelist)
    if known is None:
        raise NotFound("panelist")
    if dismiss.panelist == actor:
        raise Conflict(
            "Nobody dismisses herself from a panel; somebody else who holds the exhibition can.",
            reason="oneself-dismissed",
        )
    body = PanelistDismissed(exhibition=dismiss.exhibition, panelist=dismiss.panelist)
    return _command(dismiss.id, body, tenant=tenant, actor=actor)


def current_panelist(panel: Panel | None, person: str, now: Instant) -> Panelist | None:
    """Whoever scores in this exhibition now; None for everybody else."""
    known = None if panel is None else panel.panelists.get(person)
    return known if known is not None and known.is_current(now) else None


def results_of(levels: Mapping[str, str], criteria: Criteria) -> tuple[CriterionResult, ...]:
    """What levels by criterion come to, a result for each competency that a criterion shows, in the rubric's order.

    Raises Invalid where a criterion is missing, or one is none of the rubric's.
    """
    for code in levels:
        if code not in criteria:
            raise Invalid(
                f"The criteria of this rubric are {', '.join(criteria)}; {code} is none of them.", field="/levels"
            )
    missing = [code for code in criteria if code not in levels]
    if missing:
        raise Invalid(
            f"Every criterion of the rubric is scored; missing: {', '.join(missing)}.",
            field="/levels",
            reason="criteria-missing",
        )
    return tuple(
        CriterionResult(
            competency=competency, criterion=code, possible=criterion.possible, earned=_within(levels[code], criterion)
        )
        for code, criterion in criteria.items()
        for competency in criterion.competencies
    )


def _within(earned: str, criterion: Criterion) -> str:
    """What is earned. Raises Invalid where it is more than is possible: the contract would not take it."""
    if scaled(earned) > scaled(criterion.possible):
        raise Invalid(
            f"For the criterion {criterion.code} at most {criterion.possible} is possible.",
            field=f"/levels/{criterion.code}",
        )
    return earned


def decide_score(  # noqa: PLR0913 - the panel, who of it gives what, and where its note is kept
    panel: Panel,
    panelist: Panelist,
    score: Score,
    results: tuple[CriterionResult, ...],
    *,
    note_ref: str | None,
    tenant: str,
) -> Command:
    """The command by which a panelist scores, or scores anew. She must not be dismissed by then, and the panel must not
    have concluded.
    """
    body = PanelScored(
        exhibition=score.exhibition,
        work=score.work,
        panelist=panelist.id,
        rubric=planned_panel(panel).rubric,
        calibration=score.calibration,
        results=results,
        note_ref=note_ref,
    )
    return Command(
        score.id,
        panelist.id,
        "evidence",
        (new_event(tenant, score.id, body, occurred_at=score.occurred_at),),
        expects=(Expectation(panel.exhibition, panelist_stream(panel.exhibition, panelist.id), panelist.version),),
        guards=(Guard(panel.exhibition, panel_stream(panel.exhibition, score.work), "absent"),),
    )


def check_seen(panel: Panel, conclude: Conclude, actor: str) -> list[PanelScore]:
    """The scores that are concluded on. Raises Conflict where they are not the ones that the caller saw, and where she
    may not see them yet.
    """
    if panel.withholds(conclude.work, actor):
        raise Conflict("You sit on this panel: score the work first, then conclude.", reason="score-first")
    counted = panel.concluded_from(conclude.work)
    if {score.event for score in counted} != set(conclude.scores) or not counted:
        said = ", ".join(score.event for score in counted) or "none"
        raise Conflict(
            f"The scores of this work are by now: {said}. Look at them again.",
            field="/scores",
            reason="scored-meanwhile",
        )
    return counted


def check_resolved(conclude: Conclude, apart: Sequence[Difference]) -> None:
    """Raise Invalid where panelists are too far apart, and nothing says what their discussion came to."""
    if apart and conclude.resolution is None:
        told = "; ".join(f"{one.criterion} from {one.lowest} to {one.highest}" for one in apart)
        raise Invalid(
            f"The panelists differ: {told}. Say in resolution what they agreed on, and why.",
            field="/resolution",
            reason="say-what-was-agreed",
        )


def decide_conclude(  # noqa: PLR0913 - what was seen, what is agreed on, of whom, and who says so
    panel: Panel,
    conclude: Conclude,
    results: tuple[CriterionResult, ...],
    members: Sequence[str],
    *,
    resolution_ref: str | None,
    tenant: str,
    actor: str,
) -> Command:
    """The command that concludes and scores each member, all or none.

    No score may have been given or replaced meanwhile by anybody who sits or sat on the panel, whatever it was by, the
    panel must not have concluded, and each member be open.
    """
    exhibition, work = conclude.exhibition, conclude.work
    rubric = planned_panel(panel).rubric
    concluded = PanelConcluded(
        exhibition=exhibition,
        work=work,
        rubric=rubric,
        scores=conclude.scores,
        results=results,
        resolution_ref=resolution_ref,
    )
    pieces = [
        new_event(
            tenant,
            conclude.event(n),
            RubricScored(
                learner=member,
                rubric=rubric,
                task=conclude.task,
                work=work,
                course=conclude.course,
                purpose=conclude.purpose,
                results=results,
            ),
            occurred_at=conclude.occurred_at,
        )
        for n, member in enumerate(members)
    ]
    silent = [one for one in panel.panelists if (work, one) not in panel.versions]
    return Command(
        conclude.id,
        actor,
        "evidence",
        (new_event(tenant, conclude.id, concluded, occurred_at=conclude.occurred_at), *pieces),
        expects=tuple(
            Expectation(exhibition, panel_score_stream(exhibition, work, one), version)
            for (scored, one), version in panel.versions.items()
            if scored == work
        ),
        guards=(
            Guard(exhibition, panel_stream(exhibition, work), "absent"),
            *(Guard(exhibition, panel_score_stream(exhibition, work, one), "absent") for one in silent),
            *(Guard(member, learner_stream(member), "open") for member in members),
        ),
    )


def refused_panel(outcome: Outcome, panel: Panel, work: str) -> Refusal | None:
    """What to tell where the ledger refused it for the panel's or a member's sake; None where it did not."""
    if not isinstance(outcome, Refused):
        return None
    if outcome.stream == panel_stream(panel.exhibition, work):
        return Conflict("The panel has concluded on this work.", reason="panel-concluded")
    if outcome.stream.startswith("panel/"):
        return Conflict(
            "Another panelist has scored meanwhile; look at the scores again.",
            field="/scores",
            reason="scored-meanwhile",
        )
    if outcome.stream.startswith("learner/"):
        learner = outcome.stream.removeprefix("learner/")
        return Gone(f"The member {learner} is forgotten; send the same again, and she is left out.")
    return None


def _command(id_: str, body: Contract, *, tenant: str, actor: str) -> Command:
    return Command(id_, actor, "evidence", (new_event(tenant, id_, body),))
