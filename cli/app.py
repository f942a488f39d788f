"""All commands, and the one place where errors become sentences.

A command is a function in a module of its own, named in COMMANDS. Only the module of the command that was asked for
is imported, as all of them together take longer than most commands.
"""

import os
import sys
import traceback
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from types import MappingProxyType

import typer
from typer.exceptions import TyperException

from cli.errors import CommandError
from deploy.errors import StackError
from deploy.local.home import default_path

INTERRUPTED = 130
COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "demo": "cli.demo.command:demo",
        "test": "cli.checks:check",
        "bench": "cli.checks:bench",
        "up": "cli.stack:up",
        "down": "cli.stack:down",
        "status": "cli.stack:status",
        "doctor": "cli.doctor.command:doctor",
        "logs": "cli.stack:logs",
        "reset": "cli.stack:reset",
        "import": "cli.importing.commands:importing",
        "record": "cli.importing.commands:record",
        "adopt": "cli.importing.commands:adopt",
        "void": "cli.correcting:void",
        "supersede": "cli.correcting:supersede",
        "work": "cli.works:work",
        "portfolio": "cli.curating:portfolio",
        "task": "cli.library:task",
        "rubric": "cli.library:rubric",
        "transcript": "cli.transcribing:transcript",
        "seminar": "cli.seminars:seminar",
        "panel": "cli.panels:panel",
        "what-if": "cli.trying:what_if",
        "override": "cli.judging:override",
        "review": "cli.judging:review",
        "redo": "cli.redoing:redo",
        "release": "cli.grading:release",
        "grades": "cli.grading:grades",
        "explain": "cli.reading:explain",
        "next": "cli.readying:following",
        "readiness": "cli.readying:readiness",
        "history": "cli.reading:history",
        "verify": "cli.reading:verify",
        "audit": "cli.auditing:audit",
        "reveal": "cli.revealing:reveal",
        "disclosures": "cli.revealing:disclosures",
        "guardian": "cli.revealing:guardian",
        "forget": "cli.forgetting:forget",
        "rebuild": "cli.rebuilding:rebuild",
        "token": "cli.tokens:token",
        "exhibition": "cli.exhibitions.commands:exhibition",
        "recount": "cli.recount:recount",
        "subscriber": "cli.subscribers:subscriber",
        "rules": "cli.rules:rules",
        "policy": "cli.policy.commands:policy",
    }
)
"""Each command's name, and `module:name` of its function, or of a group of further commands."""

PASSING_ON = MappingProxyType({"ignore_unknown_options": True, "help_option_names": []})


def main(arguments: Sequence[str]) -> int:
    """Run one command. Returns its exit code; says why in one sentence on standard error where it failed."""
    asked = arguments[0] if arguments else ""
    try:
        app = _app([asked] if asked in COMMANDS else COMMANDS)
        answer = app(list(arguments) or ["--help"], prog_name="ascertain", standalone_mode=False)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whoever read our output has gone, and that is their right
        return 0
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  (a person gets a sentence, whatever happened)
        sentence, code = _explained(error)
        print(sentence, file=sys.stderr)
        return code
    if answer == INTERRUPTED:  # Typer turns a Ctrl-C into an exit code without a word
        print("Interrupted.", file=sys.stderr)
    return answer if isinstance(answer, int) else 0


def _app(names: Iterable[str]) -> typer.Typer:
    app = typer.Typer(
        help="Ascertain: what learners show they can do, and how we know.",
        callback=lambda: None,  # keeps the commands commands where there is only one
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    for name in names:
        module, _, attribute = COMMANDS[name].partition(":")
        command = getattr(import_module(module), attribute)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name, context_settings=dict(PASSING_ON) if name in {"test", "bench"} else None)(command)
    return app


def _explained(error: BaseException) -> tuple[str, int]:
    """What to say of an error, and the exit code."""
    match error:
        case TyperException() if type(error).__name__ == "NoArgsIsHelpError":
            return error.format_message(), error.exit_code
        case TyperException():
            return f"{error.format_message()} See: ./ascertain --help", error.exit_code
        case KeyboardInterrupt() | typer.Abort():
            return "Interrupted.", INTERRUPTED
        case StackError() | CommandError():
            return str(error), error.code
        case _:
            return _unexpected(error), 1


def _unexpected(error: BaseException) -> str:
    """A sentence; the trace is kept for whoever mends it."""
    words = f"Something unexpected went wrong ({type(error).__name__}: {error})."
    log = default_path() / "logs" / "cli.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a") as file:
            traceback.print_exception(error, file=file)
    except OSError:
        return words
    return f"{words} The details are in {log}."
