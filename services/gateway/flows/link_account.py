"""Say which person an issuer's subject is, or take that back. District administrators only."""

from dataclasses import dataclass

from services.gateway.domain.accounts import Account
from services.gateway.ports import AccountKeeping, Accounts
from shared.ledger.instants import Instant
from shared.runtime.problems import conflict, not_found


@dataclass(frozen=True, slots=True)
class Page:
    """Which links are asked for: of one person where one is named, after `after`, at most `limit`."""

    person: str | None
    after: str | None
    limit: int


async def link_account(account: Account, actor: str, keeping: AccountKeeping) -> tuple[Account, bool]:
    """As `link`. Raises `problems.not_found` too, where the actor is no administrator of the district."""
    await _check_administrator(actor, keeping)
    return await link(account, keeping.accounts)


async def link(account: Account, accounts: Accounts) -> tuple[Account, bool]:
    """The link as it is kept, and whether it is new. Repeatable. Rights were asked for before.

    Raises `problems.conflict` where the subject is another person already: nobody takes over an account by a slip; and
    `problems.gone` where the person is forgotten.
    """
    kept = await accounts.link(account)
    if kept.person != account.person:
        raise conflict(
            "This subject is linked to another person; remove that link first.",
            code="linked",
            field="/subject",
            id=kept.id,
        )
    return kept, kept.id == account.id


async def unlink_account(id_: str, actor: str, keeping: AccountKeeping, now: Instant) -> None:
    """Remove a link; the sessions that came of it end with it. Who can no longer sign in at all keeps no personal
    token either.

    Raises `problems.not_found` where the actor is no administrator of the district, or there is no such link.
    """
    await _check_administrator(actor, keeping)
    if not await keeping.accounts.unlink(id_, now):
        raise not_found("account")


async def list_accounts(page: Page, actor: str, keeping: AccountKeeping) -> list[Account]:
    """Links in the order of their ids. Raises `problems.not_found` where the actor is no district administrator."""
    await _check_administrator(actor, keeping)
    return await keeping.accounts.page(page.person, page.after, page.limit)


async def _check_administrator(actor: str, keeping: AccountKeeping) -> None:
    if not await keeping.administrators.is_administrator(actor, "district"):
        raise not_found("account")
