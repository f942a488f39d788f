"""Opens the vault of a process: its pools, and its keys under the district's key."""

from contextlib import AsyncExitStack

import structlog

from services.evidence.settings import EvidenceSettings
from services.evidence.vault.exhibitions import ExhibitionSecrets
from services.evidence.vault.keys import Keys
from services.evidence.vault.tables import Tables
from services.evidence.vault.vault import PostgresVault
from services.evidence.vault.wrapping import DistrictKey
from shared.runtime.database import connect
from shared.runtime.trouble import is_trouble

VAULT = 6
"""Connections to each of the vault's two databases, for requests."""

BOXES = 4
"""Connections for the secrets of exhibitions: a vote asks for one row."""

_log = structlog.get_logger()


async def open_vault(opened: AsyncExitStack, settings: EvidenceSettings, size: int, name: str) -> PostgresVault:
    """The vault, closed with `opened`.

    Raises WrongDistrictKeyError where the district's key is not the one that the keys were wrapped with, OSError and
    ValueError where there is none. Where the databases do not answer, that is left to the first use: what has no texts
    is recorded meanwhile.
    """
    pool = await opened.enter_async_context(await connect(settings.database_keys, size=size, name=name, least=0))
    keys = Keys(pool, DistrictKey(settings.read_district_key()))
    try:
        await keys.prove()
    except Exception as error:
        if not is_trouble(error):
            raise
        _log.warning("the vault's keys do not answer", error=error)
    return PostgresVault(keys, await open_tables(opened, settings, size, name))


async def open_boxes(opened: AsyncExitStack, settings: EvidenceSettings, size: int, name: str) -> ExhibitionSecrets:
    """The secrets of exhibitions, closed with `opened`. Raises OSError and ValueError where there is no district's key.

    Whether it is the right one is asked before the first use.
    """
    pool = await opened.enter_async_context(await connect(settings.database_keys, size=size, name=name, least=0))
    wrapping = DistrictKey(settings.read_district_key())
    return ExhibitionSecrets(pool, Keys(pool, wrapping), wrapping)


async def open_tables(opened: AsyncExitStack, settings: EvidenceSettings, size: int, name: str) -> Tables:
    """The ciphertexts alone, closed with `opened`."""
    return Tables(
        await opened.enter_async_context(await connect(settings.database_vault, size=size, name=name, least=0))
    )
