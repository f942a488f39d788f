"""How far panelists agree: exactly, within one level, and where they are so far apart that they have to talk. Pure.

Two panelists are compared on every criterion that both scored of the same work. Nothing here says who is severe and who
is mild: no figure is about one person.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from services.evidence.domain.judging import Criteria
from services.evidence.domain.panels import PanelScore
from shared.contracts.tasks import Criterion
from shared.ledger.decimals import scaled

_LEVEL = 2
"""Steps a level: what lies between two levels is one step from each."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of `compared` comparisons of two panelists on a criterion, how many were equal, and how many at most one level
    apart (the equal ones among them).
    """

    compared: int
    exact: int
    adjacent: int

    @property
    def sentence(self) -> str:
        """In plain words."""
        if not self.compared:
            return "No two panelists have scored the same work yet, so nothing can be said of how far they agree."
        if self.compared == 1:
            how = "the same" if self.exact else "at most one level apart" if self.adjacent else "further apart"
            return f"One comparison of two panelists on a criterion: {how}. That is too little to conclude anything."
        told = (
            f"Of {self.compared} comparisons of two panelists on one criterion, {self.exact} "
            f"({_percent(self.exact, self.compared)} %) are the same, and {self.adjacent} "
            f"({_percent(self.adjacent, self.compared)} %) at most one level apart."
        )
        return told if self.compared >= _ENOUGH else f"{told} With so few, it may be chance."


_ENOUGH = 10


@dataclass(frozen=True, slots=True)
class Difference:
    """On a criterion of a work the lowest and the highest are `levels` levels apart, rounded down."""

    criterion: str
    lowest: str
    highest: str
    levels: int


def agreement_of(scores: Iterable[PanelScore], criteria: Criteria) -> dict[str, Agreement]:
    """The agreement by criterion, in the rubric's order, over all works; criteria that nobody scored have none."""
    works = _by_work(scores)
    found = {}
    for code, criterion in criteria.items():
        apart = [
            abs(one - other)
            for own in works.values()
            for one, other in combinations([step for _, step in _steps(own, criterion)], 2)
        ]
        found[code] = Agreement(len(apart), sum(not steps for steps in apart), sum(steps <= _LEVEL for steps in apart))
    return found


def together(agreements: Iterable[Agreement]) -> Agreement:
    """All comparisons as one."""
    all_ = list(agreements)
    return Agreement(sum(a.compared for a in all_), sum(a.exact for a in all_), sum(a.adjacent for a in all_))


def differences(scores: Sequence[PanelScore], criteria: Criteria, *, discuss_from: int) -> list[Difference]:
    """Where panelists are `discuss_from` levels apart on one work, or more: in the rubric's order."""
    found = (_difference(scores, criterion) for criterion in criteria.values())
    return [one for one in found if one is not None and one.levels >= discuss_from]


def _difference(scores: Sequence[PanelScore], criterion: Criterion) -> Difference | None:
    steps = sorted((step, earned) for earned, step in _steps(scores, criterion))
    if len(steps) < 2:
        return None
    (low, lowest), (high, highest) = steps[0], steps[-1]
    return Difference(criterion.code, lowest, highest, (high - low) // _LEVEL)


def _steps(scores: Sequence[PanelScore], criterion: Criterion) -> Iterator[tuple[str, int]]:
    """What each of these gives a criterion, and how many steps that is up its levels. Of a criterion that shows several
    competencies the first result counts, for all of them are the same.
    """
    levels = sorted(scaled(level.earned) for level in criterion.levels)
    for score in scores:
        earned = next((result.earned for result in score.results if result.criterion == criterion.code), None)
        if earned is not None:
            yield earned, _step(scaled(earned), levels)


def _step(earned: int, levels: Sequence[int]) -> int:
    below = sum(level < earned for level in levels)
    return below * _LEVEL if earned in levels else below * _LEVEL - 1


def _by_work(scores: Iterable[PanelScore]) -> Mapping[str, list[PanelScore]]:
    works: dict[str, list[PanelScore]] = {}
    for score in scores:
        works.setdefault(score.work, []).append(score)
    return works


def _percent(part: int, whole: int) -> int:
    return (200 * part + whole) // (2 * whole)
