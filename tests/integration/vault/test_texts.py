"""Texts and names in the vault: what is kept comes back, in its own place and to nobody without the key."""

import asyncio
import hashlib
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from services.evidence.domain.errors import Forgotten
from services.evidence.domain.texts import KeptText, Name
from tests.support.servers import District
from tests.support.vault import Opened, opened_vault, text

WORDS = "Amara, your thesis is clear; now show where Orwell says so. ‖ naïve 你好"


async def test_what_is_kept_comes_back_by_its_reference(opened: Opened) -> None:
    texts = [text(f"{WORDS} {n}") for n in range(30)]
    refs = await opened.vault.keep(texts)
    kept = await opened.vault.texts([*refs, "0" * 64])
    assert kept == {
        ref: KeptText(one.owner, one.event, one.field, one.text) for ref, one in zip(refs, texts, strict=True)
    }


async def test_an_honest_retry_has_the_same_reference_and_stores_nothing_new(opened: Opened) -> None:
    one = text(WORDS)
    [first], [again] = await opened.vault.keep([one]), await opened.vault.keep([one])
    both = await opened.vault.keep([one, one])
    assert {first, again, *both} == {first}
    assert await opened.evidence.fetchval("SELECT count(*) FROM vault.text WHERE owner = $1", UUID(one.owner)) == 1


async def test_another_text_has_another_reference(opened: Opened) -> None:
    one = text(WORDS)
    assert len(set(await opened.vault.keep([one, replace(one, text=WORDS + ".")]))) == 2


async def test_equal_texts_do_not_show(opened: Opened) -> None:
    one = text(WORDS)
    others = [replace(one, event=str(uuid4())), replace(one, field="note_ref"), replace(one, owner=str(uuid4()))]
    assert len(set(await opened.vault.keep([one, *others]))) == 4
    ciphertexts = await opened.evidence.fetch(
        "SELECT DISTINCT ciphertext FROM vault.text WHERE event = $1", UUID(one.event)
    )
    assert len(ciphertexts) == 3


async def test_the_reference_is_the_digest_of_key_id_and_ciphertext(opened: Opened) -> None:
    one = text(WORDS)
    [ref] = await opened.vault.keep([one])
    ciphertext = await opened.evidence.fetchval("SELECT ciphertext FROM vault.text WHERE ref = $1", bytes.fromhex(ref))
    key = await opened.wrapped.fetchval("SELECT id FROM keys.key WHERE owner = $1", UUID(one.owner))
    assert hashlib.sha256(key.bytes + ciphertext).hexdigest() == ref
    assert WORDS.encode() not in ciphertext


@pytest.mark.parametrize("column", ["owner", "event", "field", "ref", "ciphertext"])
async def test_a_ciphertext_in_another_place_does_not_decrypt(opened: Opened, column: str) -> None:
    one, other = text(WORDS), text("Something else of another.", field="note_ref")
    refs = await opened.vault.keep([one, other])
    if column == "ref":
        await opened.evidence.execute("DELETE FROM vault.text WHERE ref = $1", bytes.fromhex(refs[1]))
        await opened.evidence.execute(
            "UPDATE vault.text SET ref = $2 WHERE ref = $1", bytes.fromhex(refs[0]), bytes.fromhex(refs[1])
        )
    else:
        await opened.evidence.execute(
            f"UPDATE vault.text SET {column} = (SELECT {column} FROM vault.text WHERE ref = $2) WHERE ref = $1",
            *map(bytes.fromhex, refs),
        )
    assert one.text not in {kept.text for kept in (await opened.vault.texts(refs)).values()}


async def test_names_are_kept_replaced_and_given_back(opened: Opened) -> None:
    amara, bao = str(uuid4()), str(uuid4())
    await opened.vault.keep_names({amara: Name("Amara", "Okafor"), bao: Name("Bao", "")})
    await opened.vault.keep_names({bao: Name("Bảo", "Nguyễn")})
    assert await opened.vault.names([amara, bao, str(uuid4())]) == {
        amara: Name("Amara", "Okafor"),
        bao: Name("Bảo", "Nguyễn"),
    }


async def test_a_name_handed_in_again_changes_nothing(opened: Opened) -> None:
    amara = str(uuid4())
    rows = []
    for _ in range(2):
        await opened.vault.keep_names({amara: Name("Amara", "Okafor")})
        rows.append(await opened.evidence.fetchrow("SELECT *, xmin FROM vault.name WHERE owner = $1", UUID(amara)))
    assert rows[0] == rows[1]


async def test_a_name_of_another_does_not_decrypt(opened: Opened) -> None:
    amara, bao = str(uuid4()), str(uuid4())
    await opened.vault.keep_names({amara: Name("Amara", "Okafor"), bao: Name("Bao", "Nguyen")})
    await opened.evidence.execute(
        "UPDATE vault.name SET ciphertext = (SELECT ciphertext FROM vault.name WHERE owner = $1) WHERE owner = $2",
        UUID(amara),
        UUID(bao),
    )
    assert await opened.vault.names([amara, bao]) == {amara: Name("Amara", "Okafor")}


async def test_however_many_make_a_key_at_once_all_have_the_same(vaulted: District) -> None:
    owners = [str(uuid4()) for _ in range(40)]
    texts = [text(WORDS, owner=owner) for owner in owners]
    async with opened_vault(vaulted) as one, opened_vault(vaulted) as other:
        turns = [texts, texts[::-1], texts[20:] + texts[:20]]
        kept = await asyncio.gather(*(v.vault.keep(turn) for turn in turns for v in (one, other, one, other)))
        for turn, refs in zip([turn for turn in turns for _ in range(4)], kept, strict=True):
            assert dict(zip([t.owner for t in turn], refs, strict=True)) == dict(zip(owners, kept[0], strict=True))
        assert len(await one.vault.texts(kept[0])) == 40


async def test_a_destroyed_key_comes_never_back_and_nothing_of_it_is_left(opened: Opened) -> None:
    gone, never, stays = str(uuid4()), str(uuid4()), text(WORDS)
    refs = await opened.vault.keep([text(WORDS, owner=gone), stays])
    await opened.vault.keep_names({gone: Name("Amara", "Okafor")})
    for _ in range(2):
        await opened.vault.destroy(gone)
        await opened.vault.destroy(never)
    assert list(await opened.vault.texts(refs)) == [refs[1]]
    assert await opened.vault.names([gone]) == {}
    for owner in (gone, never):
        with pytest.raises(Forgotten) as refused:
            await opened.vault.keep([stays, text(WORDS, owner=owner)])
        assert refused.value.owners == {owner}
    await opened.vault.keep_names({gone: Name("Amara", "Okafor"), stays.owner: Name("Bao", "Nguyen")})
    assert list(await opened.vault.names([gone, stays.owner])) == [stays.owner]
    for table in ("vault.text", "vault.name"):
        assert not await opened.evidence.fetchval(f"SELECT count(*) FROM {table} WHERE owner = $1", UUID(gone))
    key = await opened.wrapped.fetchrow("SELECT wrapped, destroyed_at FROM keys.key WHERE owner = $1", UUID(gone))
    assert key is not None
    assert key["wrapped"] is None
    assert key["destroyed_at"] is not None


async def test_a_class_and_an_import_take_as_few_statements_as_one_text(opened: Opened) -> None:
    for count in (1, 30, 1000):
        texts = [text(f"{WORDS} {n}") for n in range(count)]
        before = opened.statements()
        refs = await opened.vault.keep(texts)
        assert opened.statements() - before <= 4 + (count == 1) * 2  # the first use also proves the district's key
        before = opened.statements()
        assert len(await opened.vault.texts(refs)) == count
        assert opened.statements() - before == 2
