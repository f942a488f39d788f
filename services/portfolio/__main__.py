"""`python -m services.portfolio --run http,projector | --migrate | --release OWNER`."""

from services.portfolio import ROLES, SERVICE
from shared.runtime.command_line import CommandLine, released, run_async
from shared.runtime.settings import Settings


def main() -> None:
    """Do what the arguments say. Ends with 2 where they, or the settings, are wrong."""
    line = CommandLine(SERVICE, ROLES)
    line.add_release()
    wish = line.read()
    settings = Settings()
    line.start_logging(settings)
    if wish.migrate:
        line.migrate(settings)
    elif wish.run:
        from services.portfolio.main import run

        run_async(run(settings, wish.run))
    else:
        from services.portfolio.main import release_quarantined

        released(wish.release, release_quarantined(settings, wish.release))


if __name__ == "__main__":
    main()
