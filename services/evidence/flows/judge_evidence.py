"""What evidence is judged against, asked of rights, definitions and the ledger: one question of each at most."""

from collections.abc import Sequence

from services.evidence.domain.judging import NAMED, Known, results_of, rubric_of
from services.evidence.domain.pieces import EVIDENCE
from services.evidence.domain.recording import Item, is_own_reflection
from services.evidence.domain.works import members_of
from services.evidence.ports import District


async def known_of(items: Sequence[Item], actor: str, district: District) -> Known:
    """All that these items are judged against. Nothing is asked about items that are not the caller's to record."""
    asked = {item.body.learner for item in items}
    learners = await district.rights.recordable(actor, list(asked))
    bodies = [item.body for item in items if item.body.learner in learners or is_own_reflection(item.body, actor)]
    scored = {rubric for body in bodies if (rubric := rubric_of(body)) is not None}
    shown = {result.competency for body in bodies if rubric_of(body) is None for result in results_of(body)}
    named = {id_ for body in bodies for member in NAMED[type(body)] if (id_ := getattr(body, member)) is not None}
    entries = await district.ledger.entries(list(named)) if named else {}
    return Known(
        learners=learners,
        competencies=await district.definitions.competencies(shown) if shown else (),
        rubrics=await district.definitions.rubrics(scored) if scored else {},
        pieces={id_: entry.owner for id_, entry in entries.items() if entry.event in EVIDENCE},
        forgotten=await district.forgettings.known_to(actor, asked - learners) if asked - learners else (),
        works={id_: members_of(entry) for id_, entry in entries.items() if entry.event == "WorkStarted"},
    )
