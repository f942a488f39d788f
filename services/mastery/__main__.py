"""`python -m services.mastery --run http,projector | --migrate | --release OWNER`."""

import argparse
import asyncio
import sys

import uvloop

from services.mastery.main import ROLES, SERVICE, release_owner, run
from shared.ledger.identifiers import is_id
from shared.runtime.logging import start_logging
from shared.runtime.migrate import migrate
from shared.runtime.quarantine import NotReleasedError
from shared.runtime.settings import Settings


def main() -> None:
    """Do what the arguments say. Ends with 2 where they, or the settings, are wrong."""
    parser = argparse.ArgumentParser(prog="python -m services.mastery")
    wish = parser.add_mutually_exclusive_group(required=True)
    wish.add_argument("--run", type=_roles, metavar="ROLES", help=f"some of {','.join(ROLES)}")
    wish.add_argument("--migrate", action="store_true", help="bring the database up to the newest revision")
    wish.add_argument("--release", type=_owner, metavar="OWNER", help="fold an owner in quarantine again")
    arguments = parser.parse_args()
    settings = Settings()
    start_logging(SERVICE, settings.log_level)
    if arguments.migrate:
        if settings.database_migrator is None:
            parser.error("--migrate needs ASCERTAIN_DATABASE_MIGRATOR")
        migrate(SERVICE, settings.database_migrator)
        return
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        if arguments.run:
            runner.run(run(settings, arguments.run))
            return
        try:
            count = runner.run(release_owner(settings, arguments.release))
        except NotReleasedError as error:
            raise SystemExit(str(error)) from error
        sys.stdout.write(f"{arguments.release} is released: {count} entries were folded again\n")


def _roles(written: str) -> tuple[str, ...]:
    roles = tuple(written.split(","))
    if not roles or set(roles) - set(ROLES):
        raise argparse.ArgumentTypeError(f"must be some of {', '.join(ROLES)}, separated by commas")
    return roles


def _owner(written: str) -> str:
    if not is_id(written):
        raise argparse.ArgumentTypeError("must be an owner's id, a lowercase UUID with hyphens")
    return written


if __name__ == "__main__":
    main()
