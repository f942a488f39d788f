"""`python -m services.portfolio --run http,projector | --migrate | --release OWNER | --rebuild WISH`."""

from services.portfolio import ROLES, SERVICE
from shared.runtime.command_line import CommandLine, rebuilt, released, run_async, say
from shared.runtime.settings import Settings


def main() -> None:
    """Do what the arguments say. Ends with 2 where they, or the settings, are wrong."""
    line = CommandLine(SERVICE, ROLES)
    line.add_release()
    line.add_rebuild()
    wish = line.read()
    settings = Settings()
    line.start_logging(settings)
    if wish.migrate:
        line.migrate(settings)
    elif wish.run:
        from services.portfolio.main import run

        run_async(run(settings, wish.run))
    elif wish.rebuild:
        from services.portfolio.main import rebuild

        rebuilt(rebuild(settings, wish.rebuild, say, accept=wish.accept_differences))
    else:
        from services.portfolio.main import release_quarantined

        released(wish.release, release_quarantined(settings, wish.release))


if __name__ == "__main__":
    main()
