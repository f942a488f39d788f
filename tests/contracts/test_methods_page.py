"""The page of methods says what the methods do: it is written from them, promises and counter-examples included."""

from tests.support.methods_page import PAGE, page


def test_the_page_of_methods_is_what_was_found() -> None:
    assert PAGE.read_text() == page(), "write it anew: python -m tests.support.methods_page"
