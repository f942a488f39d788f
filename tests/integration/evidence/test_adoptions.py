"""Adopting with a reason, which stands in the vault alone; and policies for one learner, as far as they are allowed."""

import json
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.documents import document_digest
from shared.rulebook.accommodating import beyond
from shared.rulebook.policy import ACCOMMODATED, read_policy
from shared.runtime.disclosing import HEADER, disclosed
from tests.integration.evidence.conftest import People
from tests.integration.evidence.test_reveal import asked
from tests.support.evidence import Running, address, framework, policy
from tests.support.ledger_writer import policy_document

WHY = "We relearn until it is shown, so the best result counts."


def adoption(scope: str, document: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "scope": scope, "policy": document_digest(document), "mode": "recompute", **more}


async def test_a_reason_is_kept_in_the_vault_and_given_to_everybody_here(evidence: Running, people: People) -> None:
    document = framework(str(uuid4()), id_=str(uuid4()))
    await people.administrator.put(address(document), document)
    scope = f"framework/{document['id']}"
    wish = adoption(scope, policy(), reason=WHY)
    assert (await people.administrator.post("/v1/adoptions", wish)).status_code == 201
    assert (await people.administrator.post("/v1/adoptions", wish)).status_code == 200
    assert (await people.administrator.post("/v1/adoptions", {**wish, "reason": "Another."})).status_code == 422
    [ref] = await refs(evidence, wish["id"])
    [told] = (await people.teacher.get("/v1/adoptions", params={"scope": scope})).json()["adoptions"]
    assert told["reason_ref"] == ref
    for reader in (people.teacher, people.amara):
        texts, _ = await asked(evidence, reader, texts=[ref])
        assert (texts[ref]["text"], texts[ref]["learners"]) == (WHY, [])
    assert await asked(evidence, people.stranger, texts=[ref]) == ({}, {})


async def test_why_a_learner_has_a_policy_of_her_own_is_for_whoever_may_see_her(
    evidence: Running, people: People, newcomer: str
) -> None:
    wish = adoption(f"learner/{newcomer}", policy(), reason="She reads by ear.")
    assert (await people.administrator.post("/v1/adoptions", wish)).status_code == 201
    for query in ({"scope": f"learner/{newcomer}"}, {}):
        told = await people.administrator.get("/v1/adoptions", params=query)
        assert (newcomer, "policy") in set(disclosed(one.encode() for one in told.headers.get_list(HEADER)))
    [ref] = await refs(evidence, wish["id"])
    texts, _ = await asked(evidence, people.teacher, texts=[ref])
    assert (texts[ref]["owner"], texts[ref]["learners"]) == (newcomer, [newcomer])
    for other in (people.bao, people.other_teacher):
        assert await asked(evidence, other, texts=[ref]) == ({}, {})


async def refs(evidence: Running, event: str) -> list[str]:
    """The references in an event's body, from the service-only door."""
    page = await evidence.service("mastery").get("/ledger/definitions/0", params={"after": 0, "limit": 1000})
    entries = [entry for entry in page.json()["entries"] if entry["envelope"]["id"] == event]
    return [json.loads(entry["body"])["reason_ref"] for entry in entries]


async def test_a_policy_for_one_learner_differs_in_what_everyones_allows_alone(people: People, newcomer: str) -> None:
    document = framework(str(uuid4()), id_=str(uuid4()))
    everyones = {**policy(format="ascertain.policy@2", override="stands"), "accommodation": ["minimum"]}
    fewer = policy(title="Two pieces", minimum={"pieces": 2, "kinds": 1})
    other = policy(title="The newest", method="ascertain.latest@1")
    for each in (document, everyones, fewer, other):
        await people.administrator.put(address(each), each)
    scope, own = f"framework/{document['id']}", f"learner/{newcomer}"
    assert (await people.administrator.post("/v1/adoptions", adoption(scope, everyones))).status_code == 201
    assert (await people.administrator.post("/v1/adoptions", adoption(own, fewer))).status_code == 201
    refused = await people.administrator.post("/v1/adoptions", adoption(own, other))
    assert (refused.status_code, refused.json()["field"]) == (422, "/policy")
    assert refused.json()["detail"] == (
        f"The policy in force for {scope} lets a policy for one learner differ in minimum alone; "
        "this one also differs in method."
    )
    assert (await people.administrator.post("/v1/adoptions", adoption(scope, policy()))).status_code == 201
    assert (await people.administrator.post("/v1/adoptions", adoption(own, other))).status_code == 201


CHANGES: dict[str, dict[str, Any]] = {
    "scale": {"cut": "2"},
    "method": {"method": "ascertain.highest@1"},
    "roll_up": {"roll_up": {"method": "rollup.conjunctive@1", "parameters": {}}},
    "counts": {"counts": ["practice"]},
    "kinds": {"counted_kinds": ["attempt"]},
    "courses": {"courses": [str(uuid4())]},
    "minimum": {"days_apart": 2},
    "redo": {"redo": "adds"},
    "relearn": {"relearn": ["practice"]},
    "slip": {"slip": "from_minimum"},
    "override": {"override": "until_evidence"},
}


@pytest.mark.parametrize("member", ACCOMMODATED)
def test_each_member_that_differs_is_told_unless_it_is_allowed(member: str) -> None:
    own = read_policy(policy_document(title="Hers", **CHANGES[member]))
    others = [each for each in ACCOMMODATED if each != member]
    assert beyond(own, read_policy(policy_document())) == ()
    assert beyond(own, read_policy(policy_document(accommodation=[]))) == (member,)
    assert beyond(own, read_policy(policy_document(accommodation=others))) == (member,)
    assert beyond(own, read_policy(policy_document(accommodation=[member]))) == ()
