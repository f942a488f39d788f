"""`python -m services.portfolio --run http,projector | --migrate | --release OWNER`."""

import sys

from services.portfolio import ROLES, SERVICE
from shared.runtime.command_line import CommandLine, id_named, run_async
from shared.runtime.quarantine import NotReleasedError
from shared.runtime.settings import Settings


def main() -> None:
    """Do what the arguments say. Ends with 2 where they, or the settings, are wrong."""
    line = CommandLine(SERVICE, ROLES)
    line.wish.add_argument(
        "--release", type=id_named("an owner's id"), metavar="OWNER", help="fold an owner in quarantine again"
    )
    wish = line.read()
    settings = Settings()
    line.start_logging(settings)
    if wish.migrate:
        line.migrate(settings)
    elif wish.run:
        from services.portfolio.main import run

        run_async(run(settings, wish.run))
    else:
        _release(settings, wish.release)


def _release(settings: Settings, owner: str) -> None:
    try:
        from services.portfolio.main import release_quarantined

        count = run_async(release_quarantined(settings, owner))
    except NotReleasedError as error:
        raise SystemExit(str(error)) from error
    sys.stdout.write(f"{owner} is released: {count} entries were folded again\n")


if __name__ == "__main__":
    main()
