"""Printing: tagged, the same bytes again, and what is told is never markup."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.runtime.printing import PrintingError, printed
from tests.support.paper import Paper

AT = datetime(2026, 11, 29, 9, 30, 0, 123456, tzinfo=UTC)
TEMPLATE = """
#let told = json(bytes(sys.inputs.told))
#set document(title: told.title)
#set text(lang: told.language)
= #told.title
"""
HOSTILE = '"] #read("secret.txt") #import "@preview/cetz:0.3.0" #eval("1 + 1") `raw` $x^2$ #panic() \\ */ // */'


@pytest.fixture
def template(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("hidden words")
    (tmp_path / "page.typ").write_text(TEMPLATE)
    return tmp_path / "page.typ"


def test_a_printed_page_is_tagged_titled_and_in_its_language(template: Path) -> None:
    page = Paper(printed(template, {"title": "Exposición", "language": "es"}, at=AT))
    assert page.is_marked
    assert (page.language, page.title) == ("es", "Exposición")
    assert "H1" in page.tags


def test_the_same_told_twice_is_the_same_bytes(template: Path) -> None:
    first, again = (printed(template, {"title": "Animal Farm", "language": "en"}, at=AT) for _ in range(2))
    assert first == again


def test_what_is_told_stands_there_letter_for_letter(template: Path) -> None:
    [text] = Paper(printed(template, {"title": HOSTILE, "language": "en"}, at=AT)).pages
    assert '#read("secret.txt")' in text
    assert '#eval("1 + 1")' in text
    assert "hidden words" not in text


def test_a_picture_without_words_for_it_is_refused(template: Path) -> None:
    svg = "<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'></svg>"
    template.write_text(TEMPLATE + f'#image(bytes("{svg}"), format: "svg")')
    with pytest.raises(PrintingError, match=r"page\.typ"):
        printed(template, {"title": "x", "language": "en"}, at=AT)


def test_no_file_outside_the_templates_folder_is_read(template: Path) -> None:
    template.write_text(TEMPLATE + '#read("../../../etc/passwd")')
    with pytest.raises(PrintingError):
        printed(template, {"title": "x", "language": "en"}, at=AT)
