"""`python -m services.gateway --run ROLES | --migrate | --release OWNER`, and an operator's ways in:

`--personal-token PERSON [--label TEXT]` and `--link ISSUER SUBJECT PERSON`.
"""

import argparse
import sys
from collections.abc import Coroutine
from typing import Any

from services.gateway import ROLES, SERVICE
from services.gateway.settings import GatewaySettings
from shared.ledger.identifiers import is_id
from shared.runtime.command_line import CommandLine, id_named, released, run_async
from shared.runtime.problems import Problem


def main() -> None:
    """Do what the arguments say. Ends with 2 where they, or the settings, are wrong."""
    line = _line()
    wish = line.read()
    if wish.link is not None and not is_id(wish.link[2]):
        line.parser.error("argument --link: PERSON must be a person's id, a lowercase UUID with hyphens")
    settings = GatewaySettings()
    line.start_logging(settings)
    if wish.migrate:
        line.migrate(settings)
    elif wish.run:
        from services.gateway.main import run

        run_async(run(settings, wish.run))
    elif wish.personal_token is not None:
        from services.gateway.main import new_personal_token

        _made(new_personal_token(settings, wish.personal_token, wish.label))
    elif wish.link is not None:
        from services.gateway.main import link_account

        _made(link_account(settings, *wish.link))
    else:
        from services.gateway.main import release_quarantined

        released(wish.release, release_quarantined(settings, wish.release))


def _line() -> CommandLine:
    line = CommandLine(SERVICE, ROLES)
    line.add_release()
    line.wish.add_argument(
        "--personal-token",
        type=id_named("a person's id"),
        metavar="PERSON",
        help="print a new personal token of a person",
    )
    line.wish.add_argument(
        "--link", nargs=3, metavar=("ISSUER", "SUBJECT", "PERSON"), help="let a person sign in at an issuer"
    )
    line.parser.add_argument("--label", default="made by an operator", type=_label, help="what the token is for")
    return line


def _made(making: Coroutine[Any, Any, str]) -> None:
    """Tell what was made, or why nothing was."""
    try:
        _tell(run_async(making))
    except Problem as problem:
        raise SystemExit(problem.detail) from problem


def _tell(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")


def _label(text: str) -> str:
    if not 0 < len(text) <= 100:
        raise argparse.ArgumentTypeError("a label has at most 100 characters")
    return text


if __name__ == "__main__":
    main()
