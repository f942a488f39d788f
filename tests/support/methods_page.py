"""`docs/methods.md`: every method with its formula and source, and what was found of its promises.

Written by `python -m tests.support.methods_page`; a contract test holds the committed page to it.
"""

from collections.abc import Iterator
from pathlib import Path

from shared.rulebook.method import Method
from shared.rulebook.table import METHODS
from tests.support.promises import (
    BEFORE,
    LONGEST,
    TRIED,
    WHILE,
    Promise,
    better_children,
    children_methods,
    contributions_methods,
    of_children,
    promises_of,
    text,
)

PAGE = Path(__file__).parents[2] / "docs" / "methods.md"

OPENING = """# Methods

How the values of a learner's evidence become one value, and so a level. A policy names one of these by its id. **An id
never changes its meaning**: whoever changes what a method computes gives it a new number, so that a level of years ago
comes out again to the last digit. `./ascertain rules list` and `show ID` say the same at a terminal, and `score` tries
a method on cases of your own, without a stack.

Evidence is in order of `min(occurred_at, recorded_at)`, then of its place in the record; sₖ is the value of the k-th
piece, `top ×` its share of what was possible, six places. A method yields the value after each piece, *none* where
there is not enough for one. `ascertain.*`, `recent.*` and roll-ups are exact decimals; `canvas.*` has Canvas's doubles
and Ruby's rounding, in one module; power laws are decimals of 50 digits, rounded to six places.

This page is written by `python -m tests.support.methods_page`.

## What each promises

Tried on every history of up to {longest} pieces worth 0 to 4, on a scale to 4 with mastery from 3 (knowledge tracing:
3.8), the smallest against a promise shown; longer ones are tried by Hypothesis. *Better*: had a piece been better, the
value would not be lower. *One more*: a further piece at or above the value never lowers it. *An old failure*: whether a
zero at the start is ever without effect ({longest_run} pieces at the top after it). *One slip*: whether a zero after
ten at the top leaves it mastered.

For **all** of them the order of arrival does not matter, a voided piece is as if it had never been, a repeat changes
nothing, the value stays on the scale, what is folded anew is what was folded, and two processes give the same bytes
(`tests/properties/rulebook/test_method_promises.py`). The pace does not matter either, but for those marked †.

"""

SUSTAINED = """
Why a school might prefer it: an average mixes what was with what is, and the latest result stands on one day. This asks
what the learner **keeps** showing. Three results at 3 or more, of two kinds (a test and a seminar, say), are a 3; a
further result at or above the level never lowers it, so nobody need fear to show more; one lucky result never makes it,
since the other two must hold as well; and k pieces later an early failure is gone. The rule fits in a sentence that a
learner can check by counting.

What it cannot see: how much better than the lowest the others were, so growth shows only once the lowest of the last k
has left; whether a low result was a slip or the truth, so that one slip does undo it until k more pieces stand (let a
redo replace the piece, or a teacher judge); how long ago the pieces are, or how far apart; and whether two kinds are
really different evidence: it believes the kinds that the record names. With fewer than k pieces, or one kind, it says
nothing at all, which is *not enough*, never *not yet*.
"""

_FURTHER = {"ascertain.sustained@1": SUSTAINED}


def page() -> str:
    """The whole page."""
    return "\n".join(_lines()).rstrip() + "\n"


def _lines() -> Iterator[str]:
    yield OPENING.format(longest=LONGEST, longest_run=WHILE).rstrip()
    yield ""
    yield f"| Method, as tried | Better | One more | An old failure | One slip, after {BEFORE} × 4 |"
    yield "|---|---|---|---|---|"
    for method in contributions_methods():
        found = promises_of(method)
        yield (
            f"| {_as_tried(method)} | {_holds(found.better)} | {_holds(found.more)} "
            f"| {_goes(found.failure)} | {_stands(found.slip)} |"
        )
    yield ""
    yield "Of children: *better* as above; and what 4, 4 and a child at 0, or not assessed, come to."
    yield ""
    yield "| Method | Better | 4, 4, 0 | 4, 4, none |"
    yield "|---|---|---|---|"
    for method in children_methods():
        weak, missing = of_children(method, (4, 4, 0)), of_children(method, (4, 4, None))
        yield f"| `{method.id}` | {_holds(better_children(method))} | {text(weak)} | {text(missing)} |"
    yield ""
    family = ""
    for method in METHODS.values():
        if method.id.partition(".")[0] != family:
            family = method.id.partition(".")[0]
            yield f"## {family}"
            yield ""
        yield from _section(method)


def _section(method: Method) -> Iterator[str]:
    yield f"### `{method.id}`"
    yield ""
    yield method.words.replace("{", "*").replace("}", "*")
    yield ""
    yield f"- Formula: {method.formula}."
    for name, parameter in method.named.items():
        left_out = "" if parameter.default is None else f" Left out: {parameter.write(parameter.default)}."
        yield f"- `{name}` must {parameter.must}: {parameter.about}.{left_out}"
    if method.prefixes:
        own = ", ".join(f"`{prefix}.TEMPLATE`" for prefix in method.prefixes)
        yield f"- Also for one template alone: {own}."
    yield f"- Source: {method.source}."
    yield f"- Why: {method.why}"
    if method.staff:
        yield "- For staff only."
    further = _FURTHER.get(method.id)
    yield further or ""


def _as_tried(method: Method) -> str:
    given = ", ".join(f"{name} {value}" for name, value in TRIED.get(method.id, {}).items())
    return f"`{method.id}`{' †' if method.days else ''}{f' ({given})' if given else ''}"


def _holds(promise: Promise) -> str:
    return "yes" if promise.holds else f"**no:** {promise.seen}"


def _goes(promise: Promise) -> str:
    return f"gone {promise.seen}" if promise.holds else f"**stays:** {promise.seen}"


def _stands(promise: Promise) -> str:
    return f"stands: {promise.seen}" if promise.holds else f"**undone:** {promise.seen}"


if __name__ == "__main__":
    PAGE.write_text(page())
