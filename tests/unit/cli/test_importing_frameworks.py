"""CASE packages become framework documents; what they have beyond one is left out and said."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from cli.errors import CommandError
from cli.importing import frameworks
from cli.importing.frameworks import MadeFramework, read_framework
from cli.importing.record import competency_codes
from shared.contracts.documents import read_document

DOCUMENT = "c6496676-d7cb-11e8-824f-0242ac160002"  # a UUID of version 1, as real packages have them
REAL = Path(__file__).parents[4] / "shared" / "data" / "ccss-math"


def identifier(number: int) -> str:
    return f"6b9a{number:04x}-d7cc-11e8-824f-0242ac160002"


def item(number: int, code: str | None = None, statement: str | None = "Adds.", **more: Any) -> dict[str, Any]:
    said = {"humanCodingScheme": code, "fullStatement": statement}
    return {"identifier": identifier(number), **{name: value for name, value in said.items() if value}, **more}


def link(kind: str, origin: str, destination: str) -> dict[str, Any]:
    ends = {"originNodeURI": {"identifier": origin}, "destinationNodeURI": {"identifier": destination}}
    return {"identifier": identifier(9999), "associationType": kind, "sequenceNumber": 1.5, **ends}


def package(tmp_path: Path, items: list[Any], links: list[Any] | None = None, **more: Any) -> Path:
    about = {"identifier": DOCUMENT, "title": "Sums"}
    file = tmp_path / "package.json"
    file.write_text(json.dumps({"CFDocument": about, "CFItems": items, "CFAssociations": links or [], **more}))
    return file


def rows(tmp_path: Path, *lines: str, header: str = "source,target,relationship") -> Path:
    file = tmp_path / "rests.csv"
    file.write_text("\n".join([header, *lines]) + "\n")
    return file


def edges(made: MadeFramework) -> set[tuple[str, str]]:
    codes = {competency["id"]: competency["code"] for competency in made.document["competencies"]}
    return {(codes[one["rests_on"]], codes[one["competency"]]) for one in made.document["prerequisites"]}


def test_items_become_competencies_with_parents_and_prerequisites(tmp_path: Path) -> None:
    file = package(
        tmp_path,
        [item(1, None, "Grade 8"), item(2, "8.EE.A.1"), item(3, "8.EE.A.2", CFItemType="Standard")],
        [
            link("isChildOf", identifier(1), DOCUMENT),
            link("isChildOf", identifier(2), identifier(1)),
            link("precedes", identifier(2), identifier(3)),
        ],
    )
    made = read_framework(file)
    read_document(made.document)
    assert [(one["code"], one.get("parent")) for one in made.document["competencies"]] == [
        ("grade-8", None),
        ("8.ee.a.1", identifier(1)),
        ("8.ee.a.2", None),
    ]
    assert made.document["id"] == DOCUMENT
    assert edges(made) == {("8.ee.a.1", "8.ee.a.2")}
    assert not made.left_out


def test_identifiers_of_any_sort_become_ids(tmp_path: Path) -> None:
    upper, words = {**item(1), "identifier": identifier(1).upper()}, {**item(2), "identifier": "standard-two"}
    ids = [one["id"] for one in read_framework(package(tmp_path, [upper, words])).document["competencies"]]
    assert ids[0] == identifier(1)
    assert ids == [str(UUID(id_)) for id_ in ids]
    again = read_framework(package(tmp_path, [upper, words])).document["competencies"]
    assert [one["id"] for one in again] == ids


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    file = package(
        tmp_path,
        [item(1, "A.1"), item(1, "A.1"), item(2, "A.2", None), item(3, "A.1"), {"fullStatement": "Whose?"}, "nothing"],
        [
            link("isChildOf", identifier(1), identifier(77)),
            link("precedes", identifier(2), identifier(1)),
            link("exactMatchOf", identifier(1), identifier(3)),
            {"associationType": "precedes"},
        ],
    )
    made = read_framework(file)
    assert [one["code"] for one in made.document["competencies"]] == ["a.1", f"a.1-{identifier(3)[:8]}"]
    assert not made.document["prerequisites"]
    assert list(made.left_out) == [
        "1 × item whose identifier stands there already: A.1",
        "1 × item without a statement: A.2",
        "2 × item without an identifier",
        f"1 × isChildOf link to what is not in the package: {identifier(77)}",
        f"1 × precedes link to what is not in the package: {identifier(2)}",
        "1 × association without a type, an origin or a destination",
        "1 × exactMatchOf link, which says neither parent nor prerequisite",
        f"1 × code that another item has too, which got an ending of its own: a.1-{identifier(3)[:8]}",
    ]


def test_a_table_adds_prerequisites_and_dangling_ones_are_counted(tmp_path: Path) -> None:
    file = package(tmp_path, [item(1, "HSA-APR.A.1"), item(2, "HSA-APR.A.2"), item(3, "8.F.1")])
    table = rows(
        tmp_path,
        "HSA.APR.A.1,HSA.APR.A.2,dependency",
        "hsa-apr.a.1,HSA-APR.A.2,Dependency",
        "8.F.1,HSA.APR.A.1,conceptual connection",
        *[f"9.X.{number},8.F.1,dependency" for number in range(5)],
    )
    made = read_framework(file, table)
    assert edges(made) == {("hsa-apr.a.1", "hsa-apr.a.2")}
    assert list(made.left_out) == [
        "1 × prerequisite of rests.csv that stands there already: hsa-apr.a.1 → HSA-APR.A.2",
        "1 × conceptual connection of rests.csv, which is no prerequisite",
        (
            "5 × prerequisite of rests.csv that names no competency of the framework: "
            "9.X.0 (line 5), 9.X.1 (line 6), 9.X.2 (line 7), …"
        ),
    ]


def test_a_table_without_relationships_is_all_prerequisites(tmp_path: Path) -> None:
    made = read_framework(
        package(tmp_path, [item(1, "A"), item(2, "B")]), rows(tmp_path, "A,B", header="source,target")
    )
    assert edges(made) == {("a", "b")}


@pytest.mark.parametrize(
    ("pairs", "way"),
    [
        ([("A", "B"), ("B", "A")], "b → a → b"),
        ([("A", "B"), ("B", "C"), ("C", "A")], "b → a → c → b"),
        ([("A", "A")], "a → a"),
    ],
)
def test_a_circle_is_refused_and_named(tmp_path: Path, pairs: list[tuple[str, str]], way: str) -> None:
    file = package(tmp_path, [item(1, "A"), item(2, "B"), item(3, "C")])
    with pytest.raises(CommandError) as refused:
        read_framework(file, rows(tmp_path, *[f"{source},{target},dependency" for source, target in pairs]))
    said = str(refused.value)
    assert said.startswith("The prerequisites go round in a circle, each resting on the next: ")
    named = said.rpartition(": ")[2].removesuffix(".").split(" → ")
    assert named[0] == named[-1]
    assert set(named) == set(way.split(" → "))
    assert all((after.upper(), before.upper()) in pairs for before, after in pairwise(named))


def test_parents_in_a_circle_are_refused_and_named(tmp_path: Path) -> None:
    turning = [link("isChildOf", identifier(1), identifier(2)), link("isChildOf", identifier(2), identifier(1))]
    with pytest.raises(CommandError, match=r"The parents go round in a circle: (a → b → a|b → a → b)\."):
        read_framework(package(tmp_path, [item(1, "A"), item(2, "B")], turning))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "is not JSON"),
        (b"\xff\xfe", "is not UTF-8 text"),
        (b"[]", "is neither a framework"),
        (b'{"format": "ascertain.policy@1"}', "is neither a framework"),
        (b'{"CFDocument": 1}', "has no CFDocument with an identifier and a title"),
        (b'{"CFDocument": {"identifier": "x", "title": "X"}}', "has no item with an identifier and a statement"),
        (b'{"CFDocument": {"identifier": "x", "title": "X"}, "CFItems": {}}', "CFItems of the CASE package is no list"),
        (b'{"format": "ascertain.framework@1", "title": 1.5}', "must be written as a decimal string"),
        (b'{"format": "ascertain.framework@1", "title": "X"}', "must be given"),
        (b"[" * 100_000, "nested too deep"),
    ],
)
def test_a_bad_file_is_told_in_a_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "bad.json"
    file.write_bytes(content)
    with pytest.raises(CommandError, match=said) as refused:
        read_framework(file)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        read_framework(tmp_path / "nowhere.json")


def test_a_document_that_would_be_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.importing.frameworks.MAX_DOCUMENT", 300)
    assert read_framework(package(tmp_path, [item(1)]))
    with pytest.raises(CommandError, match=r"would be a document of \d+ bytes, and one may have at most 300"):
        read_framework(package(tmp_path, [item(number) for number in range(5)]))


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frameworks, "MAX_FILE", 10)
    with pytest.raises(CommandError, match="has more than 10 bytes"):
        read_framework(package(tmp_path, [item(1)]))


def test_scores_may_name_the_codes_of_a_package(tmp_path: Path) -> None:
    assert competency_codes([package(tmp_path, [item(1, "8.EE.C.7")])]) == {"8.ee.c.7": identifier(1)}


@pytest.mark.real_data
@pytest.mark.skipif(not REAL.exists(), reason=f"the real standards are not here ({REAL})")
def test_the_real_standards_are_read_whole() -> None:
    made = read_framework(REAL / "case-package.json", REAL / "prerequisites.csv")
    assert made.summary() == "746 competencies, 743 of them parts of others, 729 prerequisites."
    assert list(made.left_out) == ["144 × conceptual connection of prerequisites.csv, which is no prerequisite"]
