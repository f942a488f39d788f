"""The command line that every service has: `--run ROLES | --migrate`, and what a service adds of its own."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

import uvloop

from shared.ledger.identifiers import is_id
from shared.runtime.logging import start_logging
from shared.runtime.migrate import migrate
from shared.runtime.quarantine import NotReleasedError
from shared.runtime.settings import Settings
from shared.runtime.versions.wishes import WISHES, NotRebuiltError

_Result = TypeVar("_Result")


class CommandLine:
    """`wish` takes further things that can be asked for, of which each run does exactly one."""

    def __init__(self, service: str, roles: Sequence[str]) -> None:
        self._service = service
        self.parser = argparse.ArgumentParser(prog=f"python -m services.{service}")
        self.wish = self.parser.add_mutually_exclusive_group(required=True)
        self.wish.add_argument("--run", type=_roles(roles), metavar="ROLES", help=f"some of {','.join(roles)}")
        self.wish.add_argument("--migrate", action="store_true", help="bring the database up to the newest revision")

    def add_release(self) -> None:
        """Let an owner in quarantine be folded again; see `released`."""
        self.wish.add_argument(
            "--release", type=id_named("an owner's id"), metavar="OWNER", help="fold an owner in quarantine again"
        )

    def add_rebuild(self) -> None:
        """Let the service's tables be rebuilt while it serves; see `rebuilt`."""
        self.wish.add_argument(
            *("--rebuild",),
            choices=WISHES,
            help="fill another version of the tables from the ledger, and: switch to it; compare only; go back to the"
            " version before; drop what does not serve",
        )
        self.parser.add_argument(
            "--accept-differences", action="store_true", help="switch also where the versions are not equal"
        )

    def read(self) -> argparse.Namespace:
        """What was asked for. Ends the process with 2 where it cannot be understood."""
        return self.parser.parse_args()

    def migrate(self, settings: Settings) -> None:
        """Migrate the service's database. Ends the process with 2 where the settings name no migrator."""
        if settings.database_migrator is None:
            self.parser.error("--migrate needs ASCERTAIN_DATABASE_MIGRATOR")
        migrate(self._service, settings.database_migrator)

    def start_logging(self, settings: Settings) -> None:
        start_logging(self._service, settings.log_level)


def run_async(work: Coroutine[Any, Any, _Result]) -> _Result:
    """Run a coroutine to its end on uvloop, and give back what it returns."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def released(owner: str, releasing: Coroutine[Any, Any, int]) -> None:
    """Fold an owner again and tell how many entries it took. Ends the process with 1 and why, where it stays held."""
    try:
        count = run_async(releasing)
    except NotReleasedError as error:
        raise SystemExit(str(error)) from error
    sys.stdout.write(f"{owner} is released: {count} entries were folded again\n")


def rebuilt(rebuilding: Coroutine[Any, Any, None]) -> None:
    """Rebuild, as `versions.rebuild.rebuilt` does. Ends the process with 1 and why, where nothing was switched."""
    try:
        run_async(rebuilding)
    except NotRebuiltError as error:
        raise SystemExit(str(error)) from error


def say(sentence: str) -> None:
    """Tell the operator at once."""
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def id_named(what: str) -> Callable[[str], str]:
    """A type for an argument that is an id, named for people as `what`."""

    def read(written: str) -> str:
        if not is_id(written):
            raise argparse.ArgumentTypeError(f"must be {what}, a lowercase UUID with hyphens")
        return written

    return read


def _roles(known: Sequence[str]) -> Callable[[str], tuple[str, ...]]:
    def read(written: str) -> tuple[str, ...]:
        roles = tuple(written.split(","))
        if set(roles) - set(known):
            raise argparse.ArgumentTypeError(f"must be some of {', '.join(known)}, separated by commas")
        return roles

    return read
