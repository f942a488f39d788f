"""What binds a text in the vault to its place: owner, event and field; and whose a text is that an event refers to."""

from dataclasses import replace
from uuid import uuid4

import pytest

from services.evidence.domain.revealing import readable_texts, referred, told_of
from services.evidence.domain.texts import KeptText
from services.evidence.vault.cipher import OwnerKey
from shared.contracts.learners import ForgettingRequested
from tests.unit.evidence.test_judgement import AMARA, OTHER, REF, TEACHER, entry

EVENT, FIELD, WORDS = "b0000000-0000-4000-8000-000000000000", "reason_ref", "Her family moved away."


@pytest.mark.parametrize("change", [{"owner": OTHER}, {"event": str(uuid4())}, {"field": "note_ref"}])
def test_a_text_decrypts_in_its_place_alone_also_under_its_own_key(change: dict[str, str]) -> None:
    """Keys are an owner's each, so that the owner is in what is authenticated matters only if a key ever strays."""
    key = OwnerKey.generated(AMARA)
    ciphertext = key.encrypt_text(EVENT, FIELD, WORDS)
    assert key.decrypt_text(EVENT, FIELD, ciphertext) == WORDS
    strayed = replace(key, owner=change.get("owner", AMARA))
    assert strayed.decrypt_text(change.get("event", EVENT), change.get("field", FIELD), ciphertext) is None


def test_a_name_decrypts_under_its_owner_alone_and_is_no_text() -> None:
    key = OwnerKey.generated(AMARA)
    ciphertext = key.encrypt_name("Amara")
    assert key.decrypt_name(ciphertext) == "Amara"
    assert replace(key, owner=OTHER).decrypt_name(ciphertext) is None
    assert key.decrypt_text(EVENT, "name", ciphertext) is None


def test_a_text_is_of_the_event_that_refers_to_it_only_if_they_have_one_owner() -> None:
    """Else whoever may see the event's learner would read what was kept of another."""
    asked = entry(ForgettingRequested(learner=AMARA, reason_ref=REF), EVENT, actor=TEACHER)
    kept = KeptText(AMARA, EVENT, FIELD, WORDS)
    assert referred({REF: kept}, {EVENT: asked}) == {REF: asked}
    for other in (replace(kept, owner=OTHER), replace(kept, event=str(uuid4()))):
        assert referred({REF: other}, {EVENT: asked}) == {}
    assert referred({"0" * 64: kept}, {EVENT: asked}) == {}


def test_a_text_of_a_work_that_never_began_tells_of_nobody_and_is_given_to_nobody() -> None:
    asked = entry(ForgettingRequested(learner=AMARA, reason_ref=REF), EVENT, actor=TEACHER)
    assert told_of(asked, {}) == (AMARA,)
    kept = {REF: KeptText(AMARA, EVENT, FIELD, WORDS)}
    assert readable_texts(kept, {REF: ()}, {AMARA}) == ()
    assert readable_texts(kept, {REF: (AMARA,)}, {OTHER}) == ()
    assert [text.text for text in readable_texts(kept, {REF: (AMARA, OTHER)}, {OTHER})] == [WORDS]
