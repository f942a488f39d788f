"""`test`: everything that must hold before a change goes in, one check after the other. `bench`: how fast it is.

`test --long` tries also what takes long. `test --containers` runs the integration tests on containers of the official
images.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from cli.errors import CommandError
from cli.faults import FAULTS, LONG, run_faults
from deploy.local.home import ROOT

ROOMS = ("shared", "services", "cli", "deploy", "tests", "examples")
CHECKS = (
    ("lints", ("ruff", "check", ".", "ascertain")),
    ("format", ("ruff", "format", "--check", ".", "ascertain")),
    ("types", ("mypy", "--num-workers", "2", *ROOMS, "ascertain")),
    ("imports", ("lint-imports",)),
)
TESTS = ("tests", ("pytest",))
TOGETHER = ("--numprocesses", "2", "--dist", "loadfile", "--no-loadscope-reorder")
"""Two files at a time: most tests wait for servers, and a file's tests share what they set up. In the order of their
folders: by their counts of tests, as pytest-xdist has it, the few that take longest would come last, and one waits.

Three at a time took no less on two cores: they are what the tests wait for.
"""


CONTAINERS = "--containers"
NO_BROWSER = "Pages are not tried in a browser: there is no chromium here; `apt-get install chromium` brings it."
LEFT_OUT = (
    "What takes long is left out, where something shorter finds most of it; `./ascertain test --long` tries it too."
)
INTEGRATION = ("tests/integration", "-m", "not stack")
"""What is tried on containers unless something else is named: all but the tests that start an embedded stack."""


def check(
    arguments: Annotated[
        list[str] | None, typer.Argument(help="passed on to pytest; then only pytest runs, but with --long alone")
    ] = None,
) -> None:
    """Run lints, types and all tests. The exit code is that of the first that failed."""
    if arguments and FAULTS in arguments:
        raise typer.Exit(run_faults(arguments, TOGETHER, _run))
    if arguments and CONTAINERS in arguments:
        _need_containers()
        if arguments == [CONTAINERS]:
            arguments += INTEGRATION
    if arguments and arguments != [LONG]:
        checks = [(TESTS[0], (*TESTS[1], *arguments))]
    else:
        checks = [*CHECKS, (TESTS[0], (*TESTS[1], *TOGETHER, *(arguments or [])))]
    if LONG not in (arguments or []):
        typer.echo(LEFT_OUT)
    if shutil.which("chromium") is None:
        typer.echo(NO_BROWSER)
    outcomes = {}
    for number, (name, command) in enumerate(checks, start=1):
        typer.echo(f"[{number}/{len(checks)}] {name}")
        begun = time.monotonic()
        outcomes[name] = _run(command)
        verdict = "passed" if outcomes[name] == 0 else "FAILED"
        typer.echo(f"[{number}/{len(checks)}] {name}: {verdict} ({time.monotonic() - begun:.0f} s)\n")
    failed = [name for name, code in outcomes.items() if code != 0]
    if failed:
        typer.echo(f"Failed: {', '.join(failed)}.", err=True)
        raise typer.Exit(outcomes[failed[0]])


def bench(
    arguments: Annotated[list[str] | None, typer.Argument(help="names of benches, --json; all without any")] = None,
) -> None:
    """Measure each part beside a limit that is measured in the same run."""
    raise typer.Exit(_run(("python", "-m", "tests.performance", *(arguments or []))))


def _need_containers() -> None:
    """Raises CommandError where this machine has no Docker that answers."""
    try:
        answer = subprocess.run(
            ("docker", "version", "--format", "{{.Server.Version}}"),  # noqa: S607  (wherever it is installed)
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CommandError("--containers needs Docker, and there is none on this machine that answers.") from error
    if answer.returncode != 0:
        words = answer.stderr.strip().splitlines()
        raise CommandError(f"--containers needs Docker, which does not answer: {words[-1] if words else 'no reason'}")


def _run(command: tuple[str, ...]) -> int:
    program = Path(sys.executable).with_name(command[0])
    # what is compiled is kept, whatever is usual here: the tests start hundreds of processes that would compile it anew
    kept = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(  # noqa: S603  (the checks named above)
        (str(program), *command[1:]), cwd=ROOT, env=kept | {"PYTHONPATH": str(ROOT)}
    )
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.wait()  # the terminal interrupted it too, and it ends what it started
        raise
