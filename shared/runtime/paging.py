"""Where a list goes on: what a page says in `next` is sent back as `after`, and nothing else is understood."""

import re

from shared.runtime.problems import invalid


def place_after(after: str | None, written: re.Pattern[str]) -> re.Match[str] | None:
    """The parts of `after`, as `next` is written; None for the first page. Raises `problems.invalid`."""
    if after is None:
        return None
    match = written.fullmatch(after)
    if match is None:
        raise invalid("after must be `next` of the page before.", field="after")
    return match
