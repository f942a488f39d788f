"""An exhibition's panel: who may lead it, and levels by its rubric."""

from collections.abc import Mapping

from services.evidence.domain.errors import Invalid, NotFound
from services.evidence.domain.exhibitions import Exhibition
from services.evidence.domain.judging import Criteria, check_criteria
from services.evidence.domain.paneling import results_of
from services.evidence.domain.panels import EVENTS_OF_PANELS, Panel, panel_of
from services.evidence.flows.exhibiting import held_exhibition
from services.evidence.ports import District
from shared.contracts.bodies import CriterionResult


async def panel_known(exhibition: str, district: District) -> Panel | None:
    """The panel as the ledger has it now; None where there is no such exhibition."""
    return panel_of(await district.exhibitions.told(exhibition, EVENTS_OF_PANELS))


async def panel_held(exhibition: str, actor: str, district: District) -> Panel:
    """The panel, for whoever holds its exhibition. Raises NotFound for everyone else."""
    return await panel_of_held(await held_exhibition(exhibition, actor, district), district)


async def panel_of_held(exhibition: Exhibition, district: District) -> Panel:
    """The panel of an exhibition that the caller was found to hold."""
    panel = await panel_known(exhibition.id, district)
    if panel is None:
        raise NotFound("exhibition")
    return panel


async def criteria_of(rubric: str, district: District) -> Criteria:
    """The criteria of a published rubric. Raises Invalid where there is none of this digest."""
    found = (await district.definitions.rubrics([rubric])).get(rubric)
    if found is None:
        raise Invalid("No rubric of this digest was published.", field="", reason="rubric-not-found")
    return found


def scored(levels: Mapping[str, str], rubric: str, criteria: Criteria) -> tuple[CriterionResult, ...]:
    """Levels by criterion as results by the rubric. Raises Invalid, naming the criterion, where one does not fit."""
    results = results_of(levels, criteria)
    try:
        check_criteria(rubric, results, {rubric: criteria}, below="")
    except Invalid as refusal:
        index = (refusal.field or "").split("/")[2:3]
        code = results[int(index[0])].criterion if index else ""
        refusal.field = f"/levels/{code}" if code else "/levels"
        raise
    return results
