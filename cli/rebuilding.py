"""`rebuild`: a service's tables made anew from the ledger while they are served."""

import signal
import subprocess
from typing import Annotated, Literal

import typer

from cli.errors import CommandError
from deploy.local.home import open_home
from deploy.local.services import SERVICES, command, running_district


def rebuild(
    service: Annotated[Literal["mastery", "portfolio", "audit"], typer.Argument(help="whose tables")],
    compare: Annotated[bool, typer.Option("--compare", help="fill and compare only; nothing is switched")] = False,
    back: Annotated[bool, typer.Option("--back", help="return to the version that served before")] = False,
    drop: Annotated[bool, typer.Option("--drop", help="remove the versions that do not serve")] = False,
    accept_differences: Annotated[
        bool, typer.Option("--accept-differences", help="switch also where the versions are not equal")
    ] = False,
) -> None:
    """Fill another version of the tables from the ledger, compare it with the one that serves, and switch to it.

    The service goes on serving. Interrupted at any moment, it goes on when asked again.
    """
    wishes = [name for name, wished in (("compare", compare), ("back", back), ("drop", drop)) if wished] or ["switch"]
    if len(wishes) > 1:
        raise CommandError(f"--{wishes[0]} and --{wishes[1]} cannot both be done; ask for one of them.")
    district = running_district(open_home())
    chosen = next(one for one in SERVICES if one.name == service)
    further = ["--accept-differences"] if accept_differences else []
    process = subprocess.Popen(  # noqa: S603 - the service's own program
        command(chosen, "--rebuild", wishes[0], *further), env=district.environment(chosen), cwd=district.home.path
    )
    try:
        code = process.wait()
    except KeyboardInterrupt:
        process.send_signal(signal.SIGTERM)
        process.wait()
        raise
    if code < 0:
        raise CommandError(f"The rebuild was ended by signal {-code}. Ask again; it goes on where it was.")
    raise typer.Exit(code)
