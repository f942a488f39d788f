"""Grades for the audited district, after its story: which there are, and what each rests on."""

from dataclasses import dataclass

from tests.support.audited import AuditedDistrict
from tests.support.audited_story import LEARNERS, SYMBOLS, THEME, THESIS
from tests.support.graded import amend, release, uphold
from tests.support.ledger_writer import result

ADA, BEN, CLEO = LEARNERS[1], LEARNERS[2], LEARNERS[3]
OTHERS = LEARNERS[4:12]


@dataclass(frozen=True, slots=True)
class Said:
    """One word of a grade, where it stands, and the positions of its learner's entries up to its pins."""

    event: str
    shard: int
    own: frozenset[int]
    definitions: int

    def rests_on(self, ledger: str, shard: int, position: int) -> bool:
        if ledger == "definitions":
            return position <= self.definitions
        return shard == self.shard and position in self.own


@dataclass(frozen=True, slots=True)
class Grades:
    """Ada's grade was released, then amended after another piece, then upheld; Ben's was only released, and so were
    those of the `others`.

    `later` is the piece between. `defining` are the positions of definitions that grades are folded under.
    """

    released: str
    amended: str
    upheld: str
    of_ben: str
    others: tuple[str, ...]
    later: str
    words: tuple[Said, ...]
    defining: frozenset[int]


async def grade(audited: AuditedDistrict) -> Grades:
    """Release, amend and uphold: appended, relayed and applied."""
    writer = audited.writer
    released = release(writer, ADA, [THEME, SYMBOLS])
    later = writer.attempt(ADA, result(THEME, "4"))
    amended = amend(writer, ADA, released, [THEME, SYMBOLS])
    upheld = uphold(writer, ADA, released, [THEME])
    of_ben = release(writer, BEN, [SYMBOLS])
    writer.attempt(BEN, result(SYMBOLS, "1"))
    others = tuple(release(writer, learner, [SYMBOLS, THESIS]) for learner in OTHERS)
    await audited.append()
    await audited.applied()
    events = (released, amended, upheld, of_ben, *others)
    defining = await audited.evidence.fetch(
        "SELECT position FROM ledger.entry WHERE type IN ('ascertain.PolicyAdopted', 'ascertain.DocumentPublished')"
    )
    return Grades(
        *(released, amended, upheld, of_ben, others, later),
        words=tuple([await _said(audited, event) for event in events]),
        defining=frozenset(row["position"] for row in defining),
    )


async def _said(audited: AuditedDistrict, event: str) -> Said:
    [raw] = [raw for raw in audited.writer.entries if raw["envelope"]["id"] == event]
    pins = {pin["ledger"]: pin["position"] for pin in raw["body"]["pins"]}
    rows = await audited.evidence.fetch(
        "SELECT shard, position FROM ledger.stored_entry WHERE owner = $1::text::uuid AND ledger = 'evidence'"
        " AND (position <= $2 OR id = $3::text::uuid)",
        *(raw["envelope"]["owner"], pins["evidence"], event),
    )
    own = frozenset(row["position"] for row in rows)
    return Said(event, rows[0]["shard"], own, pins["definitions"])
