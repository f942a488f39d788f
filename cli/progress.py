"""Progress bars with a rate, for anything that takes long; quiet where nobody watches a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

console = Console(stderr=True)
"""Where progress goes: standard error, so that answers on standard output stay clean."""


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed else "", style="cyan")


@contextmanager
def bar(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A bar named `what`; call what it gives with the number done since the last call."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(escape(what), total=total)
        yield lambda count: progress.update(task, advance=count)
        progress.update(task, total=progress.tasks[0].completed)
    if not console.is_terminal:
        finished = progress.tasks[0]
        console.print(f"{escape(what)}: {finished.completed:,.0f} in {finished.elapsed or 0:.1f} s")
