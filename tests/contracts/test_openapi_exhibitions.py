"""The refusals that exhibitions and their panels document are those that there are."""

import json
from pathlib import Path
from typing import Any

import pytest

PATHS: dict[str, Any] = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text())["paths"]
SHOW = "/v1/exhibitions"


@pytest.mark.parametrize(
    ("method", "path", "conflict", "gone"),
    [
        ("post", SHOW, True, False),
        ("post", f"{SHOW}/{{id}}/open", True, False),
        ("post", f"{SHOW}/{{id}}/close", True, False),
        ("get", f"{SHOW}/{{id}}/panel", True, False),
        ("post", f"{SHOW}/{{id}}/panelists", True, False),
        ("post", f"{SHOW}/{{id}}/works/{{work}}/panel-scores", True, True),
        ("post", f"{SHOW}/{{id}}/works/{{work}}/panel", True, True),
    ],
)
def test_what_cannot_be_is_not_documented_and_what_can_is(
    method: str, path: str, *, conflict: bool, gone: bool
) -> None:
    """An exhibition is nobody who could be forgotten; a member of a work that a panel scores is."""
    documented = PATHS[path][method]["responses"]
    assert ("409" in documented, "410" in documented) == (conflict, gone)
