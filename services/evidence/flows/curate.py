"""What every decision on a portfolio has in common: judged on the portfolio as it is, and again where it moved on."""

from collections.abc import Awaitable, Callable

from services.evidence.domain.commands import Command
from services.evidence.domain.exhibits import Wish, before, portfolio_command
from services.evidence.domain.receipts import Receipt
from services.evidence.flows.deciding import decided
from services.evidence.ports import District
from shared.contracts.values import Contract
from shared.ledger.streams import portfolio_stream
from shared.rulebook.curated import Curated

Decide = Callable[[Curated], Awaitable[Contract]]


async def curate(wish: Wish, decide: Decide, actor: str, district: District) -> Receipt:
    """The receipt of what `decide` makes of the portfolio as it was before this request, which may be a repetition.

    Where no version is expected, the one that was judged is: so two who decide at once never contradict each other.
    That the learner is not forgotten is for the ledger to say, at the moment of the append.
    Raises what `decide` raises, StaleVersion, Gone, NotFound, Mismatch and LedgerUnavailable.
    """

    async def command() -> Command:
        known = before(await district.ledger.stream(portfolio_stream(wish.learner)), wish.id)
        version = known.version if wish.expected_version is None else wish.expected_version
        return portfolio_command(wish, await decide(known), version, tenant=district.tenant, actor=actor)

    return await decided(command, district.ledger, expected_version=wish.expected_version)
