"""The journal as a history of operations, and a small independent judge of it.

One line a command (JSON): `client`, `process` (the client's number), `operation` (`record` or `void`), `id`, `stream`,
`expected` (the version it was decided on, 0 for a new stream), `call` and `return` (monotonic nanoseconds of one
process; of the first sending and of the last answer), `outcome` (`ok`, `fail` or `unknown`), and `version`: what the
answer said the stream had, None where it said nothing. A stream is a register that holds a version, and the ids that
made each of them. That is all that a checker of linearizability needs.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.support.journal import JournalingClient, Operation

Line = Mapping[str, Any]


def history(run: str, clients: Sequence[JournalingClient]) -> list[Line]:
    """The lines of a run's clients, in the order of their calls."""
    lines = [
        line
        for number, client in enumerate(clients)
        for operation in client.journal
        for line in _lines(f"{run}/{number}", number, operation)
    ]
    return sorted(lines, key=lambda line: int(line["call"]))


def write_history(file: Path, lines: Iterable[Line]) -> None:
    """Append the lines to the file."""
    with file.open("a") as out:
        out.writelines(json.dumps(line) + "\n" for line in lines)


def _lines(client: str, process: int, operation: Operation) -> Iterator[Line]:
    void = operation.path.endswith("/void")
    for id_ in operation.ids:
        receipt = operation.receipts.get(id_)
        yield {
            "client": client,
            "process": process,
            "operation": "void" if void else "record",
            "id": id_,
            "stream": f"evidence/{operation.path.split('/')[3] if void else id_}",
            "expected": 1 if void else 0,
            "call": operation.tries[0].called if operation.tries else 0,
            "return": operation.tries[-1].returned if operation.tries else 0,
            "outcome": operation.outcome if receipt is not None or operation.outcome != "ok" else "fail",
            "version": receipt["version"] if receipt is not None else operation.refusal.get("version"),
        }


def unexplained(lines: Iterable[Line]) -> str | None:
    """The first stream whose lines no order explains, None where there is one for each.

    Streams are independent of each other, so a history is linearizable if each stream's part is (Herlihy and Wing).
    """
    by_stream: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_stream[line["stream"]].append(line)
    return next((stream for stream, own in by_stream.items() if not _explained(own)), None)


def _explained(lines: Sequence[Line]) -> bool:
    """Search an order that respects time, in which each answer is what the register would have said.

    The ids made so far are the register's whole state; a line that is unknown may also never have happened.
    """
    seen: set[tuple[frozenset[int], tuple[str, ...]]] = set()
    stack: list[tuple[frozenset[int], tuple[str, ...]]] = [(frozenset(range(len(lines))), ())]
    while stack:
        left, made = stack.pop()
        if (left, made) in seen:
            continue
        seen.add((left, made))
        if all(lines[number]["outcome"] == "unknown" for number in left):
            return True
        first = min(lines[number]["return"] for number in left if lines[number]["outcome"] != "unknown")
        for number in left:
            if lines[number]["call"] <= first:
                stack += [(left - {number}, after) for after in _after(made, lines[number])]
    return False


def _after(made: tuple[str, ...], line: Line) -> list[tuple[str, ...]]:
    """What the register may hold after the line, given what it held; nothing where the answer would be wrong."""
    known, expected, version = line["id"] in made, line["expected"], line["version"]
    if line["outcome"] == "fail":
        refused = not known and expected != len(made)
        return [made] if refused and version in {None, len(made)} else []
    if known:
        right = line["outcome"] == "unknown" or version == made.index(line["id"]) + 1
        return [made] if right else []
    if expected != len(made):
        return [made] if line["outcome"] == "unknown" else []
    after = (*made, line["id"])
    return [after] if line["outcome"] == "unknown" or version == len(after) else []
