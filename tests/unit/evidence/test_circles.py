"""A framework whose links go round in a circle is refused where documents are handed in, the circle named by codes."""

from itertools import pairwise
from typing import Any

import pytest

from services.evidence.domain.documents import read
from services.evidence.domain.errors import Invalid
from shared.contracts.documents import circle, document_digest
from shared.ledger.canonical import canonical

IDS = {code: f"00000000-0000-4000-8000-00000000000{number}" for number, code in enumerate("abc")}


def framework(links: str, parents: str = "") -> dict[str, Any]:
    """`ab` among the links: a rests on b; among the parents: a is a part of b."""
    parent = {pair[0]: {"parent": IDS[pair[1]]} for pair in parents.split()}
    return {
        "format": "ascertain.framework@1",
        "id": "00000000-0000-4000-8000-00000000000f",
        "title": "Letters",
        "competencies": [{"id": IDS[code], "code": code, "statement": code, **parent.get(code, {})} for code in IDS],
        "prerequisites": [{"competency": IDS[pair[0]], "rests_on": IDS[pair[1]]} for pair in links.split()],
    }


@pytest.mark.parametrize(
    ("document", "field", "ways"),
    [
        (framework("ab ba"), "rests_on", {"a → b → a", "b → a → b"}),
        (framework("cc"), "rests_on", {"c → c"}),
        (framework("", "ab ba"), "parent", {"a → b → a", "b → a → b"}),
    ],
)
def test_a_circle_is_refused_and_named_by_codes(document: dict[str, Any], field: str, ways: set[str]) -> None:
    with pytest.raises(Invalid) as refused:
        read(canonical(document), document_digest(document))
    said, _, way = str(refused.value).rpartition(": ")
    assert said.endswith(f"{field} goes round in a circle")
    assert way.removesuffix(".") in ways


def test_what_leads_home_is_taken() -> None:
    document = framework("ab bc ac")
    assert read(canonical(document), document_digest(document)).content.format == "ascertain.framework@1"


def test_a_circle_goes_along_the_links() -> None:
    links = {"a": ["b"], "b": ["c", "d"], "c": ["a"], "d": []}
    way = circle(links)
    assert way is not None
    assert way[0] == way[-1]
    assert all(after in links[before] for before, after in pairwise(way))
