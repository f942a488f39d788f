"""Trouble of the vault's databases, told in the port's own word."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from services.evidence.ports import VaultUnavailable
from services.evidence.vault.keys import WrongDistrictKeyError
from shared.runtime.trouble import is_trouble

PATIENCE = 10.0
"""Seconds that a round may take."""

_log = structlog.get_logger()


@asynccontextmanager
async def answering() -> AsyncIterator[None]:
    """Tell every trouble of the databases, and of the district's key, as VaultUnavailable."""
    try:
        async with asyncio.timeout(PATIENCE):
            yield
    except Exception as error:
        if not (is_trouble(error) or isinstance(error, WrongDistrictKeyError)):
            raise
        _log.warning("the vault does not answer", error=error)
        raise VaultUnavailable(f"The vault did not answer ({type(error).__name__}).") from error
