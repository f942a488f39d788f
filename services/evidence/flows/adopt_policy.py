"""Adopt a policy for a scope, and say which are in force."""

from services.evidence.domain.adopting import POLICIES, Adoption, AdoptPolicy, administered, decide_adopt
from services.evidence.domain.errors import Invalid, NotFound
from services.evidence.domain.receipts import Receipt
from services.evidence.flows.define import define
from services.evidence.ports import District
from shared.ledger.streams import learner_stream


async def adopt_policy(adopt: AdoptPolicy, actor: str, district: District) -> Receipt:
    """The receipt of the adoption.

    Raises NotFound where the caller does not administer the scope, Invalid where the scope or the policy names what
    is not known, StaleVersion, Mismatch.
    """
    if not await district.rights.is_administrator(actor, administered(adopt.scope)):
        raise NotFound("scope", field="/scope")
    await _check_scope(adopt.scope, district)
    if await district.definitions.published(adopt.policy) not in POLICIES:
        raise Invalid("No policy of this digest was published.", field="/policy")
    return await define(decide_adopt(adopt, tenant=district.tenant, actor=actor), district)


async def adoptions_in_force(scope: str | None, reader: str, district: District) -> list[Adoption]:
    """The adoptions in force, of one scope or of all that the reader may see.

    A learner's own are seen by whoever may see the learner, those of everyone by anyone who is signed in. Raises
    NotFound for a learner's scope that is not the reader's to see.
    """
    if scope is not None and scope.startswith("learner/"):
        if not await district.rights.may_see(reader, scope.removeprefix("learner/")):
            raise NotFound("scope", field="/scope")
        return await district.definitions.adoptions(scope)
    adoptions = await district.definitions.adoptions(scope)
    if scope is not None or await district.rights.is_administrator(reader, "district"):
        return adoptions
    return [adoption for adoption in adoptions if not adoption.scope.startswith("learner/")]


async def _check_scope(scope: str, district: District) -> None:
    kind, _, name = scope.partition("/")
    known = True
    if kind == "framework":
        known = await district.definitions.is_framework(name)
    elif kind == "competency":
        known = bool(await district.definitions.competencies([name]))
    elif kind == "learner":
        known = bool(await district.ledger.stream(learner_stream(name)))
    if not known:
        raise Invalid(f"There is no {kind} of this id.", field="/scope")
