"""Whether a piece of evidence may stand: what is handed in against what is known (DESIGN §3, §9)."""

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from services.evidence.domain.commands import Command, Guard
from services.evidence.domain.errors import Gone, Invalid, NotFound
from services.evidence.domain.facts import new_event
from services.evidence.domain.judging import (
    KINDS,
    Body,
    Known,
    Read,
    check_instant,
    check_moves,
    check_results,
    check_work,
    earlier_guard,
    named_by,
)
from services.evidence.domain.plain_attempts import PlainAttempt
from services.evidence.domain.texts import NewText
from shared.contracts.pieces import ReflectionRecorded
from shared.ledger.instants import Instant
from shared.ledger.streams import learner_stream


class Item(msgspec.Struct, frozen=True):
    """One piece of evidence as it was handed in. Its shape is sound; whether it may stand is not yet judged.

    `text` is what was handed in with it; the body refers to none yet.
    """

    id: str
    occurred_at: Instant
    body: Read
    text: str | None = None


def closed_record() -> Gone:
    """What to tell where an item's learner is forgotten."""
    return Gone("This learner is forgotten; nothing more is recorded of her.", field="/body/learner")


def is_own_reflection(body: Read, actor: str) -> bool:
    """Whether a learner reflects on what she did herself: that she may, whoever else may record for her."""
    return body.learner == actor and isinstance(body, ReflectionRecorded)


def decide_record(  # noqa: PLR0913 - the district, the caller, the clock, and the three things that are compared
    item: Item, earlier: Mapping[str, str], *, known: Known, tenant: str, actor: str, now: Instant
) -> Command:
    """The command that records an item, guarded by its learner being open. It does not refer to the item's text yet.

    `earlier` says whose the items are that stand before it in the same request; what names one of them is guarded by
    that one having been recorded. Raises Invalid, NotFound or Gone, which name the field.
    """
    body = item.body
    if body.learner not in known.learners and not is_own_reflection(body, actor):
        if body.learner in known.forgotten:
            raise closed_record()
        raise NotFound("learner", field="/body/learner")
    check_instant(item.occurred_at, now)
    if not check_results(body, known) and isinstance(body, ReflectionRecorded) and item.text is None:
        raise Invalid(
            "A reflection needs a text, in texts.text, or ratings.", field="/texts/text", reason="reflection-empty"
        )
    check_moves(body, known.moves)
    named, work = named_by(body)
    if work is not None:
        check_work(body, work, known.works)
    guards: tuple[Guard, ...] = (Guard(body.learner, learner_stream(body.learner), "open"),)
    if named is not None:
        guards += earlier_guard(body, named, item.id, earlier, known.pieces)
    event = new_event(tenant, item.id, body, occurred_at=item.occurred_at)
    return Command(item.id, actor, "evidence", (event,), guards=guards)


def text_of(item: Item) -> NewText | None:
    """The text of an item, as the vault keeps it; None where it has none."""
    field = KINDS[type(item.body)].text
    if item.text is None or field is None:
        return None
    return NewText(item.body.learner, item.id, field, item.text)


def with_text(command: Command, item: Item, ref: str, *, tenant: str) -> Command:
    """The command that records an item, its body referring to the item's text. Raises Invalid as `new_event` does."""
    event = new_event(tenant, item.id, referring(item.body, ref), occurred_at=item.occurred_at)
    return replace(command, events=(event, *command.events[1:]))


def referring(body: Read, ref: str) -> Body:
    """The body, with a reference to its text."""
    assert not isinstance(body, PlainAttempt)  # an attempt has no text
    return body.model_copy(update={str(KINDS[type(body)].text): ref})
