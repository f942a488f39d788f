"""Keep the texts of a request in the vault: after everything else was judged, and before the append.

What the ledger then refuses leaves texts that no event refers to; the vault sweeps them.
"""

from collections.abc import Mapping, Sequence

from services.evidence.domain.errors import Forgotten
from services.evidence.domain.texts import NewText
from services.evidence.ports import District


async def keep_texts(owner: str, event: str, texts: Mapping[str, str | None], district: District) -> dict[str, str]:
    """The references of one event's texts by their fields, of those that were given. Nothing is asked for none.

    Raises Forgotten where the owner is, VaultUnavailable.
    """
    said = {field: text for field, text in texts.items() if text is not None}
    if not said:
        return {}
    refs = await district.vault.keep([NewText(owner, event, field, text) for field, text in said.items()])
    return dict(zip(said, refs, strict=True))


async def keep_each(texts: Sequence[NewText], district: District) -> list[str | None]:
    """The reference of each text, in order; None where its owner is forgotten, which fails no other.

    Raises VaultUnavailable; then no text may be referred to.
    """
    forgotten: frozenset[str] = frozenset()
    while True:
        kept = [text for text in texts if text.owner not in forgotten]
        try:
            refs = iter(await district.vault.keep(kept) if kept else [])
        except Forgotten as found:
            if found.owners <= forgotten:
                raise
            forgotten |= found.owners
        else:
            return [None if text.owner in forgotten else next(refs) for text in texts]
