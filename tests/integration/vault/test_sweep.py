"""Texts that no event came to refer to are swept after a day; all others stay."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import uuid4

import pytest

from services.evidence.domain.texts import Name, NewText
from services.evidence.postgres.references import LedgerReferences
from services.evidence.vault.sweep import AGE, Sweep
from services.evidence.vault.tables import Waiting
from shared.runtime.database import connect
from tests.support.servers import District
from tests.support.vault import Opened, text

DAY = 24 * 60 * 60


async def recorded(opened: Opened, event: str, body: str) -> None:
    """An entry with this id and body, in the ledger as its owner may write it."""
    await opened.evidence.execute(
        "INSERT INTO ledger.stored_entry (position, occurred_at, recorded_at, shard, version, epoch, kind, id, owner,"
        " actor, ledger, body) SELECT 1 + coalesce(max(position), 0), 1, 1, 0, 1, 1, 1, $1::text::uuid, $1::text::uuid,"
        " $1::text::uuid, 'evidence', convert_to($2, 'UTF8') FROM ledger.stored_entry",
        event,
        body,
    )


async def aged(opened: Opened, refs: list[str], seconds: float) -> None:
    await opened.evidence.execute(
        "UPDATE vault.text SET kept_at = clock_timestamp() - make_interval(secs => $2) WHERE ref = ANY ($1::bytea[])",
        [bytes.fromhex(ref) for ref in refs],
        seconds,
    )


async def left(opened: Opened, refs: list[str]) -> list[bool]:
    kept = await opened.vault.texts(refs)
    return [ref in kept for ref in refs]


@pytest.fixture
async def sweep(opened: Opened, vaulted: District) -> AsyncIterator[Sweep]:
    async with await connect(vaulted.databases["evidence"].app, size=1, name="test") as pool:
        yield Sweep(opened.tables, LedgerReferences(pool))


@dataclass
class KeptMeanwhile:
    """The ledger refers to nothing yet; while it is asked, somebody keeps the same text again."""

    opened: Opened
    again: NewText

    async def referred(self, texts: Sequence[Waiting]) -> set[str]:
        assert [text.event for text in texts] == [self.again.event]
        await self.opened.vault.keep([self.again])
        return set()


async def test_what_no_event_refers_to_goes_after_a_day_and_the_rest_stays(opened: Opened, sweep: Sweep) -> None:
    referred, elsewhere, never, young = (text("Words.") for _ in range(4))
    refs = await opened.vault.keep([referred, elsewhere, never, young])
    await opened.vault.keep_names({never.owner: Name("Amara", "Okafor")})
    await recorded(opened, referred.event, f'{{"feedback_ref":"{refs[0]}"}}')
    await recorded(opened, elsewhere.event, f'{{"feedback_ref":"{refs[0]}"}}')
    await aged(opened, refs[:3], AGE + 1)
    await aged(opened, refs[3:], AGE - 60)
    assert await sweep.sweep() == 2
    assert await left(opened, refs) == [True, False, False, True]
    assert await opened.vault.names([never.owner]) == {never.owner: Name("Amara", "Okafor")}
    assert await sweep.sweep() == 0


async def test_a_reference_within_another_word_is_none(opened: Opened, sweep: Sweep) -> None:
    one = text("Words.")
    refs = await opened.vault.keep([one])
    await recorded(opened, one.event, f'{{"note_ref":"0{refs[0]}"}}')
    await aged(opened, refs, DAY + 1)
    assert await sweep.sweep() == 1


async def test_a_text_that_is_kept_again_while_it_is_swept_stays(opened: Opened) -> None:
    """Its event is on its way again: the sweep has looked at the ledger too early, and must look at the age again."""
    one = text("Words.")
    refs = await opened.vault.keep([one])
    await aged(opened, refs, DAY + 1)
    assert await Sweep(opened.tables, KeptMeanwhile(opened, one)).sweep() == 0
    assert await left(opened, refs) == [True]


async def test_more_texts_than_a_page_are_swept_and_what_is_referred_to_is_not_looked_at_again(
    opened: Opened, sweep: Sweep
) -> None:
    owner, event = str(uuid4()), str(uuid4())
    refs = await opened.vault.keep([NewText(owner, str(uuid4()), "note_ref", f"Words {n}") for n in range(1500)])
    [stays] = await opened.vault.keep([NewText(owner, event, "note_ref", "Stays.")])
    await recorded(opened, event, f'{{"note_ref":"{stays}"}}')
    await aged(opened, [*refs, stays], DAY + 1)
    assert await sweep.sweep() == 1500
    assert await opened.evidence.fetchval("SELECT referred FROM vault.text WHERE ref = $1", bytes.fromhex(stays))
    assert not await opened.tables.waiting(older=DAY, after=None, limit=10)


async def test_sweeping_goes_on_while_others_do_the_same(opened: Opened, sweep: Sweep) -> None:
    refs = await opened.vault.keep([text(f"Words {n}") for n in range(200)])
    await aged(opened, refs, DAY + 1)
    assert sum(await asyncio.gather(*(sweep.sweep() for _ in range(4)))) == 200
