"""`python -m tests.performance [NAME …] [--json]`: measure, and print every figure beside its limit."""

import argparse
import dataclasses
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

import uvloop

from tests.performance import Figure, append, audit, fold, http, mastery, projection, relay, release, start

BENCHES: Mapping[str, Callable[[], Awaitable[list[Figure]]]] = MappingProxyType(
    {
        "append": append.figures,
        "relay": relay.figures,
        "projection": projection.figures,
        "mastery": mastery.figures,
        "fold": fold.figures,
        "audit": audit.figures,
        "http": http.figures,
        "release": release.figures,
        "start": start.figures,
    }
)


async def measure(names: list[str], *, as_json: bool) -> None:
    """Run the benches named, one after the other, and print what each found as soon as it is there."""
    found = []
    for name in names:
        print(f"Measuring {name} …", file=sys.stderr)  # noqa: T201 - its report
        for figure in await BENCHES[name]():
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
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHES)}; all without any")
    parser.add_argument("--json", action="store_true", help="figures for machines")
    asked = parser.parse_args()
    unknown = [name for name in asked.names if name not in BENCHES]
    if unknown:
        parser.error(f"There is no bench {unknown[0]}; there are {', '.join(BENCHES)}.")
    uvloop.run(measure(asked.names or list(BENCHES), as_json=asked.json))


main()
