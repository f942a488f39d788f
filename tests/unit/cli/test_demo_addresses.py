"""What the demo says at its end: where to go on."""

import io
from types import SimpleNamespace
from typing import Any, cast

from rich.console import Console

from cli.demo.command import print_addresses


def test_the_pages_and_a_ballot_for_who_has_no_account_are_among_the_addresses() -> None:
    said, url = io.StringIO(), "http://127.0.0.1:1"
    stack = SimpleNamespace(urls={"gateway": url}, bootstrap="127.0.0.1:2", operator=SimpleNamespace(token="ascp_x"))
    print_addresses(cast("Any", stack), {"A teacher": f"{url}/sign-in"}, [f"{url}/vote/ab"], Console(file=said))
    lines = [line.split() for line in said.getvalue().splitlines()]
    assert ["Pages", f"{url}/"] in lines
    assert [f"{url}/vote/ab"] in lines
