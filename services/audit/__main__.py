"""`python -m services.audit --run http,projector | --migrate`."""

import argparse
import asyncio

import uvloop

from services.audit.main import ROLES, SERVICE, run
from shared.runtime.logging import start_logging
from shared.runtime.migrate import migrate
from shared.runtime.settings import Settings


def main() -> None:
    """Do what the arguments say. Ends with 2 where they, or the settings, are wrong."""
    parser = argparse.ArgumentParser(prog="python -m services.audit")
    wish = parser.add_mutually_exclusive_group(required=True)
    wish.add_argument("--run", type=_roles, metavar="ROLES", help=f"some of {','.join(ROLES)}")
    wish.add_argument("--migrate", action="store_true", help="bring the database up to the newest revision")
    arguments = parser.parse_args()
    settings = Settings()
    start_logging(SERVICE, settings.log_level)
    if arguments.migrate:
        if settings.database_migrator is None:
            parser.error("--migrate needs ASCERTAIN_DATABASE_MIGRATOR")
        migrate(SERVICE, settings.database_migrator)
        return
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run(settings, arguments.run))


def _roles(written: str) -> tuple[str, ...]:
    roles = tuple(written.split(","))
    if not roles or set(roles) - set(ROLES):
        raise argparse.ArgumentTypeError(f"must be some of {', '.join(ROLES)}, separated by commas")
    return roles


if __name__ == "__main__":
    main()
