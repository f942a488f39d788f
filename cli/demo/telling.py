"""Telling a story on a console, each step held against what it should be."""

from dataclasses import dataclass, field
from typing import Any

from rich.console import Console


@dataclass
class Telling:
    """`untrue` collects what was not as told."""

    console: Console
    untrue: list[str] = field(default_factory=list)

    def step(self, title: str) -> None:
        """A new step begins."""
        self.console.print()
        self.console.print(f"[bold cyan]▍ {title}[/bold cyan]")

    def say(self, sentence: str) -> None:
        """A line under the step."""
        self.console.print(f"  {sentence}", markup=False, soft_wrap=True)

    def leave_out(self, why: str) -> None:
        """The step cannot be shown here."""
        self.say(f"left out: {why}.")

    def receipt(self, receipt: dict[str, Any]) -> None:
        """What a write came to; it must be new."""
        place = receipt["position"]
        self.say(
            f"receipt {receipt['id']}: {receipt['type']} {receipt['outcome']}, {place['ledger']} shard "
            f"{place['shard']}, position {place['position']}, version {receipt['version']}, recorded "
            f"{receipt['recorded_at']}"
        )
        self.expect("the outcome", receipt["outcome"], "appended")

    def expect(self, what: str, got: object, wanted: object) -> None:
        """Note, and say at once, where something is not as it should be."""
        if got != wanted:
            sentence = f"{what} is {got!r}, and should be {wanted!r}"
            self.untrue.append(sentence)
            self.console.print(f"  [bold red]Not as told:[/bold red] {sentence}")


def place_of(receipt: dict[str, Any]) -> str:
    """A receipt's position, as reads take it in `at_least`."""
    place = receipt["position"]
    return f"{place['ledger']}:{place['shard']}:{place['position']}"
