"""Give a file of a work back to whoever may see one of its members. That it was done is logged by who asks."""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass

from services.evidence.domain.errors import NotFound
from services.evidence.domain.files import NamedFile
from services.evidence.flows.reveal import People, reveal
from services.evidence.ports import District
from shared.contracts.events import decode
from shared.contracts.works import WorkVersionAdded


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file of a work, and the members whom it tells of."""

    work: str
    file: NamedFile
    learners: Collection[str]


async def open_file(reader: str, ref: str, people: People, district: District) -> OpenedFile:
    """What the text of this reference says of a file. Raises NotFound, VaultUnavailable and LedgerUnavailable.

    What is a file says the version in the record, never the text itself, which could be anybody's words.
    """
    [*revealed] = (await reveal(reader, [ref], [], people, district)).texts
    kept = (await district.vault.texts([ref])).get(ref) if revealed else None
    version = None if kept is None else (await district.ledger.entries([kept.event])).get(kept.event)
    if version is None or version.event != "WorkVersionAdded":
        raise NotFound("file")
    artefacts = decode(version, WorkVersionAdded).artefacts
    if not any(artefact.kind == "file" and artefact.content_ref == ref for artefact in artefacts):
        raise NotFound("file")
    return OpenedFile(version.owner, NamedFile.read(revealed[0].text), revealed[0].learners)


def content(opened: OpenedFile, district: District) -> AsyncIterator[bytes]:
    """The plain bytes. Raises as `Files.content`."""
    return district.files.content(opened.work, opened.file)
