"""Whoever generates a client has a name for each document: none is told of by the module that it stands in."""

import json
from pathlib import Path

OPENAPI = Path(__file__).parents[2] / "docs" / "openapi.json"


def test_no_two_documents_of_a_service_have_one_name() -> None:
    """FastAPI tells such two apart by their modules' names, which would so be published."""
    names = json.loads(OPENAPI.read_text())["components"]["schemas"]
    assert len(names) > 100
    assert [name for name in names if "services__" in name] == []
