"""`ascertain record FILE.json`: evidence of any kind, written as the API takes it, with references for ids."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from cli.errors import CommandError
from cli.gateway import Gateway
from cli.importing.references import read_json, resolved
from cli.importing.sending import Row, Tally, send
from cli.progress import bar, console

_PIECES = UUID("8f4a2b7e-0d5c-5e1a-9b3f-6c7d8e9f0a1b")
"""Namespace of the ids of pieces that come without one."""


async def record_pieces(gateway: Gateway, file: Path) -> Tally:
    """Record a file's pieces: an array of items, or one. What is refused is told item by item, the others recorded.

    A piece without an id gets one from its content: the same piece, the same id. Raises CommandError where the file
    cannot be read.
    """
    pieces = await resolved(gateway, read_json(file), file.parent)
    pieces = pieces if isinstance(pieces, list) else [pieces]
    if not all(isinstance(piece, dict) for piece in pieces):
        raise CommandError(f"{file} must hold one piece of evidence, or an array of them, each an object.")
    with bar(f"Recording {file.name}", len(pieces)) as progress:
        rows = (Row(number, _with_id(piece)) for number, piece in enumerate(pieces, 1))
        return await send(gateway, rows, Tally(), refuse=_refuse, progress=progress)


def _with_id(piece: dict[str, Any]) -> dict[str, Any]:
    return {"id": str(uuid5(_PIECES, json.dumps(piece, sort_keys=True))), **piece}


def _refuse(number: int, problem: dict[str, Any]) -> None:
    console.print(f"  item {number}: {problem.get('detail')}", markup=False, highlight=False, soft_wrap=True)
