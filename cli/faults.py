"""`test --faults`: the long form of the fault tests, for as many minutes as it is given, and their results."""

import argparse
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

FAULTS = "--faults"
LONG = "--long"
MINUTES = 15.0
RESULTS = "tests.support.fault_results"
"""The program that writes what came of it into `docs/guarantees.md`."""

Run = Callable[[tuple[str, ...]], int]
"""Runs a program of the environment to its end, and gives back its exit code."""


def run_faults(arguments: Sequence[str], together: Sequence[str], run: Run) -> int:
    """Break whatever can be broken for about `--minutes`; the exit code of the first that failed.

    `--write-results` writes the results where the guarantees stand, `--history FILE` the journal of all clients.
    What else stands there is passed on to pytest.
    """
    parser = argparse.ArgumentParser(prog="ascertain test --faults", add_help=False)
    parser.add_argument(FAULTS, action="store_true")
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--write-results", action="store_true")
    asked, more = parser.parse_known_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.jsonl"
        options = (LONG, f"--minutes={asked.minutes}", f"--results={results}")
        code = run(("pytest", "tests/faults", *together, *options, *more))
        if asked.write_results and results.exists():
            return run(("python", "-m", RESULTS, str(results))) or code
    return code
