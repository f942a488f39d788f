"""Try a policy for a scope, beside the states that there are: nothing is adopted, recorded or told."""

from dataclasses import replace

from services.mastery.domain.errors import BusyError, MismatchError, UnknownError, WrongError
from services.mastery.domain.what_ifs import Asked, WhatIf, mode_meant
from services.mastery.ports import District
from shared.rulebook.scope import administered, read_scope

ANOTHER = "You have a what-if under way: wait for it, or cancel it with DELETE."
FULL = "Many what-ifs wait already; ask again later."


async def ask_what_if(asked: Asked, district: District, *, as_meant: bool = False) -> tuple[WhatIf, bool]:
    """The what-if, and whether it was begun now; asked again under the same id, it is the one begun then.

    `asked.document` is empty where a published policy was named by its digest. With `as_meant` it is tried in the mode
    that the policy says it is meant to be adopted in. Raises UnknownError where the caller
    does not administer the scope, WrongError where the scope or the policy names what is not known, MismatchError,
    BusyError where she has one under way or there are too many.
    """
    if not await district.rights.is_administrator(asked.asked_by, administered(asked.scope)):
        raise UnknownError("scope")
    scope = read_scope(asked.scope)
    if scope.id is not None and not await district.what_ifs.is_scope(scope.kind, scope.id):
        told = "No learner is known at a school" if scope.kind == "school" else f"There is no {scope.kind}"
        raise WrongError(f"{told} of this id.", "/scope", "scope-unknown")
    if not asked.document:
        document = await district.what_ifs.policy(asked.policy)
        if document is None:
            raise WrongError("No policy of this digest was published.", "/policy", "policy-not-found")
        asked = replace(asked, document=document)
    if as_meant:
        asked = replace(asked, mode=mode_meant(asked.document))
    match await district.what_ifs.ask(asked):
        case "mismatch":
            raise MismatchError
        case "busy":
            raise BusyError(ANOTHER, "one-at-a-time")
        case "full":
            raise BusyError(FULL, "too-many-waiting")
        case answer:
            what_if = await district.what_ifs.find(asked.id)
            if what_if is None:  # cancelled since
                raise UnknownError("what-if")
            return what_if, answer == "begun"
