"""`work version | add-file | have | feedback | read | reflect | rescore`: what is done with a work's drafts."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any
from uuid import uuid4

import typer

from cli.connection import connect
from cli.errors import CommandError
from cli.importing.references import read_json, resolved
from cli.naming import roster_id
from cli.receipts import out, print_receipt
from shared.ledger.instants import instant_text
from shared.runtime.clock import now

OCTETS = "application/octet-stream"
"""What a file is declared as: what it is, the platform finds by its bytes."""

Work = Annotated[str, typer.Argument(help="The work's id.")]
AsJson = Annotated[bool, typer.Option("--json", help="The answer as JSON.")]


def add_version(  # noqa: PLR0913 - options
    work: Work,
    text: Annotated[list[Path] | None, typer.Option(help="A file with a text; repeatable.")] = None,
    link: Annotated[list[str] | None, typer.Option(help="An address where something is to be seen.")] = None,
    file: Annotated[list[Path] | None, typer.Option(help="A picture, document, sound or film; repeatable.")] = None,
    note: Annotated[str | None, typer.Option(help="What is to be said of this version.")] = None,
    *,
    json: AsJson = False,
) -> None:
    """Add a version: what there is to be seen of a work by now."""
    artefacts = [{"kind": "text", "content": _text(file)} for file in text or []]
    artefacts += [{"kind": "link", "content": address} for address in link or []]
    if not (artefacts or file):
        raise CommandError("A version needs something to be seen: --text FILE, --link ADDRESS or --file FILE.")
    request = {"artefacts": artefacts} | ({} if note is None else {"note": note})
    asyncio.run(_add_version(work, request, file or [], json))


def add_file(
    work: Work,
    file: Annotated[Path, typer.Argument(help="A picture, document, sound or film of at most 25 MiB.")],
    note: Annotated[str | None, typer.Option(help="What is to be said of this version.")] = None,
    *,
    json: AsJson = False,
) -> None:
    """Add a version that is a file. What it is says its bytes; what it is called, its name."""
    request: dict[str, Any] = {"artefacts": []} | ({} if note is None else {"note": note})
    asyncio.run(_add_version(work, request, [file], json))


def have(
    ref: Annotated[str, typer.Argument(help="The file's reference, as the work shows it.")],
    to: Annotated[Path, typer.Argument(help="Where to write it; nothing may be there.")],
) -> None:
    """Have a file of a work."""
    asyncio.run(_have(ref, to))


def feedback(  # noqa: PLR0913 - options
    work: Work,
    text: Annotated[str, typer.Argument(help="What is to be said; kept in the vault.")],
    version: Annotated[int | None, typer.Option(help="The version's number; the latest where it is not given.")] = None,
    rubric: Annotated[str | None, typer.Option(help="The digest of the rubric whose criterion it is of.")] = None,
    criterion: Annotated[str | None, typer.Option(help="The criterion's code.")] = None,
    *,
    json: AsJson = False,
) -> None:
    """Say something of a version of a work: of the whole, or of one criterion of a rubric."""
    optional = {"rubric": rubric, "criterion": criterion}
    request = {"text": text} | {name: value for name, value in optional.items() if value is not None}
    asyncio.run(_give_feedback(work, version, request, json))


def read(
    feedback: Annotated[str, typer.Argument(help="The feedback's id, as the work shows it.")], *, json: AsJson = False
) -> None:
    """Say that you have read a piece of feedback on a work of yours."""
    asyncio.run(_post(f"/v1/feedback/{feedback}/read", {}, json))


def reflect(
    work: Work,
    text: Annotated[str | None, typer.Argument(help="How you see it; kept in the vault.")] = None,
    ratings: Annotated[
        Path | None, typer.Option(help="What you would give yourself: [{competency, criterion?, earned, possible}].")
    ] = None,
    *,
    json: AsJson = False,
) -> None:
    """Look at a work of yours yourself: in words, by ratings, or both. It never counts."""
    if text is None and ratings is None:
        raise CommandError("Say how you see it, or give --ratings FILE.")
    asyncio.run(_reflect(work, text, ratings, json))


def rescore(
    work: Work,
    member: Annotated[str, typer.Argument(help="The member's id, or sourcedId in the roster.")],
    file: Annotated[Path, typer.Argument(help="Her own results: [{competency, criterion, earned, possible}] as JSON.")],
    reason: Annotated[str, typer.Option(help="Why hers differ from the group's; kept in the vault.")],
    *,
    json: AsJson = False,
) -> None:
    """Put results of her own in the place of those that one member had with the group."""
    asyncio.run(_rescore(work, member, file, reason, json))


async def _add_version(work: str, request: dict[str, Any], files: list[Path], json: bool) -> None:
    async with connect() as gateway:
        known = await gateway.get(f"/v1/works/{work}")
        for file in files:
            kept = await gateway.hand_in(f"/v1/works/{work}/files", _bytes(file), OCTETS, key=str(uuid4()))
            request["artefacts"].append({"kind": "file", "file": kept["file"], "name": file.name})
        request |= {"id": str(uuid4()), "expected_version": known["version"]}
        _, receipt = await gateway.post(f"/v1/works/{work}/versions", request)
    print_receipt(receipt, json=json)


async def _have(ref: str, to: Path) -> None:
    async with connect() as gateway:
        await gateway.have(f"/v1/artefacts/{ref}", to)
    out.print(f"The file is in {to}.", soft_wrap=True)


async def _give_feedback(work: str, version: int | None, request: dict[str, Any], json: bool) -> None:
    async with connect() as gateway:
        versions = (await gateway.get(f"/v1/works/{work}"))["versions"]
        found = [one["event"] for one in versions if version in (None, one["number"])]
        if not found:
            raise CommandError(f"The work has {len(versions)} versions; say which with --version.")
        path = f"/v1/works/{work}/versions/{found[-1]}/feedback"
        _, receipt = await gateway.post(path, {"id": str(uuid4()), **request})
    print_receipt(receipt, json=json)


async def _post(path: str, request: dict[str, Any], json: bool) -> None:
    async with connect() as gateway:
        _, receipt = await gateway.post(path, request)
    print_receipt(receipt, json=json)


async def _reflect(work: str, text: str | None, ratings: Path | None, json: bool) -> None:
    async with connect() as gateway:
        body: dict[str, Any] = {"learner": await gateway.person(), "work": work}
        if ratings is not None:
            body["ratings"] = await resolved(gateway, read_json(ratings), ratings.parent)
        item = {"id": str(uuid4()), "type": "ReflectionRecorded", "occurred_at": instant_text(now()), "body": body}
        _, receipt = await gateway.post("/v1/evidence", item if text is None else {**item, "texts": {"text": text}})
    print_receipt(receipt, json=json)


async def _rescore(work: str, member: str, file: Path, reason: str, json: bool) -> None:
    async with connect() as gateway:
        learner = await roster_id(gateway, "user", member)
        results = await resolved(gateway, read_json(file), file.parent)
        pieces = (await gateway.get(f"/v1/works/{work}"))["pieces"]
        scored = [
            piece["event"]
            for piece in pieces
            if piece["learner"] == learner and piece["type"] == "RubricScored" and "withdrawn" not in piece
        ]
        if not scored:
            raise CommandError(f"{member} has no score of this work.")
        piece = await gateway.get(f"/v1/evidence/{scored[-1]}")
        body = {name: value for name, value in piece["body"].items() if not name.endswith("_ref")}
        item = {"type": "RubricScored", "body": {**body, "results": results}}
        wish = {"id": str(uuid4()), "expected_version": piece["version"], "item": item, "reason": reason}
        _, receipt = await gateway.post(f"/v1/evidence/{scored[-1]}/supersede", wish)
    print_receipt(receipt, json=json)


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read as a text.") from error


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file} cannot be read.") from error


DRAFTING: Mapping[str, Callable[..., None]] = MappingProxyType(
    {
        "version": add_version,
        "add-file": add_file,
        "have": have,
        "feedback": feedback,
        "read": read,
        "reflect": reflect,
        "rescore": rescore,
    }
)
"""The commands, by their names."""
