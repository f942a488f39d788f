"""`policy`: make one from a template, check it, see what is in force, adopt it knowingly."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.table import Column, Table

from cli.errors import CommandError
from cli.policy.adopting import adopted, shown
from cli.policy.judging import sound
from cli.policy.templates import WHEN, template, text_of
from cli.receipts import out, print_json
from shared.contracts.documents import document_digest
from shared.rulebook.policy import read_policy
from shared.rulebook.policy_words import sentences

policy = typer.Typer(
    help="How evidence becomes a level: templates, a check in plain words, what is in force, and adoption.",
    no_args_is_help=True,
)

File = Annotated[Path, typer.Argument(help="A policy document (ascertain.policy@1 or @2, JSON).")]


@policy.command("list-templates")
def list_templates(json: Annotated[bool, typer.Option("--json", help="for programs")] = False) -> None:
    """The ways in which schools grade, to begin from."""
    told = [{"name": name, "title": template(name)["title"], "when": when} for name, when in WHEN.items()]
    if json:
        print_json(told)
        return
    table = Table(Column("template", no_wrap=True), "what it does", "when to choose it", box=None, pad_edge=False)
    for row in told:
        table.add_row(row["name"], row["title"], row["when"])
    out.print(table)


@policy.command("new")
def new(
    source: Annotated[str, typer.Option("--from", help="A template: see list-templates.")],
    title: Annotated[str | None, typer.Option(help="What you call it.")] = None,
    file: Annotated[Path | None, typer.Option("--output", "-o", help="Where to write it; else it is printed.")] = None,
) -> None:
    """A policy of your own, from a template. Change what you like, then check it."""
    document, text = template(source), text_of(source)
    if title is not None:
        text = text.replace(_quoted(document["title"]), _quoted(title), 1)
    if file is None:
        print(text, end="")
        return
    try:
        with file.open("x") as opened:
            opened.write(text)
    except FileExistsError as error:
        raise CommandError(f"{file} is there already.") from error
    except OSError as error:
        raise CommandError(f"{file} cannot be written: {error.strerror}.") from error
    out.print(f"Written to {file}. Next: ./ascertain policy check {file}", soft_wrap=True)


@policy.command("check")
def check(file: File) -> None:
    """Say in plain words what a policy does, or each member that is wrong and what would be right."""
    told(sound(file))


@policy.command("show")
def show(
    scope: Annotated[
        str, typer.Argument(help="district, school/ID (or sourcedId), framework/ID, competency/ID or learner/ID.")
    ] = ("district"),
    *,
    json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
) -> None:
    """The policy that was adopted for a scope itself, in words, and the line of those before it."""
    asyncio.run(shown(scope, json=json))


@policy.command("adopt")
def adopt(
    file: File,
    scope: Annotated[
        str, typer.Option(help="district, school/ID (or sourcedId), framework/ID, competency/ID or learner/ID.")
    ],
    reason: Annotated[str | None, typer.Option(help="Why; kept in the vault.")] = None,
    *,
    keep_attained: Annotated[bool, typer.Option(help="What was attained before stays attained.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Adopt it; without, whom it concerns is told, and no more.")] = (
        False
    ),
) -> None:
    """Say whom a policy would concern; with --yes adopt it for the scope, and follow the refold to its end."""
    asyncio.run(adopted(file, scope, reason, keep_attained=keep_attained, yes=yes))


def told(document: dict[str, Any]) -> None:
    """Print what a policy does."""
    out.print(f"{document['title']}\n", soft_wrap=True, markup=False)
    for sentence in sentences(read_policy(document)):
        out.print(f"  {sentence}", soft_wrap=True, markup=False)
    out.print(f"\ndigest {document_digest(document)}")


def _quoted(text: str) -> str:
    return orjson.dumps(text).decode()
