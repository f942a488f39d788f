"""`seminar`: a file in which an observer counts moves, with no network, and that is sent once there is one again."""

import asyncio
import json as writing
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer
from pydantic import ValidationError

from cli.connection import connect
from cli.errors import CommandError, Refused
from cli.importing.references import read_json, resolved
from cli.receipts import out, print_json
from shared.contracts.tasks import Moves
from shared.ledger.identifiers import is_id

seminar = typer.Typer(help="Seminars: make a file to count in, offline; send it, also twice.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="The answer as JSON.")]


@seminar.command("new")
def new(
    moves: Annotated[Path, typer.Argument(help="The list of moves (ascertain.moves@1, JSON).")],
    learner: Annotated[
        list[str], typer.Option(help="Who takes part: an id, or (for administrators) a sourcedId; repeatable.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="The file to make.")],
    course: Annotated[str | None, typer.Option(help="The course's id.")] = None,
    purpose: Annotated[str, typer.Option(help="practice, performance or diagnostic.")] = "performance",
) -> None:
    """Make the file of a seminar that begins now: every id that it needs, and every move at nought.

    Count in it by hand or by any program. Needs no network, and no stack.
    """
    if output.exists():
        raise CommandError(f"{output} is there already; a seminar that was counted is not written over.")
    made = empty_seminar(moves, learner, output, course=course, purpose=purpose)
    try:
        output.write_text(writing.dumps(made, indent=2, ensure_ascii=False) + "\n")
    except OSError as error:
        raise CommandError(f"{output} cannot be written: {error.strerror}.") from error
    out.print(f"{output}: {len(made['observations'])} learners, {len(made['observations'][0]['moves'])} moves.")
    if not all(is_id(name) for name in learner):
        out.print("It has sourcedIds: only administrators of the district can send it as it is; teachers write ids.")


@seminar.command("send")
def send(
    file: Annotated[Path, typer.Argument(help="A seminar's file, as `seminar new` makes it.")], *, json: AsJson = False
) -> None:
    """Record a seminar: all that was counted, or nothing. Sent again, it changes nothing."""
    asyncio.run(_send(file, json))


def empty_seminar(
    moves: Path, learners: list[str], output: Path, *, course: str | None, purpose: str
) -> dict[str, Any]:
    """The file's content. Raises CommandError where the list of moves is none, or a learner stands twice."""
    listed = _codes(moves)
    if len(set(learners)) < len(learners):
        raise CommandError("A learner is named twice.")
    reference = os.path.relpath(moves.resolve(), output.resolve().parent)
    return {
        "seminar": str(uuid4()),
        "moves_by": f"document:{reference}",
        "purpose": purpose,
        **({} if course is None else {"course": course}),
        "occurred_at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "observations": [
            {
                "id": str(uuid4()),
                "learner": name if is_id(name) else f"roster:user/{name}",
                "moves": dict.fromkeys(listed, 0),
                "results": [],
            }
            for name in learners
        ],
    }


def request_of(written: Any) -> dict[str, Any]:
    """What the API takes of a file: the moves that were made. Raises CommandError where it is no seminar's file."""
    if not isinstance(written, dict) or not isinstance(written.get("observations"), list):
        raise CommandError("This is no file of a seminar; `ascertain seminar new` makes one.")
    return {**written, "observations": [_observation(one) for one in written["observations"]]}


def _observation(one: Any) -> Any:
    if not isinstance(one, dict) or not isinstance(one.get("moves"), Mapping):
        return one
    return {**one, "moves": [{"move": move, "count": count} for move, count in one["moves"].items() if count]}


def _named(sentence: str, written: Any) -> str:
    """A refusal in which learners are called what the file calls them."""
    for n, one in enumerate(written["observations"]):
        sentence = sentence.replace(f"/observations/{n}/learner", str(one.get("learner")))
    return sentence


def _codes(file: Path) -> list[str]:
    document = read_json(file)
    if isinstance(document, dict) and isinstance(document.get("rubric"), str):
        document = {**document, "rubric": "0" * 64}  # may stand as a reference, which is none of our business here
    try:
        return [move.code for move in Moves.model_validate(document).moves]
    except ValidationError as error:
        raise CommandError(f"{file} is no list of moves (ascertain.moves@1).") from error


async def _send(file: Path, json: bool) -> None:
    written = read_json(file)
    async with connect() as gateway:
        request = request_of(await resolved(gateway, written, file.parent))
        try:
            _, answer = await gateway.post("/v1/seminars", request)
        except Refused as error:
            raise CommandError(_named(str(error), written)) from error
    if json:
        print_json(answer)
        return
    new = sum(one["outcome"] == "appended" for one in answer["receipts"])
    out.print(f"seminar {answer['seminar']}: {new} recorded, {len(answer['receipts']) - new} known before.")
