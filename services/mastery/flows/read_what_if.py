"""How a what-if stands, and what it came to, as far as it is the reader's to see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.mastery.domain.errors import UnknownError
from services.mastery.domain.what_ifs import (
    Covered,
    Results,
    WhatIf,
    covering,
    results_for,
    summary,
)
from services.mastery.ports import District
from shared.ledger.canonical import parse
from shared.rulebook.policy import Policy, read_policy
from shared.rulebook.scope import administered


@dataclass(frozen=True, slots=True)
class SeenWhatIf:
    """A what-if as the reader sees it. `results` are there once it is done, `said` then tells them in sentences.

    `whole` says whether her rights cover everyone whom it is about: numbers that are of all of them are hers then.
    """

    what_if: WhatIf
    policy: Policy
    whole: bool
    results: Results | None
    codes: dict[str, str]
    said: Sequence[str]
    said_elsewhere: Sequence[str]


async def read_what_if(id_: str, reader: str, district: District) -> SeenWhatIf:
    """Raises UnknownError, also where it is not the reader's to see."""
    what_if, covered = await seen_by(id_, reader, district)
    return await seen(what_if, covered, district)


async def seen(what_if: WhatIf, covered: Covered, district: District) -> SeenWhatIf:
    """What somebody is told of it whose rights cover that much."""
    document: Any = parse(what_if.asked.document)
    policy = read_policy(document)
    whole = covered.covers(what_if.asked.scope)
    results, codes = None, {}
    said: Sequence[str] = ()
    elsewhere: Sequence[str] = ()
    if what_if.state == "done":
        counts = await district.what_ifs.counts(what_if.asked.id)
        results = results_for(counts, Covered(district=True) if whole else covered)
        codes = await district.what_ifs.codes({count.competency for count in counts})
        keeps = what_if.asked.mode == "keep_attained"
        more = sum(what_if.stay.values()) - what_if.stay.get("learner", 0)
        said = summary(
            results.covered,
            policy,
            accommodated=what_if.accommodated if whole else None,
            stay=more if whole else None,
            keeps=keeps,
        )
        if results.elsewhere is not None:
            elsewhere = summary(results.elsewhere, policy, accommodated=None, stay=None, keeps=keeps)
    return SeenWhatIf(what_if, policy, whole, results, codes, said, elsewhere)


async def remove_what_if(id_: str, person: str, district: District) -> None:
    """Cancel it where it is under way, and keep nothing of it: who asked for it may, and who may ask for such a one.

    Raises UnknownError, also where it is neither.
    """
    what_if = await district.what_ifs.find(id_)
    if what_if is None or not await district.rights.is_administrator(person, administered(what_if.asked.scope)):
        raise UnknownError("what-if")
    await district.what_ifs.remove(id_, district.now())


async def seen_by(id_: str, reader: str, district: District) -> tuple[WhatIf, Covered]:
    """The what-if, and whom the reader's rights cover. Raises UnknownError where it is not hers to see."""
    what_if = await district.what_ifs.find(id_)
    covered = covering(await district.rights.verified_scopes(reader))
    if what_if is None or not covered.sees(what_if.asked.scope):
        raise UnknownError("what-if")
    return what_if, covered
