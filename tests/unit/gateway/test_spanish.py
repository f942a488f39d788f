"""One word a thing, in Spanish too: on a printed ballot and on its page, on a learner's pages and on her teacher's."""

import re
from io import BytesIO

import pytest
from babel.messages.pofile import read_po

from services.gateway.http.pages.languages import FOLDER

ONE_WORD = {"boleta": "papeleta", "exhibición": "exposición", "habilidad": "destreza"}
SAID = [
    (str(message.id), text)
    for file in sorted((FOLDER / "es").glob("*.po"))
    for message in read_po(BytesIO(file.read_bytes()))
    for text in ([message.string] if isinstance(message.string, str) else message.string or ())
]


@pytest.mark.parametrize(("word", "other"), ONE_WORD.items())
def test_a_thing_has_one_word(word: str, other: str) -> None:
    assert any(word in text for _, text in SAID)
    assert [text for _, text in SAID if re.search(rf"(?i)\b{other}", text)] == []
