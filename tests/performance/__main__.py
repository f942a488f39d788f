"""`python -m tests.performance [NAME …] [--json]`: measure, and print every figure beside its limit."""

import argparse
import dataclasses
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TypeAlias

import uvloop

from tests.performance import (
    Figure,
    append,
    audit,
    exhibition,
    fold,
    freshness,
    http,
    mastery,
    pages,
    projection,
    refold,
    relay,
    release,
    start,
    what_if,
    worst_hour,
)

Bench: TypeAlias = Callable[[], Awaitable[list[Figure]]]

BENCHES: Mapping[str, Bench] = MappingProxyType(
    {
        "append": append.figures,
        "relay": relay.figures,
        "projection": projection.figures,
        "mastery": mastery.figures,
        "fold": fold.figures,
        "refold": refold.figures,
        "what_if": what_if.figures,
        "audit": audit.figures,
        "http": http.figures,
        "release": release.figures,
        "exhibition": exhibition.figures,
        "pages": pages.figures,
        "start": start.figures,
        "freshness": freshness.figures,
        "worst_hour": worst_hour.figures,
    }
)

LONG = ("worst_hour",)
"""Run only where they are named."""


async def measure(benches: Mapping[str, Bench], *, as_json: bool) -> None:
    """Run these benches, one after the other, and print what each found as soon as it is there."""
    found = []
    for name, figures in benches.items():
        print(f"Measuring {name} …", file=sys.stderr)  # noqa: T201 - its report
        for figure in await figures():
            found.append({**dataclasses.asdict(figure), "ratio": figure.ratio})
            if not as_json:
                print(line(figure), flush=True)  # noqa: T201 - its report
    if as_json:
        print(json.dumps(found, indent=2))  # noqa: T201 - its report


def line(figure: Figure) -> str:
    """A figure for people: what, how much, and how much of its limit that is."""
    words = f"{figure.name:<58} {figure.value:>11,.1f} {figure.unit:<15}"
    if figure.ratio is None:
        return words
    return f"{words} {figure.ratio:5.2f} × {figure.limit_name} ({figure.limit_value:,.1f})"


def main() -> None:
    """Raises SystemExit where a bench is asked for that there is not."""
    parser = argparse.ArgumentParser(prog="ascertain bench", description="Measure each part beside its limit.")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHES)}; all but {', '.join(LONG)} without any"
    )
    parser.add_argument("--json", action="store_true", help="figures for machines")
    parser.add_argument("--minutes", type=float, default=worst_hour.GIVEN, help="how long worst_hour lasts")
    parser.add_argument(
        "--millions", type=float, default=refold.GIVEN, help="of contributions that refold and what_if fold"
    )
    asked = parser.parse_args()
    unknown = [name for name in asked.names if name not in BENCHES]
    if unknown:
        parser.error(f"There is no bench {unknown[0]}; there are {', '.join(BENCHES)}.")
    benches: dict[str, Bench] = {
        **BENCHES,
        "refold": partial(refold.figures, asked.millions),
        "what_if": partial(what_if.figures, asked.millions),
        "worst_hour": partial(worst_hour.figures, asked.minutes),
    }
    names = asked.names or [name for name in BENCHES if name not in LONG]
    uvloop.run(measure({name: benches[name] for name in names}, as_json=asked.json))


main()
