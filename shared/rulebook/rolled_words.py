"""What a roll-up says, in plain words, as `wording` says a state."""

from collections.abc import Iterator, Mapping

from shared.rulebook.arithmetic import decimal_text
from shared.rulebook.rolling_up import Part, RolledUp
from shared.rulebook.state import Status

_STANDS = {
    Status.NO_POLICY: "no policy is in force for it",
    Status.NO_EVIDENCE: "there is no evidence yet",
    Status.NOT_ENOUGH: "there is not enough evidence yet",
    Status.NOT_YET: "not mastered yet",
    Status.MASTERED: "mastered",
    Status.SLIPPED: "shown at mastery before, and slipped since",
}


def by_parts(rolled: RolledUp, codes: Mapping[str, str]) -> tuple[str, ...]:
    """Where the learner is by the parts, the rule, and what each part brings. Parts are called by their codes."""
    return tuple(_by_parts(rolled, codes))


def _by_parts(rolled: RolledUp, codes: Mapping[str, str]) -> Iterator[str]:
    policy = rolled.adoption.policy
    assert policy.roll_up is not None
    top = decimal_text(policy.scale.top)
    level = "there is no level yet" if rolled.level is None else f"the level is {rolled.level}"
    here = "" if rolled.value is None else f"{level}, the value {decimal_text(rolled.value)} of {top}"
    match rolled.status:
        case Status.NO_EVIDENCE:
            yield "By its parts: nothing can be said yet, for no part has a level."
        case Status.NOT_ENOUGH:
            yield "By its parts: there is not enough evidence yet, for some parts have no level."
        case Status.MASTERED:
            yield f"By its parts, this is mastered: {here}; mastery begins at {decimal_text(policy.scale.cut)}."
        case _:
            yield f"By its parts, this is not mastered yet: {here}; mastery begins at {decimal_text(policy.scale.cut)}."
    yield policy.roll_up.method.told(policy.roll_up.parameters)
    for part in rolled.parts:
        yield _part(part, codes.get(part.competency, "a part"), top)


def _part(part: Part, code: str, top: str) -> str:
    stands = _STANDS[part.status] + (" by its own parts" if part.by_parts else "")
    if part.value is None:
        return f"{code}: {stands}. It brings nothing."
    level = "" if part.level is None else f", {part.level}"
    return f"{code}: {stands}{level}. It brings {decimal_text(part.value)} of {top}."
