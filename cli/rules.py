"""`rules`: the methods by which evidence becomes a value; try one on cases of your own. No stack is needed."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from rich.table import Column, Table

from cli.errors import CommandError
from cli.fitting.command import fit
from cli.receipts import out, print_json
from shared.rulebook.method import Method, ParameterError
from shared.rulebook.scoring import method_of, read_case, read_parameters, score
from shared.rulebook.table import METHODS
from shared.rulebook.written import parsed

rules = typer.Typer(
    help="The methods by which evidence becomes a value: list, show, score cases, check parameters, fit."
)
rules.command("fit")(fit)

Asked = Annotated[Path | None, typer.Argument(help="a file of JSON Lines; standard input without one")]


@rules.command("list")
def list_methods(json: Annotated[bool, typer.Option("--json", help="for programs")] = False) -> None:
    """Every method, by its id."""
    if json:
        print_json([told(method) for method in METHODS.values()])
        return
    table = Table(Column("method", no_wrap=True), "what it does", box=None, pad_edge=False)
    for method in METHODS.values():
        table.add_row(method.id, method.words)
    out.print(table)


@rules.command("show")
def show(
    method: Annotated[str, typer.Argument(metavar="ID", help="such as canvas.n_mastery@1")],
    json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
) -> None:
    """One method: its parameters with their ranges, its formula, where it comes from, why one might choose it."""
    if method not in METHODS:
        near = [name for name in METHODS if method.partition("@")[0] in name]
        raise CommandError(f"There is no method {method}. See: {', '.join(near) or './ascertain rules list'}")
    facts = told(METHODS[method])
    if json:
        print_json(facts)
        return
    out.print(f"{facts['id']}, of {facts['takes']}\n{facts['about']}\n", soft_wrap=True)
    for parameter in facts["parameters"]:
        default = "" if parameter["default"] is None else f" (left out: {parameter['default']})"
        out.print(f"  {parameter['name']}: must {parameter['must']}{default}; {parameter['about']}", soft_wrap=True)
    out.print(f"\nformula  {facts['formula']}\nsource   {facts['source']}\nwhy      {facts['why']}", soft_wrap=True)


@rules.command("score")
def score_lines(file: Asked = None) -> None:
    """Score cases, one a line: {"method", "parameters", "scale", "entries" or "children"}; a line of answer to each.

    A line that is wrong is answered with a problem; the others are scored. The exit code is 1 if any was.
    """
    _answer_lines(file, lambda line: score(read_case(parsed(line))).document())


@rules.command("check")
def check(file: Asked = None) -> None:
    """Judge parameters alone, one {"method", "parameters"} a line; what else stands there is not looked at."""
    _answer_lines(file, _checked)


def told(method: Method) -> dict[str, Any]:
    """All that is said of a method."""
    return {
        "id": method.id,
        "takes": method.takes.value,
        "about": method.words,
        "parameters": [
            {
                "name": name,
                "must": parameter.must,
                "default": None if parameter.default is None else parameter.write(parameter.default),
                "about": parameter.about,
            }
            for name, parameter in method.named.items()
        ],
        "per_template": list(method.prefixes),
        "formula": method.formula,
        "source": method.source,
        "why": method.why,
        "days": method.days,
        "staff": method.staff,
    }


def _checked(line: str) -> dict[str, Any]:
    document = parsed(line)
    if not isinstance(document, dict):
        raise ParameterError("", "be an object with method and parameters")
    method = method_of(document.get("method"))
    read = read_parameters(method, document.get("parameters", {}))
    return {
        "method": method.id,
        "parameters": {name: parameter.write(read[name]) for name, parameter in method.named.items()},
    }


def _answer_lines(file: Path | None, answer: Callable[[str], dict[str, Any]]) -> None:
    wrong = False
    with _lines(file) as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                said = answer(line.decode())
            except UnicodeDecodeError:
                said = _problem(ParameterError("", "be UTF-8"), number)
            except ParameterError as error:
                said = _problem(error, number)
            except RecursionError:
                said = _problem(ParameterError("", "be nested less deep"), number)
            wrong = wrong or "type" in said
            print(json.dumps(said), flush=file is None)
    if wrong:
        raise typer.Exit(1)


def _problem(error: ParameterError, line: int) -> dict[str, Any]:
    """As RFC 9457 has it, as the API would say it."""
    what = str(error) if error.where else f"the line must {error.must}"
    return {
        "type": "urn:ascertain:problem:invalid",
        "title": "Something in the line is wrong.",
        "status": 422,
        "detail": f"{what}.",
        "field": error.where,
        "line": line,
    }


@contextmanager
def _lines(file: Path | None) -> Iterator[BinaryIO]:
    if file is None or str(file) == "-":
        yield sys.stdin.buffer
        return
    try:
        opened = file.open("rb")
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
    with opened:
        yield opened
