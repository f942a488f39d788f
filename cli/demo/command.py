"""`ascertain demo`: the whole platform on this machine, a small invented district, and its story told."""

import asyncio
import contextlib
import signal
from typing import Annotated

import typer
from rich.console import Console

from cli.connection import district_named
from cli.demo.cast import Cast
from cli.demo.open_evening import open_evening
from cli.demo.place import Place, elsewhere
from cli.demo.seeding import seed
from cli.demo.signing_in import open_doors
from cli.demo.story import tell
from cli.demo.telling import Telling
from cli.errors import CommandError
from deploy.errors import AlreadyRunningError
from deploy.local.home import Home, default_path, open_home
from deploy.local.stack import Stack


def demo(
    *,
    once: Annotated[bool, typer.Option(help="End after the story; non-zero if a step was not as told.")] = False,
    tokens_by: Annotated[
        str | None,
        typer.Option(
            metavar="COMMAND",
            help="Play in the new district of ASCERTAIN_URL and ASCERTAIN_TOKEN instead; COMMAND PERSON prints a "
            "personal token of somebody there.",
        ),
    ] = None,
) -> None:
    """Start everything, seed an invented district, and watch a score become a level. Stays up until Ctrl-C."""
    console = Console(highlight=False)
    if tokens_by is not None:
        _end(asyncio.run(_demo_elsewhere(tokens_by, console)), console)
        return
    home = open_home(default_path() / "demo")
    with home.held():  # refused while another demo runs here: its data must not be taken from under it
        home.erase()
    try:
        untrue = asyncio.run(_demo(open_home(home.path), console, once=once))
    finally:
        with contextlib.suppress(AlreadyRunningError), home.held():
            home.erase()
    _end(untrue, console)


async def _demo(home: Home, console: Console, *, once: bool) -> list[str]:
    console.print("[bold]Ascertain[/bold]: real Kafka, real PostgreSQL and five services start on this machine.")
    async with Stack(home, notice=lambda sentence: console.print(f"  {sentence}")) as stack:
        async with Cast(Place.of_stack(stack)) as cast:
            untrue = await _played(cast, console)
            doors, ballots = await open_doors(cast, stack), await open_evening(cast)
        if not once:
            print_addresses(stack, doors, ballots, console)
            await _until_interrupted()
            console.print("Stopping.")
    return untrue


async def _demo_elsewhere(tokens_by: str, console: Console) -> list[str]:
    named = district_named()
    if named is None:
        raise CommandError("Set ASCERTAIN_URL and ASCERTAIN_TOKEN to the district in which the demo is to play.")
    console.print(f"[bold]Ascertain[/bold]: the district at {named[0]}.")
    async with Cast(await elsewhere(*named, tokens_by)) as cast:
        return await _played(cast, console)


async def _played(cast: Cast, console: Console) -> list[str]:
    """Seed the district and tell the story; what was not as told."""
    seeded = await seed(cast.district)
    counts = ", ".join(f"{count} {what}" for what, count in seeded.items())
    console.print(f"An invented district is seeded: {counts}.")
    telling = Telling(console)
    await tell(cast, telling)
    return telling.untrue


def _end(untrue: list[str], console: Console) -> None:
    if untrue:
        console.print(f"[bold red]{len(untrue)} steps were not as told.[/bold red]")
        raise typer.Exit(1)


def print_addresses(stack: Stack, doors: dict[str, str], ballots: list[str], console: Console) -> None:
    """Where everything is: the pages first, and a ballot for whoever comes without an account."""
    url = stack.urls["gateway"]
    console.print()
    console.rule("[bold]It stays up until Ctrl-C.", align="left")
    console.print(f"  Pages               {url}/")
    console.print(f"  API documentation   {url}/docs")
    console.print(f"  OpenAPI             {url}/v1/openapi.json")
    console.print(f"  Kafka               {stack.bootstrap}: evidence.ledger (64 partitions), definitions.ledger (1)")
    console.print("  Sign in, by one button:")
    for label, address in doors.items():
        console.print(f"    {label:<32} {address}", soft_wrap=True)
    console.print("  Vote at an exhibition, without signing in; each ballot counts once:")
    for address in ballots:
        console.print(f"    {address}", soft_wrap=True)
    console.print("  In another terminal, as the district's administrator:")
    console.print(f"    export ASCERTAIN_URL={url} ASCERTAIN_TOKEN={stack.operator.token}", soft_wrap=True)
    console.print("    ./ascertain portfolio learner-amara; ./ascertain grades learner-bao; ./ascertain audit --all")


async def _until_interrupted() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
