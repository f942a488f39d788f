"""`up`, `down`, `status`, `logs`, `reset`: the embedded stack in the background."""

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from cli.errors import CommandError
from cli.status import report, table
from deploy.local import background
from deploy.local.home import Home, open_home
from deploy.local.kafka_jars import are_kafka_jars_here, download_size, fetch_kafka_jars

NOT_UP = 3
TAIL_LINES = 200
LOOK_AGAIN_SECONDS = 0.2


def up() -> None:
    """Start the stack in the background and wait until it is up."""
    home = open_home()
    asyncio.run(_up(home))


async def _up(home: Home) -> None:
    if home.holder() is None:
        await bring_kafka()
        typer.echo(f"Starting the stack in {home.path}")
    description = await background.up(home, typer.echo)
    typer.echo(f"API documentation: {description.urls['gateway']}/docs")
    typer.echo("See also: ./ascertain status, ./ascertain logs SERVICE, ./ascertain down")


async def bring_kafka() -> None:
    """Download Kafka where it is not here yet, with a bar."""
    if are_kafka_jars_here():
        return
    columns = (TextColumn("Downloading Kafka"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=download_size())
        await fetch_kafka_jars(lambda here, _total: progress.update(task, completed=here))
    if not sys.stderr.isatty():
        typer.echo(f"Kafka is downloaded ({download_size() / 1e6:.0f} MB).")


def down() -> None:
    """End the stack, with everything flushed."""
    begun = time.monotonic()
    if not asyncio.run(background.down(open_home())):
        typer.echo("The stack was not up.")
        return
    typer.echo(f"The stack is down ({time.monotonic() - begun:.1f} s).")


def status(
    as_json: Annotated[bool, typer.Option("--json", help="everything there is to know, for machines")] = False,
) -> None:
    """Tell where everything is and how it does. Exit code 3 where the stack is not up."""
    home = open_home()
    found = asyncio.run(report(home))
    if as_json:
        typer.echo(json.dumps(found, indent=2))
    else:
        table(found, Console())
    if found["phase"] != "up":
        raise typer.Exit(NOT_UP)


def logs(
    service: Annotated[
        str, typer.Argument(metavar="SERVICE", help="evidence, mastery, audit, gateway, kafka, postgres or stack")
    ],
    follow: Annotated[bool, typer.Option("--follow", "-f", help="go on as more is written")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", help="how many of the last lines")] = TAIL_LINES,
) -> None:
    """Show the end of a service's log."""
    home = open_home()
    log = home.log_of(service)
    if "/" in service or not log.exists():
        known = sorted(file.stem for file in home.logs.glob("*.log"))
        raise CommandError(f"There is no log named {service}. There are: {', '.join(known) or 'none yet'}.")
    with log.open(errors="replace") as text:
        sys.stdout.writelines(text.readlines()[-lines:] if lines > 0 else [])
        while follow:
            sys.stdout.flush()
            fresh = text.read()
            sys.stdout.write(fresh)
            if not fresh:
                time.sleep(LOOK_AGAIN_SECONDS)
                if _was_turned_over(log, text.fileno()):
                    raise CommandError(f"The log {log} was begun anew; ask again to follow it.")


def reset(yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False) -> None:
    """Remove everything the stack holds: ledger, topics, keys. There is no way back."""
    home = open_home()
    if not yes:
        typer.confirm(f"Remove everything in {home.path}: the ledger, the topics, the keys?", abort=True)
    asyncio.run(background.down(home))
    with home.held():
        home.erase()
    typer.echo("Everything is removed.")


def _was_turned_over(log: Path, number: int) -> bool:
    return not log.exists() or log.stat().st_ino != os.fstat(number).st_ino
