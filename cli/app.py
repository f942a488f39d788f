"""All commands, each a function in a module of its own, and the one place where errors become sentences."""

import os
import traceback
from collections.abc import Sequence

import click
import typer

from cli import reading, stack
from cli.checks import test
from cli.demo.command import demo
from cli.errors import CommandError
from cli.importing.commands import adopt, importing, record
from deploy.local.errors import StackError
from deploy.local.home import default_path

INTERRUPTED = 130

app = typer.Typer(
    name="ascertain",
    help="Ascertain: what learners show they can do, and how we know.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("demo")(demo)
app.command("up")(stack.up)
app.command("down")(stack.down)
app.command("status")(stack.status)
app.command("logs")(stack.logs)
app.command("reset")(stack.reset)
app.add_typer(importing, name="import")
app.command("record")(record)
app.command("adopt")(adopt)
app.command("explain")(reading.explain)
app.command("history")(reading.history)
app.command("verify")(reading.verify)
app.command("test", context_settings={"ignore_unknown_options": True, "help_option_names": []})(test)


def main(arguments: Sequence[str]) -> int:
    """Run one command. Returns its exit code; says why in one sentence on standard error where it failed."""
    try:
        return _code(app(list(arguments), prog_name="ascertain", standalone_mode=False))
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return error.exit_code
    except click.ClickException as error:
        return _say(f"{error.format_message()} See: ascertain --help", error.exit_code)
    except (CommandError, StackError) as error:
        return _say(str(error), error.code)
    except (KeyboardInterrupt, click.Abort):
        return _say("Interrupted.", INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whoever read our output has gone, and that is their right
        return 0
    except Exception as error:  # noqa: BLE001  (a person gets a sentence; the trace is kept for whoever mends it)
        return _say(_unexpected(error))


def _code(answer: object) -> int:
    return answer if isinstance(answer, int) else 0


def _say(sentence: str, code: int = 1) -> int:
    click.echo(sentence, err=True)
    return code


def _unexpected(error: Exception) -> str:
    words = f"Something unexpected went wrong ({type(error).__name__}: {error})."
    log = default_path() / "logs" / "cli.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.open("a").write("".join(traceback.format_exception(error)) + "\n")
    except OSError:
        return words
    return f"{words} The details are in {log}."
