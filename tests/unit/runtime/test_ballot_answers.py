"""Answers as people write them onto a ballot or into a table: codes, titles in any language, numbers of works."""

from typing import Any

import pytest

from shared.runtime.ballot_answers import Ballot, UnaskedError
from tests.support.ledger_writer import named

POSTER, ESSAY = named("poster"), named("essay")
SHOWN: dict[str, Any] = {
    "exhibition": named("fair"),
    "state": "open",
    "language": "en",
    "title": {"en": "Animal Farm"},
    "questions": [
        {
            "question": "leader",
            "kind": "choice",
            "title": {"en": "Who leads best?"},
            "options": [
                {"option": "old-major", "title": {"en": "Old Major", "es": "Viejo Mayor"}},
                {"option": "snowball", "title": {"en": "Snowball", "es": "Bola de Nieve"}},
            ],
        },
        {
            "question": "clear",
            "kind": "rating",
            "title": {"en": "How clear is it?"},
            "options": [{"option": "1", "title": {"en": "2"}}, {"option": "2", "title": {"en": "Very"}}],
        },
    ],
    "works": [{"work": POSTER, "number": 1}, {"work": ESSAY, "number": 2}],
}
BALLOT = Ballot("0" * 32, SHOWN)


@pytest.mark.parametrize(
    ("written", "word", "name", "option"),
    [
        ("leader", "old-major", "leader", "old-major"),
        ("leader", "OLD MAJOR", "leader", "old-major"),
        ("leader", "bola de nieve", "leader", "snowball"),
        ("clear/2", "very", f"clear/{ESSAY}", "2"),
        (f"clear/{POSTER}", "1", f"clear/{POSTER}", "1"),
        ("clear/1", "2", f"clear/{POSTER}", "2"),  # a code goes before a title that looks like one
    ],
)
def test_an_answer_is_found_by_what_people_call_it(written: str, word: str, name: str, option: str) -> None:
    assert BALLOT.answers([(written, word)]) == {name: option}


def test_what_is_left_blank_abstains() -> None:
    assert BALLOT.answers([("leader", ""), ("clear/1", "2")]) == {f"clear/{POSTER}": "2"}


@pytest.mark.parametrize(
    ("written", "word", "said"),
    [
        ("leader", "napoleon", "'napoleon' is no answer to leader; it is one of old-major, snowball."),
        ("best", "snowball", "does not ask 'best'"),
        ("clear", "2", "does not ask 'clear'"),
        ("clear/3", "2", "does not ask 'clear/3'"),
        ("best", "", "does not ask 'best'"),
    ],
)
def test_what_is_not_asked_is_said_to_be_so(written: str, word: str, said: str) -> None:
    with pytest.raises(UnaskedError, match=said):
        BALLOT.answers([(written, word)])
