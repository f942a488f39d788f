"""A roster in a ZIP: read whole and within bounds; what is wrong with it is said, whatever it is."""

import io
import zipfile

import pytest

from services.gateway.http.pages.district import roster_zip
from services.gateway.http.pages.district.roster_zip import read_zip
from shared.contracts.roster_files import COLUMNS
from shared.runtime.problems import Problem

FILES = {name: ",".join(columns) + "\n" for name, columns in COLUMNS.items()}


def packed(folder: str = "", way: int = zipfile.ZIP_DEFLATED, **changed: str | bytes | None) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", way) as archive:
        for name, text in {**FILES, **changed}.items():
            if text is not None:
                archive.writestr(f"{folder}{name}.csv", text)
    return content.getvalue()


def test_rows_are_read_with_their_lines_and_without_what_is_nobodys_business() -> None:
    orgs = '\ufeffsourcedId,type,email\n\nschool,school,a@b.test\n"two ",district,\n'
    handed = read_zip(packed("export/", orgs=orgs))
    assert handed.roster["orgs"] == [
        {"sourcedId": "school", "type": "school"},
        {"sourcedId": "two", "type": "district"},
    ]
    assert handed.lines == {("orgs", "school"): 3, ("orgs", "two"): 4}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no ZIP"),
        (b"PK\x03\x04" + b"x" * 100, "no ZIP"),
        (packed(users=None), "has no users.csv"),
        (packed(courses=b"sourcedId\n\xff\n"), "not UTF-8"),
        (packed(courses="status\n"), "courses.csv has no column"),
        (packed(courses="sourcedId,orgSourcedId\nc,o,,\nd,Lee, Jr\n"), "courses.csv, line 3 has more cells"),
        (packed()[:-30], "no ZIP"),
        (packed()[:-6] + b"\xff\xff\xff\x00\x00\x00", "no ZIP"),  # its list is said to lie before its beginning
        (packed(way=zipfile.ZIP_LZMA), "a plain one"),
    ],
)
def test_what_cannot_be_read_is_said(content: bytes, said: str) -> None:
    with pytest.raises(Problem) as refused:
        read_zip(content)
    assert refused.value.status == 422
    assert said in refused.value.detail


def test_a_small_zip_of_endless_files_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster_zip, "MOST_BYTES", 10_000)
    with pytest.raises(Problem) as refused:
        read_zip(packed(orgs=FILES["orgs"] + "a" * 1_000_000))
    assert refused.value.status == 413


def test_more_rows_than_a_page_takes_are_for_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster_zip, "MOST_ROWS", 3)
    with pytest.raises(Problem) as refused:
        read_zip(packed(orgs=FILES["orgs"] + "".join(f"s{n},,school,\n" for n in range(4))))
    assert (refused.value.status, "./ascertain import roster" in refused.value.detail) == (413, True)


def test_rows_are_counted_also_where_they_all_have_one_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster_zip, "MOST_ROWS", 3)
    with pytest.raises(Problem) as refused:
        read_zip(packed(orgs=FILES["orgs"] + "same,,school,\n" * 4))
    assert refused.value.status == 413
