"""Opens the artefact store of a process, with what is known of its files."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from services.evidence.artefacts.files import StoredFiles
from services.evidence.artefacts.folder import FolderStore
from services.evidence.artefacts.tables import ArtefactTables
from services.evidence.domain.files import KeptFile, NamedFile
from services.evidence.ports import ArtefactsUnavailable, Files, Vault
from services.evidence.settings import EvidenceSettings
from services.evidence.vault.keys import Keys
from services.evidence.vault.wrapping import DistrictKey
from shared.runtime.database import connect

_UNSET = "No place for files is set: ASCERTAIN_ARTEFACT_FOLDER."


class NoFiles:
    """The port `Files` where no place for them is set: none is taken, and none is there."""

    async def receive(
        self,
        _work: str,
        _file: str,
        _declared: str | None,
        _parts: AsyncIterator[bytes],
        *,
        sender: str,  # noqa: ARG002 - as the port
    ) -> tuple[KeptFile, bool]:
        raise ArtefactsUnavailable(_UNSET)

    async def known(self, _work: str, _files: Collection[str]) -> Mapping[str, KeptFile]:
        return {}

    async def name(self, _named: Mapping[str, str]) -> None:
        return

    async def settle(self, _keys: Collection[str]) -> None:
        return

    def content(self, _work: str, _file: NamedFile) -> AsyncIterator[bytes]:
        raise ArtefactsUnavailable(_UNSET)

    async def remove(self, _work: str) -> None:
        return


@dataclass(frozen=True, slots=True)
class Destroyed:
    """An owner's key destroyed together with whatever lies in the store: the key first, which is enough."""

    vault: Vault
    files: Files

    async def destroy(self, owner: str) -> None:
        """Raises VaultUnavailable and ArtefactsUnavailable; the same is tried again then."""
        await self.vault.destroy(owner)
        await self.files.remove(owner)


async def open_files(opened: AsyncExitStack, settings: EvidenceSettings, size: int, name: str) -> Files:
    """The files, closed with `opened`. Raises OSError and ValueError where there is no district's key."""
    store = store_of(settings)
    if store is None:
        return NoFiles()
    keys = await opened.enter_async_context(await connect(settings.database_keys, size=size, name=name, least=0))
    tables = await open_artefact_tables(opened, settings, size, name)
    return StoredFiles(Keys(keys, DistrictKey(settings.read_district_key())), tables, store, store)


async def open_artefact_tables(
    opened: AsyncExitStack, settings: EvidenceSettings, size: int, name: str
) -> ArtefactTables:
    """What is known of files, closed with `opened`."""
    return ArtefactTables(
        await opened.enter_async_context(await connect(settings.database_vault, size=size, name=name, least=0))
    )


def store_of(settings: EvidenceSettings) -> FolderStore | None:
    """The store that the settings name, if they name one."""
    folder: Path | None = settings.artefact_folder
    return None if folder is None else FolderStore(folder, reserve=settings.artefact_reserve)
