"""Read a panel: who is on it, what was given and concluded, and how far its members agree."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.evidence.domain.agreement import Agreement, Difference, agreement_of, differences
from services.evidence.domain.errors import NotFound
from services.evidence.domain.judging import Criteria
from services.evidence.domain.paneling import current_panelist, planned_panel
from services.evidence.domain.panels import Panel, PanelScore
from services.evidence.flows.exhibiting import held_exhibition
from services.evidence.flows.paneling import criteria_of, panel_known
from services.evidence.flows.working import members_left, works_known
from services.evidence.ports import District
from shared.ledger.instants import Instant


@dataclass(frozen=True, slots=True)
class WorkSeen:
    """A work of the exhibition with the scores that the reader may see, and the differences that need a discussion."""

    work: str
    scores: tuple[PanelScore, ...]
    hidden: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class PanelSeen:
    """A panel as far as it is the reader's to see. Agreements are there for whoever leads it alone, by criterion.

    It tells of `makers`: of those of works of which a score or what was concluded is shown, but the forgotten.
    """

    panel: Panel
    works: tuple[WorkSeen, ...]
    makers: tuple[str, ...]
    agreement: dict[str, Agreement] | None
    calibration: dict[str, Agreement] | None
    now: Instant


async def read_panel(exhibition: str, reader: str, district: District) -> PanelSeen:
    """For whoever holds the exhibition, and for its panelists now.

    Raises NotFound for everyone else, Conflict where it was planned without a panel, and LedgerUnavailable.

    A panelist sees her own scores, and what the panel concluded; never what another gave. Whoever leads the panel and
    sits or sat on it sees the others' scores of a work once she has given her own that counts, or the panel has
    concluded on it; their calibrations once she has calibrated.
    """
    panel = await panel_known(exhibition, district)
    if panel is None:
        raise NotFound("exhibition")
    own = current_panelist(panel, reader, district.now())
    leads = await _leads(exhibition, reader, district)
    if own is None and not leads:
        raise NotFound("exhibition")
    plan = planned_panel(panel)
    criteria = await criteria_of(plan.rubric, district)
    if not leads:
        mine = tuple(WorkSeen(work, _own(panel, work, reader), 0, ()) for work in panel.plan.works)
        return PanelSeen(panel, mine, await _makers(panel, mine, district), None, None, district.now())
    works = tuple(
        _withheld(panel, work, reader)
        if panel.withholds(work, reader)
        else _seen(panel, work, criteria, plan.discuss_from)
        for work in panel.plan.works
    )
    seen = [score for work in works for score in work.scores]
    return PanelSeen(
        panel,
        works,
        await _makers(panel, works, district),
        agreement_of([score for score in seen if not score.calibration], criteria),
        agreement_of([score for score in seen if score.calibration], criteria),
        district.now(),
    )


async def _makers(panel: Panel, seen: Sequence[WorkSeen], district: District) -> tuple[str, ...]:
    shown = [one.work for one in seen if one.scores or one.work in panel.conclusions]
    left = await members_left((await works_known(shown, district.ledger)).values(), district)
    return tuple(sorted({member for own in left.values() for member in own}))


async def _leads(exhibition: str, reader: str, district: District) -> bool:
    try:
        await held_exhibition(exhibition, reader, district)
    except NotFound:
        return False
    return True


def _own(panel: Panel, work: str, panelist: str) -> tuple[PanelScore, ...]:
    return tuple(score for score in _given(panel, work) if score.panelist == panelist)


def _given(panel: Panel, work: str) -> tuple[PanelScore, ...]:
    return tuple(score for score in panel.scores.values() if score.work == work)


def _withheld(panel: Panel, work: str, reader: str) -> WorkSeen:
    """The reader's own scores, and calibrations where one is hers."""
    given = _given(panel, work)
    calibrates = any(score.calibration and score.panelist == reader for score in given)
    shown = tuple(score for score in given if score.panelist == reader or (calibrates and score.calibration))
    return WorkSeen(work, shown, len(given) - len(shown), ())


def _seen(panel: Panel, work: str, criteria: Criteria, discuss_from: int) -> WorkSeen:
    apart = differences(panel.concluded_from(work), criteria, discuss_from=discuss_from)
    return WorkSeen(work, _given(panel, work), 0, tuple(apart))
