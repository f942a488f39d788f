"""`python -m services.evidence --run http,projector,relay | --migrate | --bootstrap PERSON`."""

import argparse
import asyncio
import sys

import uvloop

from services.evidence.main import ROLES, bootstrap_district, run
from services.evidence.settings import EvidenceSettings
from shared.ledger.identifiers import is_id
from shared.runtime.logging import start_logging
from shared.runtime.migrate import migrate


def main() -> None:
    """Do what the arguments say. Ends with 2 where they, or the settings, are wrong."""
    parser = argparse.ArgumentParser(prog="python -m services.evidence")
    wish = parser.add_mutually_exclusive_group(required=True)
    wish.add_argument("--run", type=_roles, metavar="ROLES", help=f"some of {','.join(ROLES)}")
    wish.add_argument("--migrate", action="store_true", help="bring the databases up to the newest revision")
    wish.add_argument("--bootstrap", type=_person, metavar="PERSON", help="make a person the district's administrator")
    arguments = parser.parse_args()
    settings = EvidenceSettings()
    start_logging("evidence", settings.log_level)
    if arguments.migrate:
        if settings.database_migrator is None or settings.database_keys_migrator is None:
            parser.error("--migrate needs ASCERTAIN_DATABASE_MIGRATOR and ASCERTAIN_DATABASE_KEYS_MIGRATOR")
        migrate("evidence", settings.database_migrator)
        migrate("evidence", settings.database_keys_migrator, room="vault")
    elif arguments.bootstrap is not None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            new = runner.run(bootstrap_district(settings, arguments.bootstrap))
        sys.stdout.write(f"{arguments.bootstrap} {'now administers' if new else 'administers already'} the district\n")
    else:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run(settings, arguments.run))


def _roles(written: str) -> tuple[str, ...]:
    roles = tuple(written.split(","))
    if not roles or set(roles) - set(ROLES):
        raise argparse.ArgumentTypeError(f"must be some of {', '.join(ROLES)}, separated by commas")
    return roles


def _person(written: str) -> str:
    if not is_id(written):
        raise argparse.ArgumentTypeError("must be a person's id, a lowercase UUID with hyphens")
    return written


if __name__ == "__main__":
    main()
