"""Readiness a second time, from the words of the issue alone: sets, recursion, and no thought for speed.

A world is who rests on whom, by code, and what is known of each: `yes` it holds, `no` it does not, `slipped` (which
does not hold either), `nobody knows`. It imports nothing of the rulebook.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

RestsOn = Mapping[str, AbstractSet[str]]
KnownOf = Mapping[str, str]


def below(code: str, rests_on: RestsOn) -> set[str]:
    """All that a competency rests on, at any distance."""
    direct = rests_on.get(code, set())
    return set(direct).union(*(below(one, rests_on) for one in direct))


def ready(code: str, rests_on: RestsOn, known: KnownOf) -> str:
    words = [known[one] for one in rests_on.get(code, set())]
    if any(word in {"no", "slipped"} for word in words):
        return "not_ready"
    return "unknown" if any(word == "nobody knows" for word in words) else "ready"


def chain(code: str, rests_on: RestsOn, known: KnownOf) -> set[str]:
    """The gaps below a competency that are reached through gaps alone."""
    lacking = {one for one in rests_on.get(code, set()) if known[one] in {"no", "slipped"}}
    return lacking.union(*(chain(one, rests_on, known) for one in lacking))


def first_gaps(code: str, rests_on: RestsOn, known: KnownOf) -> set[str]:
    return {one for one in chain(code, rests_on, known) if not chain(one, rests_on, known)}


def find_out(code: str, rests_on: RestsOn, known: KnownOf) -> set[str]:
    asked = {code, *chain(code, rests_on, known)}
    return {one for from_ in asked for one in rests_on.get(from_, set()) if known[one] == "nobody knows"}


def flags(code: str, rests_on: RestsOn, known: KnownOf) -> set[str]:
    return {one for one in below(code, rests_on) if known[one] == "slipped"}


def opens(code: str, rests_on: RestsOn, mastered: AbstractSet[str]) -> int:
    return len({one for one in rests_on if code in below(one, rests_on) and one not in mastered})


def following(
    codes: AbstractSet[str], rests_on: RestsOn, known: KnownOf, mastered: AbstractSet[str]
) -> list[tuple[str, int]]:
    """What comes next: those that open most first, then by code."""
    steps = [
        (code, opens(code, rests_on, mastered))
        for code in codes
        if code not in mastered and ready(code, rests_on, known) == "ready"
    ]
    return sorted(steps, key=lambda step: (-step[1], step[0]))
