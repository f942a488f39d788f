"""The explanation in plain words, for learners and guardians as well as teachers.

House rules: short sentences, grade 8 or below, neutral. Nobody is compared with anybody, nothing is "below", and what
did not count is told without blame.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo

from shared.ledger.decimals import SCALE
from shared.ledger.instants import Instant
from shared.rulebook.arithmetic import decimal_text, half_even
from shared.rulebook.contribution import Kind, Result
from shared.rulebook.explain import AsidePiece, CountedPiece, Explanation, Missing
from shared.rulebook.moving import Move
from shared.rulebook.override import Override
from shared.rulebook.policy import KINDS, Overrides, Policy, Redo
from shared.rulebook.state import Alone, Reason, State, Status

_HUNDREDTH = SCALE // 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
"""Written out, since the clock's names for them depend on the machine's locale."""

KIND_WORDS = {
    Kind.ATTEMPT.value: "an attempt",
    Kind.RUBRIC_SCORE.value: "a rubric score",
    Kind.OBSERVATION.value: "an observation",
    Kind.REFLECTION.value: "a self-rating",
    Kind.ATTESTATION.value: "a result from elsewhere",
    Kind.AUDIENCE.value: "an audience's rating",
}


def why(explanation: Explanation, zone: tzinfo = UTC) -> tuple[str, ...]:
    """Why the state is what it is, sentence by sentence: what a teacher judged, the answer of the evidence, the rule,
    each piece that counts, each that does not, the weakest criterion. Days are those of `zone`.
    """
    return tuple(_why(explanation, zone))


def what_next(explanation: Explanation) -> tuple[str, ...]:
    """What would move the level, and what to do next."""
    return tuple(_what_next(explanation))


def _why(explanation: Explanation, zone: tzinfo) -> Iterator[str]:
    state = explanation.state
    if state.adoption is None:
        yield "No policy is in force here yet, so there is no level."
        return
    policy = state.adoption.policy
    if state.override is not None and state.alone is not None:
        yield _judged(state, state.override, zone)
        alone = _answer(state.alone, explanation, policy)
        yield f"By the evidence alone, {alone[0].lower()}{alone[1:]}"
    else:
        yield _answer(state, explanation, policy)
    if state.floor is not None:
        yield _kept(state)
    if explanation.counted:
        yield policy.method.told(policy.parameters)
    for piece in explanation.counted:
        yield _counted(piece, policy, zone)
    days = {piece.event: day_text(piece.occurred_at, zone) for piece in explanation.counted}
    days |= {piece.event: day_text(piece.occurred_at, zone) for piece in explanation.set_aside}
    for aside in explanation.set_aside:
        yield _set_aside(aside, days)
    if explanation.weakest is not None:
        share = percent_text(explanation.weakest.share)
        yield f"The criterion with the most room to grow is {explanation.weakest.criterion}: {share} so far."


def _judged(state: State, override: Override, zone: tzinfo) -> str:
    day = day_text(override.occurred_at, zone)
    means = "this is mastered" if state.status is Status.MASTERED else "this is not mastered yet"
    if override.policy != state.policy:
        set_then = f"On {day} a teacher set the level by professional judgement, under another policy."
        return f"{set_then} Under this one it is {state.level}: {means}."
    return f"On {day} a teacher set the level to {state.level} by professional judgement: {means}."


def _answer(state: State | Alone, explanation: Explanation, policy: Policy) -> str:
    """What status, level and value say, set by a teacher or by the evidence."""
    cut = f"mastery begins at {decimal_text(policy.scale.cut)}"
    here = _here(state, policy)
    match state.status:
        case Status.NO_EVIDENCE:
            return "There is no evidence yet that counts."
        case Status.NOT_ENOUGH:
            return f"There is not enough evidence for a level yet: {_so_far(explanation, policy)}."
        case Status.MASTERED:
            return f"This is mastered: {here}; {cut}."
        case Status.SLIPPED:
            return f"This was shown at mastery before and has slipped since: {here}; {cut}. It is worth a fresh look."
        case _:
            return f"This is not mastered yet: {here}; {cut}."


def _so_far(explanation: Explanation, policy: Policy) -> str:
    """How much there is, and where days are missing, that they are."""
    have = f"{_number(len(explanation.counted), 'piece')} so far"
    if explanation.missing is None or not explanation.missing.days:
        return have
    days = policy.minimum.days_apart
    lie = days - explanation.missing.days
    return f"{have}; the first and the last must lie {_number(days, 'day')} apart, and lie {_number(lie, 'day')} apart"


def _here(state: State | Alone, policy: Policy) -> str:
    level = "there is no level yet" if state.level is None else f"the level is {state.level}"
    if state.value is None:
        return level
    return f"{level}, the value {decimal_text(state.value)} of {decimal_text(policy.scale.top)}"


def _kept(state: State) -> str:
    assert state.floor is not None
    if state.floor.level is None:
        return "What was attained under the policy before is kept."
    return f"The level {state.floor.level} was attained under the policy before, and is kept."


def _counted(piece: CountedPiece, policy: Policy, zone: tzinfo) -> str:
    weight = "" if piece.weight is None else f", weight {percent_text(piece.weight)}"
    return (
        f"{day_text(piece.occurred_at, zone)}, {KIND_WORDS[piece.kind]}: {_earned(piece.results)}. "
        f"Value {decimal_text(piece.value)}{weight}. After it: {_after(piece, policy)}."
    )


def _after(piece: CountedPiece, policy: Policy) -> str:
    if piece.value_after is None:
        return "not enough for a value yet"
    level = "not enough for a level yet" if piece.level_after is None else piece.level_after
    if piece.level_after is None and policy.scale.level_at(piece.value_after) is None:
        level = "no level yet"
    return f"{decimal_text(piece.value_after)}, {level}"


_WHY_ASIDE = {
    Reason.VOIDED: "it was withdrawn",
    Reason.SELF_RATING: "it is shown beside the evidence and does not count",
    Reason.KIND: "evidence of this kind does not count under this policy",
    Reason.COURSE: "it was given for no course whose evidence counts under this policy",
}


def _set_aside(aside: AsidePiece, days: dict[str, str]) -> str:
    opening = f"{days[aside.event]}, {KIND_WORDS[aside.kind]} was set aside: "
    match aside.reason:
        case Reason.SUPERSEDED:
            in_place = f"the one of {days[aside.by]}" if aside.by in days else "another one"
            return f"{opening}{in_place} stands in its place."
        case Reason.PURPOSE:
            return f"{opening}evidence for {aside.purpose} does not count under this policy."
        case Reason.REPLACED:
            return f"{opening}it was done over on {days[aside.by or aside.event]}."
        case reason:
            return f"{opening}{_WHY_ASIDE[reason]}."


def _what_next(explanation: Explanation) -> Iterator[str]:
    state = explanation.state
    if state.adoption is None:
        yield "Once a policy is adopted, all evidence recorded until then is looked at under it."
        return
    policy = state.adoption.policy
    if state.override is not None:
        yield _until(policy)
    alone = "" if state.alone is None else "By the evidence alone, "
    if explanation.missing is not None:
        yield from _still_needed(explanation.missing, policy, alone)
        return
    by_evidence = state if state.alone is None else state.alone
    for move in explanation.moves:
        yield _move(move, policy, alone, mastered=by_evidence.status is Status.MASTERED)
    if state.status is Status.MASTERED:
        yield "This holds: go on to what rests on it, or choose this work for the portfolio."
        return
    if explanation.weakest is not None:
        yield f"A good place to start: {explanation.weakest.criterion}."
    if policy.redo is Redo.REPLACES:
        yield "Any piece can be done over; the new one then takes its place."
    else:
        yield "Any piece can be done over; the new one then counts beside it."


def _still_needed(missing: Missing, policy: Policy, alone: str) -> Iterator[str]:
    if missing.pieces:
        yield alone + _needed(missing.pieces, "more piece")
    if missing.kinds and not (missing.pieces and policy.minimum.kinds == 1):  # a first piece brings its kind
        yield alone + _needed(missing.kinds, "more kind")
    if missing.days and missing.days < policy.minimum.days_apart:
        after = f"{_number(missing.days, 'day')} or more after the newest"
        yield f"{alone}{'a' if alone else 'A'} further piece is needed for a level, {after}."
    elif missing.days:
        days = _number(missing.days, "day")
        yield f"{alone}{'the' if alone else 'The'} first and the last piece must lie {days} or more apart."
    yield f"What counts here: {in_words(sorted(policy.counts))}."
    if policy.kinds is not None:
        yield f"It counts as {in_words([KIND_WORDS[kind] for kind in KINDS if kind in policy.kinds])}."


def _until(policy: Policy) -> str:
    if policy.overrides is Overrides.UNTIL_EVIDENCE:
        return "The teacher's judgement stands until there is newer evidence that counts, or it is taken back."
    return "The teacher's judgement stands until it is taken back."


def _move(move: Move, policy: Policy, alone: str, *, mastered: bool) -> str:
    reach = move.level if move.level is not None else "the cut"
    if move.masters and not mastered:
        reach = "mastery" if move.level is None else f"{move.level}, which is mastery"
    top = policy.scale.top
    if move.pieces == 1 and not move.or_more:  # rounded up it might be one that does not reach it
        return f"{alone}{'a' if alone else 'A'} next result worth {_of(move.value, top)} reaches {reach}."
    of = _of(_rounded_up(move.value, top), top)
    if move.pieces == 1:
        return f"{alone}{'a' if alone else 'A'} next result worth {of} or more reaches {reach}."
    return f"{alone}{move.pieces} more results worth {of} each reach {reach}."


def _of(value: int, top: int) -> str:
    return f"{decimal_text(value)} of {decimal_text(top)}"


def _earned(results: tuple[Result, ...]) -> str:
    return ", ".join(
        f"{decimal_text(result.earned)} of {decimal_text(result.possible)}"
        + ("" if result.criterion is None else f" for {result.criterion}")
        for result in results
    )


def day_text(moment: Instant, zone: tzinfo) -> str:
    day = (_EPOCH + timedelta(milliseconds=moment)).astimezone(zone)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _rounded_up(value: int, top: int) -> int:
    """To two places, upwards, so that what is said is enough."""
    return min(top, -(-value // _HUNDREDTH) * _HUNDREDTH)


def percent_text(share: int) -> str:
    return f"{decimal_text(half_even(share * 1000, SCALE) * SCALE // 10)}%"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")


def _needed(count: int, noun: str) -> str:
    return f"{_number(count, noun)} of evidence {'is' if count == 1 else 'are'} needed for a level."


def in_words(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
