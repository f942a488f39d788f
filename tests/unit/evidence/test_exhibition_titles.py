"""What an exhibition is called is read once, and nobody waits in vain for a vault that does not answer."""

from collections.abc import Collection, Mapping
from types import SimpleNamespace
from typing import cast

from services.evidence.domain.texts import KeptText
from services.evidence.flows.exhibition_titles import Titles
from services.evidence.ports import District
from services.evidence.ports.vault import VaultUnavailable

EVENING, OTHER, REF = "an exhibition", "another", "a reference"


class Texts:
    """Texts as a vault gives them, or not at the moment; how often it was asked."""

    def __init__(self) -> None:
        self.away, self.asked = False, 0

    async def texts(self, refs: Collection[str]) -> Mapping[str, KeptText]:
        self.asked += 1
        if self.away:
            raise VaultUnavailable
        return {ref: KeptText(EVENING, "an event", "title", "An evening") for ref in refs if ref == REF}


def district(texts: Texts) -> District:
    return cast("District", SimpleNamespace(vault=texts))


async def test_it_is_read_once_and_again_where_the_vault_did_not_answer() -> None:
    texts = Texts()
    titles = Titles(district(texts))
    texts.away = True
    assert await titles.title_of(EVENING, REF) is None
    texts.away = False
    assert [await titles.title_of(EVENING, REF) for _ in range(5)] == ["An evening"] * 5
    assert texts.asked == 2


async def test_a_text_of_another_owner_and_none_at_all_are_no_title() -> None:
    titles = Titles(district(Texts()))
    assert await titles.title_of(EVENING, REF) == "An evening"
    assert [await titles.title_of(OTHER, REF), await titles.title_of(EVENING, None)] == [None, None]
    assert await titles.title_of(EVENING, "unknown") is None
