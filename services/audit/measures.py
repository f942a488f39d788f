"""What `audit` tells by numbers of its verifications: a reader for `measuring.Measures`."""

from services.audit.postgres.verifications import StoredVerifications
from shared.runtime.measuring import Reader, Reading
from shared.runtime.metrics import VERIFICATIONS, VERIFIED_EQUAL


def verification_measures(verifications: StoredVerifications) -> Reader:
    """How the verifications of the whole district ended, and what the latest of each kind found."""

    async def read(reading: Reading) -> None:
        for tally in await verifications.tallies():
            reading.number(VERIFICATIONS, tally.number, tally.kind, tally.state)
        for kind, state in (await verifications.latest()).items():
            reading.number(VERIFIED_EQUAL, state == "equal", kind)

    return read
