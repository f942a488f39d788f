"""How far a panel agrees is said by figures, in the reader's language."""

import pytest

from services.gateway.http.pages.exhibitions.agreeing import agreement_in_words
from services.gateway.http.pages.languages import words_in


@pytest.mark.parametrize(
    ("figures", "english", "spanish"),
    [
        ((0, 0, 0), "No two panelists", "Ningún par"),
        ((1, 1, 1), "gave the same", "dieron lo mismo"),
        ((1, 0, 1), "one level apart", "en un nivel"),
        ((1, 0, 0), "further apart", "más de un nivel"),
        ((3, 1, 2), "1 (33%) are the same, and 2 (67%)", "1 (33 %) coinciden"),
        ((12, 12, 12), "12 (100%) are the same", "12 (100 %) coinciden"),
    ],
)
def test_agreement(figures: tuple[int, int, int], english: str, spanish: str) -> None:
    told = dict(zip(("n", "exact", "adjacent"), figures, strict=True))
    said = [agreement_in_words(told, words_in(language)) for language in ("en", "es")]
    assert english in said[0]
    assert spanish in said[1]
    assert ("may be chance" in said[0], "casualidad" in said[1]) == (figures[0] == 3, figures[0] == 3)
