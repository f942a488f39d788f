"""Names on pages that are worth having without them too."""

from collections.abc import Mapping, Sequence

from services.gateway.domain.disclosures import Purpose, RevealedName
from services.gateway.http.pages.asking import Asking
from services.gateway.http.visitors import Visitor
from shared.runtime.problems import Problem


async def names_now(
    asking: Asking, visitor: Visitor, purpose: Purpose, named: Sequence[str]
) -> Mapping[str, RevealedName]:
    """Names of people and schools and titles of classes, as far as they can be had now: nobody is kept from a page
    because they cannot.
    """
    if not named:
        return {}
    try:
        return (await asking.revealed(visitor, purpose, names=named)).names
    except Problem as problem:
        if problem.status != 503:
            raise
        return {}
