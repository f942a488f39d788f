"""What an audit says of each word of a grade, as it is kept and shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from services.audit.domain.auditing import Audited
from services.audit.domain.differences import Difference
from services.audit.domain.grades import Word
from shared.ledger.instants import instant_text

Verdict: TypeAlias = Mapping[str, Any]
"""A JSON object, or what JSON is made of: the members of the answer for one word of a grade."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One word with all that differs of what it rests on: in the ledger, in the definitions, in the fold."""

    word: Word
    differences: tuple[Difference, ...]
    verdict: Verdict


def judged(audited: Audited, unlike: Sequence[Difference]) -> Judged:
    """The word beside those differences between copy and ledger that lie within what it rests on."""
    word = audited.word
    mine = [_of_word(word, one) for one in unlike if _rests_on(word, one)]
    differences = (*mine, *audited.differences)
    return Judged(word, differences, _verdict(audited, differences))


def _rests_on(word: Word, difference: Difference) -> bool:
    """Whether a difference lies at an entry on which the word rests, or at the word's own entry."""
    if difference.position is None or difference.ledger is None:
        return True
    if difference.position <= word.pin(difference.ledger):
        return True
    through = difference.through or difference.position
    return difference.ledger == "evidence" and difference.position <= word.entry.position <= through


def _of_word(word: Word, difference: Difference) -> Difference:
    return replace(difference, learner=word.learner, grade=word.grade)


def _verdict(audited: Audited, differences: Sequence[Difference]) -> Verdict:
    word = audited.word
    entry = word.entry
    return {
        "event": entry.id,
        "grade": word.grade,
        "spoken": word.spoken,
        "learner": word.learner,
        "course": word.course,
        "period": word.period,
        "version": entry.version,
        "recorded_at": instant_text(entry.recorded_at),
        "position": {"ledger": entry.ledger, "shard": entry.shard, "position": entry.position},
        "pins": [{"ledger": pin.ledger, "shard": pin.shard, "position": pin.position} for pin in sorted(word.pins)],
        "state": "different" if differences else "equal",
        "begins": _begins(differences),
        "contributions": audited.accounts,
    }


def _begins(differences: Sequence[Difference]) -> list[dict[str, Any]]:
    """From which position on there is disagreement, in each ledger in which there is any."""
    first: dict[tuple[str, int], int] = {}
    for one in differences:
        if one.ledger is not None and one.shard is not None and one.position is not None:
            place = (one.ledger, one.shard)
            first[place] = min(one.position, first.get(place, one.position))
    return [
        {"ledger": ledger, "shard": shard, "position": position} for (ledger, shard), position in sorted(first.items())
    ]
