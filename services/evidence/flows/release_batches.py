"""Release the grades of a section or a school: ask for a preview, look at it, then let it be released."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from services.evidence.domain.batches import MAX_LEARNERS, Asked, Batch, Line, Progress
from services.evidence.domain.errors import Conflict, Invalid, Mismatch, NotFound
from services.evidence.flows.gradable import check_competencies, check_occasion
from services.evidence.ports import District
from shared.rulebook.policy import Scale


@dataclass(frozen=True, slots=True)
class Page:
    """A batch, how far it has come, some of its lines, and the scales by which the levels in them have their names.

    `next` is the learner after whom to read on; None at the end.
    """

    batch: Batch
    progress: Progress
    lines: tuple[Line, ...]
    next: str | None
    scales: Mapping[str, Scale]


async def ask_batch(id_: str, asked: Asked, actor: str, district: District) -> tuple[Batch, bool]:
    """The batch, and whether it is new. Its learners are those of the scope now; a worker previews them.

    Raises NotFound where the caller may not grade every one of them in this course, Mismatch where the id stands for
    another batch, Invalid, LedgerUnavailable.
    """
    before = await district.batches.find(id_)
    if before is None:
        learners = await district.rights.members(asked.scope)
        kind = asked.scope.partition("/")[0]
        if not learners or set(learners) - await district.rights.gradable(actor, asked.course, learners):
            raise NotFound(kind, field=f"/{kind}")
        if len(learners) > MAX_LEARNERS:
            raise Invalid(f"A batch may have at most {MAX_LEARNERS} learners.", field=f"/{kind}")
        await check_occasion(asked.course, asked.period, district)
        await check_competencies(asked.competencies, district, where="/competencies/{}")
        new = await district.batches.ask(id_, asked, learners, actor)
        before = await district.batches.find(id_)
        assert before is not None
        if new:
            return before, True
    if (before.asked, before.asked_by) != (asked, actor):
        raise Mismatch(f"The id {id_} stands for another batch already; send this one under an id of its own.")
    return before, False


async def read_batch(id_: str, reader: str, district: District, *, after: str | None, limit: int) -> Page:
    """A page of the batch, of those learners whom the reader may grade in its course.

    Raises NotFound where there is no such batch, or none of its learners is the reader's to grade.
    """
    batch, _, theirs = await _opened(id_, reader, district)
    progress = await district.batches.progress(batch)
    lines = await district.batches.lines(id_, after=after, limit=limit + 1)
    following = lines[limit - 1].learner if len(lines) > limit else None
    lines = lines[:limit]
    policies = {level.policy for line in lines for level in line.levels if level.policy is not None}
    return Page(
        batch,
        progress,
        tuple(line for line in lines if line.learner in theirs),
        following,
        await district.standings.scales(policies),
    )


async def release_batch(id_: str, leave_out: Collection[str], actor: str, district: District) -> Batch:
    """The batch, which a worker now releases; or which was released before, without the same learners.

    Who is not the caller's to grade by now is refused. Raises NotFound as reading does, Invalid where somebody is to
    be left out who is not in it, Conflict where it is not held.
    """
    batch, learners, theirs = await _opened(id_, actor, district)
    for index, learner in enumerate(leave_out):
        if learner not in learners:
            raise Invalid("This learner is not in the batch.", field=f"/leave_out/{index}")
    if batch.state == "held":
        await district.batches.release(id_, actor=actor, leave_out=leave_out, not_theirs=learners - theirs)
        batch, _, _ = await _opened(id_, actor, district)
    if batch.state == "previewing":
        raise Conflict("The batch is still being previewed; look at it, then release it.", reason="batch-not-ready")
    if batch.left_out != frozenset(leave_out):
        raise Conflict(
            "The batch is released already, with other learners left out.", field="/leave_out", reason="batch-released"
        )
    return batch


async def _opened(id_: str, person: str, district: District) -> tuple[Batch, set[str], set[str]]:
    """The batch, its learners, and those among them whom the person may grade."""
    batch = await district.batches.find(id_)
    if batch is None:
        raise NotFound("batch")
    learners = await district.batches.learners(id_)
    theirs = await district.rights.gradable(person, batch.asked.course, learners)
    if not theirs:
        raise NotFound("batch")
    return batch, set(learners), theirs
