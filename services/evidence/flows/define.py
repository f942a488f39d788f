"""The end of every write to the definitions ledger: append, then wait until the next request would see it."""

from services.evidence.domain.commands import Command
from services.evidence.domain.receipts import Receipt, receipt
from services.evidence.ports import District
from shared.runtime.shards import Shard


async def define(command: Command, district: District) -> Receipt:
    """The command's receipt. It is durable either way; where the projections are slow, it is given without them.

    Raises what `receipt` raises for an outcome that is a refusal, and LedgerUnavailable.
    """
    [outcome] = await district.ledger.append([command])
    answer = receipt(command, outcome)
    await district.applied.reached({Shard(answer.ledger, answer.shard): answer.position})
    return answer
