"""Who may approve that a learner is forgotten; and keys that are to be destroyed, tried until they are gone."""

from dataclasses import replace

import pytest

from services.evidence.domain.commands import Guard
from services.evidence.domain.errors import Conflict, Invalid
from services.evidence.domain.forgetting import ApproveForgetting, RequestForgetting, decide_approval, request_command
from services.evidence.ports import VaultUnavailable
from services.evidence.vault.destroying import KeyDestruction
from shared.contracts.learners import ForgettingRequested
from shared.ledger.canonical import parse
from tests.unit.evidence.test_judgement import AMARA, OTHER, REF, TEACHER, TENANT, entry

FIRST, SECOND, REQUEST = TEACHER, OTHER, "b0000000-0000-4000-8000-000000000000"
ASKED = entry(ForgettingRequested(learner=AMARA), REQUEST, actor=FIRST)
APPROVAL = ApproveForgetting("c0000000-0000-4000-8000-000000000000", AMARA, REQUEST)


def test_a_request_asks_that_the_learner_be_there() -> None:
    command = request_command(RequestForgetting(REQUEST, AMARA, None), None, tenant=TENANT, actor=FIRST)
    assert (command.events[0].stream, command.events[0].closes) == (f"learner/{AMARA}", False)
    assert parse(command.events[0].body) == {"learner": AMARA}
    assert command.guards == (Guard(AMARA, f"learner/{AMARA}", "open"),)
    with_reason = request_command(RequestForgetting(REQUEST, AMARA, "So."), REF, tenant=TENANT, actor=FIRST)
    assert parse(with_reason.events[0].body) == {"learner": AMARA, "reason_ref": REF}


def test_an_approval_closes_the_record_and_may_be_repeated() -> None:
    command = decide_approval(APPROVAL, [ASKED], tenant=TENANT, actor=SECOND)
    [event] = command.events
    assert (event.stream, event.closes) == (f"learner/{AMARA}", True)
    assert parse(event.body) == {"learner": AMARA, "request": REQUEST}
    assert (command.expects, command.guards) == ((), ()), "a guard would refuse the honest repeat"


def test_who_asked_does_not_approve() -> None:
    with pytest.raises(Conflict):
        decide_approval(APPROVAL, [ASKED], tenant=TENANT, actor=FIRST)


def test_what_is_approved_is_a_request() -> None:
    for history in ([], [replace(ASKED, type="ascertain.LearnerEnrolled")], [replace(ASKED, id=OTHER)]):
        with pytest.raises(Invalid) as caught:
            decide_approval(APPROVAL, history, tenant=TENANT, actor=SECOND)
        assert caught.value.field == "/request"


class Keys:
    """A vault, as far as it destroys, and the list of what it is to destroy."""

    def __init__(self, *owners: str, stuck: str | None = None) -> None:
        self.waiting, self.stuck, self.destroyed = list(owners), stuck, list[str]()

    async def pending(self, limit: int) -> list[str]:
        return self.waiting[:limit]

    async def done(self, owner: str) -> None:
        self.waiting.remove(owner)

    async def destroy(self, owner: str) -> None:
        if owner == self.stuck:
            raise VaultUnavailable("It does not answer.")
        self.destroyed.append(owner)


async def test_one_that_cannot_be_destroyed_keeps_no_other_back_and_is_tried_again() -> None:
    keys = Keys("a", "b", "c", stuck="b")
    worker = KeyDestruction(keys, keys)
    with pytest.raises(VaultUnavailable):
        await worker.step()
    assert (keys.destroyed, keys.waiting) == (["a", "c"], ["b"])
    keys.stuck = None
    assert await worker.step()
    assert (keys.destroyed, keys.waiting) == (["a", "c", "b"], [])
    assert not await worker.step()
