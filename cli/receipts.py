"""What a write came to, told in a line."""

from typing import Any

import orjson
from rich.console import Console

out = Console(highlight=False)


def print_receipt(receipt: dict[str, Any], *, json: bool = False) -> None:
    """The receipt of a write, for a person or a program."""
    if json:
        print_json(receipt)
        return
    place = receipt["position"]
    out.print(
        f"{receipt['type']} {receipt['id']}: {receipt['outcome']}, "
        f"{place['ledger']}:{place['shard']}:{place['position']}, version {receipt['version']}.",
        soft_wrap=True,
    )


def print_json(answer: object) -> None:
    """The answer on standard output, as it came."""
    print(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode())
