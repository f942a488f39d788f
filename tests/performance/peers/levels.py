"""What the peers fold as `mastery` does: a decaying average, with all that the row of a state carries.

Written apart from the fold of the rulebook, so that equal digests say that both came to the same. A state is a JSON
object. Each of its contributions also keeps its own value and the average after it: a peer adds a piece that is the
newest without folding those before it again.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from shared.ledger.decimals import SCALE, scaled
from shared.ledger.instants import instant
from shared.rulebook.arithmetic import decimal_text, half_even

METHOD = "ascertain.decaying_average@1"
WEIGHT = 650_000
TOP, CUT = 4 * SCALE, 3 * SCALE
LEVELS = ((3 * SCALE, "Proficient"), (2 * SCALE, "Developing"), (0, "Beginning"))

OCCURRED, RECORDED, POSITION, VALUE, AFTER = 3, 4, 5, 12, 13
"""Where these members of a contribution stand."""

_scaled = lru_cache(maxsize=65_536)(scaled)


@lru_cache(maxsize=65_536)
def _value(earned: int, possible: int) -> int:
    return half_even(TOP * earned, possible)


def pieces_of(body: Mapping[str, Any], facts: Mapping[str, str]) -> Iterator[tuple[str, list[Any]]]:
    """By competency, the contribution of an attempt, which has a result for each. `facts` are the record's headers."""
    for result in body["results"]:
        earned, possible = _scaled(result["earned"]), _scaled(result["possible"])
        yield (
            result["competency"],
            [
                *(facts["ce_id"], "attempt", body["purpose"]),
                *(instant(facts["ce_time"]), instant(facts["ce_recordedtime"]), int(facts["ce_position"])),
                [[earned, possible, result.get("criterion")]],
                *(body.get("task"), body.get("work"), body.get("course"), body.get("redo_of"), None),
                *(_value(earned, possible), 0),
            ],
        )


def folded(
    state: Mapping[str, Any] | None, piece: list[Any], learner: str, competency: str, policy: str
) -> dict[str, Any]:
    """The state after one more contribution, under the policy of this digest."""
    pieces = [*([] if state is None else state["contributions"]), piece]
    first = len(pieces) - 1
    if first and _order(piece) < _order(pieces[-2]):
        pieces.sort(key=_order)
        first = pieces.index(piece)
    for number in range(first, len(pieces)):
        value = pieces[number][VALUE]
        before = pieces[number - 1][AFTER] if number else value
        pieces[number][AFTER] = half_even(before * (SCALE - WEIGHT) + value * WEIGHT, SCALE) if number else value
    value = pieces[-1][AFTER]
    level = next(name for at, name in LEVELS if value >= at)
    status = "mastered" if value >= CUT else "slipped" if any(each[AFTER] >= CUT for each in pieces) else "not_yet"
    return {
        "contributions": pieces,
        "evidence": len(pieces),
        "counted": len(pieces),
        "status": status,
        "level": level,
        "value": value,
        "scope": "district",
        "policy": policy,
        "method": METHOD,
        "digest": _digest(pieces, learner, competency, (level, policy, status)),
        "evidence_position": max(each[POSITION] for each in pieces),
        "definitions_position": 3,
    }


def digest_of_all(digests: Iterable[str]) -> str:
    """One digest of those of many states, in whatever order they are."""
    return hashlib.sha256("".join(sorted(digests)).encode()).hexdigest()


def _order(piece: list[Any]) -> tuple[int, int]:
    return (min(piece[OCCURRED], piece[RECORDED]), piece[POSITION])


def _digest(pieces: list[list[Any]], learner: str, competency: str, end: tuple[str, str, str]) -> str:
    level, policy, status = end
    counted = ",".join([f'["{each[0]}","{decimal_text(each[VALUE])}"]' for each in pieces])
    text = (
        f'{{"competency":"{competency}","counted":[{counted}],"learner":"{learner}","level":"{level}",'
        f'"method":"{METHOD}","policy":"{policy}","status":"{status}"}}'
    )
    return hashlib.sha256(text.encode()).hexdigest()
