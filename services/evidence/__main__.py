"""`python -m services.evidence --run http,projector,relay | --migrate | --bootstrap PERSON`."""

import sys

from services.evidence import ROLES, SERVICE
from services.evidence.settings import EvidenceSettings
from shared.runtime.command_line import CommandLine, id_named, run_async
from shared.runtime.migrate import migrate


def main() -> None:
    """Do what the arguments say. Ends with 2 where they, or the settings, are wrong."""
    line = CommandLine(SERVICE, ROLES)
    line.wish.add_argument(
        "--bootstrap",
        type=id_named("a person's id"),
        metavar="PERSON",
        help="make a person the district's administrator",
    )
    wish = line.read()
    settings = EvidenceSettings()
    line.start_logging(settings)
    if wish.migrate:
        if settings.database_keys_migrator is None:
            line.parser.error("--migrate needs ASCERTAIN_DATABASE_KEYS_MIGRATOR")
        line.migrate(settings)
        migrate("evidence", settings.database_keys_migrator, room="vault")
    elif wish.run:
        from services.evidence.main import run

        run_async(run(settings, wish.run))
    else:
        from services.evidence.main import bootstrap_district

        new = run_async(bootstrap_district(settings, wish.bootstrap))
        sys.stdout.write(f"{wish.bootstrap} {'now administers' if new else 'administers already'} the district\n")


if __name__ == "__main__":
    main()
