"""A transcript at a terminal: its code is taken however it was typed."""

import pytest

from cli.errors import CommandError
from cli.transcribing import typed_code
from services.gateway.domain.route import Route
from services.gateway.domain.routes import RouteTable
from services.mastery.domain.transcripts import read_code

CODE = "ABCDEFGH-IJKLMNOP-QRSTUVWX-YZ234567"


@pytest.mark.parametrize(
    "typed",
    [CODE, CODE.lower(), CODE.replace("-", " "), f" {CODE} ", CODE.replace("-", ""), CODE.replace("-", "\u2013")],
)
def test_a_code_is_taken_however_it_was_typed(typed: str) -> None:
    asked = typed_code(typed)
    assert read_code(asked) == CODE
    assert isinstance(RouteTable().find("GET", f"/v1/transcripts/{asked}".encode()), Route)


def test_what_has_no_letter_is_no_code() -> None:
    with pytest.raises(CommandError):
        typed_code(" - ")


@pytest.mark.parametrize(
    ("path", "taken"),
    [(CODE, True), (CODE.lower(), True), (CODE.replace("-", ""), True), (CODE.replace("-", "%20"), False)],
)
def test_a_path_takes_it_with_hyphens_or_without_and_no_spaces(path: str, taken: bool) -> None:
    assert (RouteTable().find("GET", f"/v1/transcripts/{path}".encode()) is not None) is taken
