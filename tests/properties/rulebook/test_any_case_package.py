"""Whatever stands in a CASE package: a framework that could be published, or one sentence."""

from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cli.errors import CommandError
from cli.importing.case import framework_of
from cli.importing.links import refuse_circles
from cli.importing.told import LeftOut
from shared.contracts.documents import read_document
from shared.ledger.canonical import canonical

IDENTIFIERS = [f"6b9a000{number}-d7cc-11e8-824f-0242ac160002" for number in range(5)]
junk = st.none() | st.integers() | st.floats() | st.text(max_size=5) | st.lists(st.none(), max_size=2)


def mostly(good: st.SearchStrategy[Any], bad: st.SearchStrategy[Any] = junk) -> st.SearchStrategy[Any]:
    return st.integers(0, 15).flatmap(lambda number: bad if number == 7 else good)


identifiers = st.sampled_from(
    [*IDENTIFIERS, IDENTIFIERS[0].upper(), "item 7", "{6B9A0001-D7CC-11E8-824F-0242AC160002}"]
)
codes = st.sampled_from(["8.EE.A.1", "8.ee.a.1", "8-EE-A-1", "§ 7", "Größe", "x" * 90, "...", ""]) | st.text(max_size=9)
statements = st.sampled_from(["Adds.", "Adds\r\nand takes away.", "y" * 20_001]) | st.text(max_size=9)
items = st.fixed_dictionaries(
    {"identifier": mostly(identifiers), "fullStatement": mostly(statements)},
    optional={"humanCodingScheme": mostly(codes), "abbreviatedStatement": statements},
)
nodes = mostly(st.fixed_dictionaries({"identifier": identifiers}))
kinds = mostly(st.sampled_from(["isChildOf", "precedes", "isPeerOf"]))
links = st.fixed_dictionaries({"associationType": kinds, "originNodeURI": nodes, "destinationNodeURI": nodes})
titles = st.sampled_from(["Sums", "t" * 500, "\ud800", "\x07"])
abouts = st.fixed_dictionaries({"identifier": identifiers, "title": titles})
packages = st.fixed_dictionaries(
    {"CFDocument": mostly(abouts), "CFItems": mostly(st.lists(mostly(items), min_size=1, max_size=7))},
    optional={"CFAssociations": mostly(st.lists(mostly(links), max_size=5))},
)


@given(packages)
def test_it_becomes_a_framework_or_a_sentence(package: dict[str, Any]) -> None:
    left_out = LeftOut()
    with suppress(CommandError):
        framework = framework_of(package, left_out)
        refuse_circles(framework)
        read_document(framework)
        canonical(framework)
    assert all("\n" not in sentence for sentence in left_out.sentences())
