"""What `mastery` tells by numbers of its refolds: readers for `measuring.Measures`."""

from services.mastery.ports import Refolds
from services.mastery.postgres.refolding import Refolding
from shared.runtime.measuring import Reader, Reading
from shared.runtime.metrics import REFOLDS, REFOLDS_FAILING


def refolds_measures(refolds: Refolds) -> Reader:
    """What waits, whichever process does it; the queue shows no more than its first."""

    async def read(reading: Reading) -> None:
        reading.number(REFOLDS, len(await refolds.waiting()))

    return read


def refolding_measures(refolding: Refolding) -> Reader:
    """Whether the refolds of this process go on."""

    async def read(reading: Reading) -> None:
        reading.number(REFOLDS_FAILING, refolding.failing is not None)

    return read
