"""Whether the words hold: how often real states are firm, leaning and open, and how often the next answer moves each.

A state is that of a learner and a skill after each of her answers; of each at most the first `MOST_ANSWERS`, so that
the few who answered hundreds do not speak for all.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from cli.fitting.answers import Answers
from shared.ledger.decimals import SCALE
from shared.rulebook.arithmetic import value_of
from shared.rulebook.certainty import Rests, rests
from shared.rulebook.contribution import Contribution, Kind, Result
from shared.rulebook.policy import Policy
from shared.rulebook.supposing import Supposing

MOST_ANSWERS = 40


@dataclass(slots=True)
class Resting:
    """Of each word, how many states there were before a further answer, and in how many it moved status or level."""

    states: Counter[Rests] = field(default_factory=Counter)
    moved: Counter[Rests] = field(default_factory=Counter)

    def share_moved(self, word: Rests) -> float | None:
        return self.moved[word] / self.states[word] if self.states[word] else None


def resting(by_skill: Mapping[str, Iterable[Answers]], policy_of: Callable[[str], Policy]) -> Resting:
    """What is found under the policy of each skill."""
    found = Resting()
    for skill, learners in by_skill.items():
        policy = policy_of(skill)
        for answers in learners:
            _look(answers, policy, found)
    return found


def _look(answers: Answers, policy: Policy, found: Resting) -> None:
    pieces = [_piece(number, right) for number, right in enumerate(answers.right[: MOST_ANSWERS + 1])]
    values = [value_of(piece.results, policy.scale.top) for piece in pieces]
    trajectory = list(policy.run(values, pieces))
    before: tuple[Rests, object] | None = None
    for count in range(1, len(pieces) + 1):
        supposed = Supposing(policy, pieces[:count], (values[:count], trajectory[:count], None))
        if before is not None:
            word, was = before
            found.states[word] += 1
            found.moved[word] += supposed.now != was
        if count < len(pieces):
            word_now = rests(supposed)
            before = None if word_now is None else (word_now, supposed.now)


def _piece(number: int, right: bool) -> Contribution:
    return Contribution(
        event=str(number),
        kind=Kind.ATTEMPT.value,
        purpose="practice",
        occurred_at=number,
        recorded_at=number,
        position=number + 1,
        results=(Result(SCALE if right else 0, SCALE),),
    )
