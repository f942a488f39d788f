"""What evidence is judged against, asked of rights, definitions and the ledger: one question of each at most."""

from collections.abc import Sequence

from services.evidence.domain.judging import Known, moves_by, named_by, results_of, rubric_of
from services.evidence.domain.pieces import EVIDENCE
from services.evidence.domain.recording import Item, is_own_reflection
from services.evidence.domain.works import members_of
from services.evidence.ports import District


async def known_of(items: Sequence[Item], actor: str, district: District) -> Known:
    """All that these items are judged against. Nothing is asked about items that are not the caller's to record."""
    asked = {item.body.learner for item in items}
    learners = await district.rights.recordable(actor, list(asked))
    scored: set[str] = set()
    shown: set[str] = set()
    named: set[str | None] = set()
    counted: set[str | None] = set()
    for item in items:
        body = item.body
        if body.learner not in learners and not is_own_reflection(body, actor):
            continue
        rubric = rubric_of(body)
        if rubric is None:
            shown.update(result.competency for result in results_of(body))
        else:
            scored.add(rubric)
        named.update(named_by(body))
        counted.add(moves_by(body))
    lists = [digest for digest in counted if digest is not None]
    named.discard(None)
    entries = await district.ledger.entries([id_ for id_ in named if id_ is not None]) if named else {}
    return Known(
        learners=learners,
        competencies=await district.definitions.competencies(shown) if shown else (),
        rubrics=await district.definitions.rubrics(scored) if scored else {},
        pieces={id_: entry.owner for id_, entry in entries.items() if entry.event in EVIDENCE},
        works={id_: members_of(entry) for id_, entry in entries.items() if entry.event == "WorkStarted"},
        moves=await district.definitions.moves(lists) if lists else {},
        forgotten=() if asked <= learners else await district.forgettings.known_to(actor, asked - learners),
    )
