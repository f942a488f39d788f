"""`python -m services.audit --run http,projector | --migrate | --rebuild WISH`."""

from services.audit import ROLES, SERVICE
from shared.runtime.command_line import CommandLine, rebuilt, run_async, say
from shared.runtime.settings import Settings


def main() -> None:
    """Do what the arguments say. Ends with 2 where they, or the settings, are wrong."""
    line = CommandLine(SERVICE, ROLES)
    line.add_rebuild()
    wish = line.read()
    settings = Settings()
    line.start_logging(settings)
    if wish.migrate:
        line.migrate(settings)
    elif wish.rebuild:
        from services.audit.main import rebuild

        rebuilt(rebuild(settings, wish.rebuild, say, accept=wish.accept_differences))
    else:
        from services.audit.main import run

        run_async(run(settings, wish.run))


if __name__ == "__main__":
    main()
