"""What counts attempts, in an answer or in what a person reads (`docs/redo.md` says where the line is)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shared.rulebook.contribution import Kind

COUNTS = re.compile(r"(?i)(^|_)(attempts?|tries|retries|redos?)(_?(count|number|no|nr|total|left|used|made))?$")
"""Members that say by their names how often."""

NUMBERED = re.compile(r"(?i)(?<![\d-])\d+\W+(attempts?|tries|redos?|(rubric.)?scores?|observations?|pieces|votes)\b")
"""Numbers of pieces, as sentences have them; before them may stand a day."""

_KINDS = frozenset(kind.value for kind in Kind)


def counted(value: Any, where: str = "") -> Iterator[str]:
    """What counts attempts in an answer: numbers by their members' names, kinds with numbers, and sentences."""
    if isinstance(value, Mapping):
        for name, one in value.items():
            if isinstance(one, int) and not isinstance(one, bool) and (name in _KINDS or COUNTS.search(name)):
                yield f"{where}/{name}: {one}"
            yield from counted(one, f"{where}/{name}")
    elif isinstance(value, list | tuple):
        for one in value:
            yield from counted(one, where)
    elif isinstance(value, str) and (match := NUMBERED.search(value)):
        yield f"{where}: {match[0]}"
