"""Adopt a policy for a scope, and say which are in force."""

from dataclasses import replace

from services.evidence.domain.adopting import (
    POLICIES,
    Adoption,
    AdoptPolicy,
    check_accommodation,
    decide_adopt,
    reason_owner,
)
from services.evidence.domain.errors import Invalid, NotFound
from services.evidence.domain.overriding import learner_of
from services.evidence.domain.receipts import Receipt
from services.evidence.flows.define import define
from services.evidence.flows.keep_texts import keep_texts
from services.evidence.ports import District
from shared.contracts.bodies import PolicyAdopted
from shared.contracts.events import decode
from shared.ledger.identifiers import shard_of
from shared.ledger.streams import learner_stream
from shared.rulebook.policy import Policy
from shared.rulebook.scope import administered


async def adopt_policy(adopt: AdoptPolicy, actor: str, district: District) -> Receipt:
    """The receipt of the adoption.

    Raises NotFound where the caller does not administer the scope, Invalid where the scope or the policy names what
    is not known, and where a policy for one learner is more than those for everyone allow; StaleVersion, Mismatch,
    VaultUnavailable.
    """
    if not await district.rights.is_administrator(actor, administered(adopt.scope)):
        raise NotFound("scope", field="/scope")
    await _check_scope(adopt.scope, district)
    if await district.definitions.published(adopt.policy) not in POLICIES:
        raise Invalid("No policy of this digest was published.", field="/policy", reason="policy-not-found")
    if adopt.scope.startswith("learner/"):
        await _check_accommodation(adopt, district)
    owner = reason_owner(adopt.scope, district.tenant)
    refs = await keep_texts(owner, adopt.id, {"reason_ref": adopt.reason}, district)
    return await define(decide_adopt(adopt, refs.get("reason_ref"), tenant=district.tenant, actor=actor), district)


async def adoptions_in_force(scope: str | None, reader: str, district: District) -> list[Adoption]:
    """The adoptions in force, of one scope or of all that the reader may see.

    A learner's own are seen by whoever may see the learner, those of everyone by anyone who is signed in. Raises
    NotFound for a learner's scope that is not the reader's to see.
    """
    if scope is not None and scope.startswith("learner/"):
        if not await district.rights.may_see(reader, scope.removeprefix("learner/")):
            raise NotFound("scope", field="/scope")
        return await _with_reasons(await district.definitions.adoptions(scope), district)
    adoptions = await _with_reasons(await district.definitions.adoptions(scope), district)
    if scope is not None or await district.rights.is_administrator(reader, "district"):
        return adoptions
    return [adoption for adoption in adoptions if not adoption.scope.startswith("learner/")]


async def _with_reasons(adoptions: list[Adoption], district: District) -> list[Adoption]:
    """The adoptions with the references of their reasons, which only their entries hold."""
    entries = await district.ledger.entries([adoption.id for adoption in adoptions])
    return [
        replace(adoption, reason_ref=decode(entries[adoption.id], PolicyAdopted).reason_ref)
        if adoption.id in entries
        else adoption
        for adoption in adoptions
    ]


async def _check_accommodation(adopt: AdoptPolicy, district: District) -> None:
    """A learner's own policy goes before every other for her, so each that may hold for her has its say: her school's,
    or else the district's, and those of frameworks and competencies. What was recorded already is not judged again.
    """
    if await district.ledger.entries([adopt.id]):
        return
    learner = adopt.scope.removeprefix("learner/")
    history = await district.ledger.stream(learner_stream(learner))
    enrolled = learner_of(learner, shard_of(district.tenant, learner), history).school()
    in_force = {adoption.scope: adoption.policy for adoption in await district.definitions.adoptions(None)}
    at_school = "" if enrolled is None else f"school/{enrolled.school}"
    general = at_school if at_school in in_force else "district"
    own = await district.definitions.policy(adopt.policy)
    if own is None:
        return
    everyones: dict[str, Policy] = {}
    for scope, digest in in_force.items():
        if scope == general or scope.startswith(("framework/", "competency/")):
            policy = await district.definitions.policy(digest)
            if policy is not None:
                everyones[scope] = policy
    check_accommodation(own, everyones)


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
        raise Invalid(f"There is no {kind} of this id.", field="/scope", reason="scope-unknown")
