"""What a policy says, in sentences for whoever decides on it."""

from collections.abc import Iterator

from shared.ledger.decimals import unscaled
from shared.rulebook.certainty_wording import KINDS_COUNTED
from shared.rulebook.policy import Overrides, Policy, Redo, Slip
from shared.rulebook.wording import in_words


def sentences(policy: Policy) -> list[str]:
    """A sentence a member, in the order in which a document has them."""
    return [*_scale(policy), *_what_counts(policy), *_what_happens(policy)]


def _scale(policy: Policy) -> Iterator[str]:
    scale = policy.scale
    levels = ", ".join(f"{level.name} from {unscaled(level.at)}" for level in scale.levels)
    yield f"Scale: 0 to {unscaled(scale.top)}; {levels}. Mastery begins at {unscaled(scale.cut)}."
    yield f"Method: {policy.method.id}. {policy.method.told(policy.parameters)}"
    if policy.roll_up is None:
        yield "Competencies made of parts: no level comes from the parts."
    else:
        method = policy.roll_up.method
        yield f"Competencies made of parts: {method.id}. {method.told(policy.roll_up.parameters)}"


def _what_counts(policy: Policy) -> Iterator[str]:
    kinds = "every kind but an audience's rating"
    if policy.kinds is not None:
        kinds = in_words([many for kind, (_, many) in KINDS_COUNTED.items() if kind in policy.kinds])
    courses = "" if policy.courses is None else f", of {_number(len(policy.courses), 'course')} alone"
    yield f"Counts: evidence for {in_words(sorted(policy.counts))}, of {kinds}{courses}."
    least = policy.minimum
    days = "" if not least.days_apart else f", the first and the last {_number(least.days_apart, 'day')} apart"
    yield f"A level needs {_number(least.pieces, 'piece')}, of {_number(least.kinds, 'kind')}{days}."


def _what_happens(policy: Policy) -> Iterator[str]:
    if policy.redo is Redo.REPLACES:
        yield "What is done over takes the place of the first."
    else:
        yield "What is done over counts beside the first."
    if policy.relearn:
        yield f"Before it is done over: {in_words(list(policy.relearn))}."
    if policy.slip is Slip.FROM_MINIMUM:
        yield "Slipped is who was at the cut once there was enough evidence, and is not now."
    else:
        yield "Slipped is who was at the cut after any piece, and is not now."
    if policy.overrides is Overrides.UNTIL_EVIDENCE:
        yield "A teacher's override stands until there is new evidence, or it is cleared."
    else:
        yield "A teacher's override stands until it is cleared."
    if policy.accommodation is None:
        yield "A policy for one learner may be any."
    elif policy.accommodation:
        yield f"A policy for one learner may differ in {in_words(sorted(policy.accommodation))} alone."
    else:
        yield "There may be no other policy for one learner."
    if policy.mode == "keep_attained":
        yield "Adopted, it keeps what was attained before."


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")
