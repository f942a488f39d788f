"""What exhibitions are called, for everyone who comes with a ballot."""

from services.evidence.ports import District
from services.evidence.ports.vault import VaultUnavailable

REMEMBERED = 64


class Titles:
    """Reads titles from the vault, each once: on an exhibition's evening thousands ask for the same one.

    A reference names one text for ever, and that of an exhibition tells of nobody who could be forgotten.
    """

    def __init__(self, district: District) -> None:
        self._district = district
        self._known: dict[tuple[str, str], str] = {}

    async def title_of(self, exhibition: str, ref: str | None) -> str | None:
        """None where nobody said what it is called, or the vault does not answer: one can vote without it."""
        if ref is None:
            return None
        if (exhibition, ref) in self._known:
            return self._known[exhibition, ref]
        try:
            kept = (await self._district.vault.texts([ref])).get(ref)
        except VaultUnavailable:
            return None
        if kept is None or kept.owner != exhibition:
            return None
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[exhibition, ref] = kept.text
        return kept.text
