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

PROSE = Path(__file__).with_name("methods_prose")
"""What people write on the page: `opening.md`, and what stands below a method beyond its row."""

_FURTHER = {
    "ascertain.sustained@1": "sustained.md",
    "canvas.weighted_average@1": "canvas_names.md",
    "bkt.forward@1": "tracing.md",
}


def page() -> str:
    """The whole page."""
    return "\n".join(_lines()).rstrip() + "\n"


def _lines() -> Iterator[str]:
    opening = (PROSE / "opening.md").read_text()
    yield opening.replace("<longest>", str(LONGEST)).replace("<while>", str(WHILE)).rstrip()
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
    yield ""
    if method.id in _FURTHER:
        yield (PROSE / _FURTHER[method.id]).read_text()


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
