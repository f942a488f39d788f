"""What files are taken, what they may be called, and that nothing but the whole file under its key comes back."""

import io
import tracemalloc
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest

from services.evidence.artefacts.folder import FolderStore
from services.evidence.artefacts.sealing import BEGIN, PART, TAG, FileCipher, SealedReader, Unsealable
from services.evidence.artefacts.staging import Staged
from services.evidence.domain.errors import Invalid
from services.evidence.domain.files import MAX_FILE, KeptFile, NamedFile, check_declared, checked_name, declared_type
from services.evidence.domain.works import NewArtefact
from services.evidence.flows.add_version import add_version
from services.evidence.http.files import disposition
from services.evidence.ports import NoRoom
from services.evidence.vault.cipher import OwnerKey
from shared.ledger.canonical import parse
from tests.support import documents
from tests.support.pure_district import AMARA, SECOND, TEACHER, WORK, PureDistrict
from tests.unit.evidence.test_works import started, told, version

OWNER = OwnerKey.generated(WORK)
KEY = "11111111-1111-4111-8111-111111111111"


def staged(content: bytes, folder: Path, *, part: int = 10_000) -> str:
    with Staged(folder, FileCipher(OWNER, KEY)) as file:
        for at in range(0, len(content), part):
            file.add(content[at : at + part])
        return file.finish()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (documents.PDF, "application/pdf"),
        (documents.PNG, "image/png"),
        (documents.JPEG, "image/jpeg"),
        (documents.GIF, "image/gif"),
        (documents.WEBP, "image/webp"),
        (documents.MP3, "audio/mpeg"),
        (documents.M4A, "audio/mp4"),
        (documents.MP4, "video/mp4"),
        (documents.WEBM, "video/webm"),
        (documents.TEXT, "text/plain"),
        (b"PK was how Pinkerton signed.", "text/plain"),
        (b"BMX is the sport of my essay.", "text/plain"),
        (b"MZ, she wrote, was her name.", "text/plain"),
        (documents.docx(), documents.WORD),
        (documents.odt(), documents.ODT),
    ],
)
def test_what_is_taken_is_known_by_its_bytes(content: bytes, media_type: str, tmp_path: Path) -> None:
    assert staged(content, tmp_path, part=7) == media_type
    assert not list(tmp_path.iterdir()), "what is coming has no name"


REFUSED: dict[str, bytes] = {
    "nothing": b"",
    "a program": b"\x7fELF\x02\x01\x01" + bytes(64),
    "a program for Windows": b"MZ" + bytes(64),
    "a script with a null": b"echo\x00",
    "no UTF-8": "Napoléon".encode("latin-1"),
    "half a letter": "é".encode()[:1],
    "an archive": documents.packed({"essay.txt": b"So."}),
    "a ZIP in name alone": b"PK\x03\x04" + bytes(64),
    "macros by name": documents.docx(**{"word/vbaProject.bin": b"x"}),
    "macros by type": documents.packed(
        {"[Content_Types].xml": documents.content_types("application/vnd.ms-word.document.macroEnabled.main+xml")}
    ),
    "macros of an open document": documents.odt(**{"Basic/Standard/Module1.xml": b"x"}),
    "a program within": documents.docx(**{"word/embeddings/run.EXE": b"x"}),
    "a part whose name leads elsewhere": documents.docx(**{"../../etc/passwd": b"x"}),
    "a bomb": documents.bomb(),
    "a bomb in the list of parts": documents.packed({"[Content_Types].xml": bytes(1_000_000)}),
    "too many parts": documents.docx(**{f"word/media/{n}.png": b"" for n in range(5_001)}),
    "something packed in RAR": b"Rar!\x1a\x07\x00" + bytes(64),
    "a picture with scripts": b"<svg xmlns='http://www.w3.org/2000/svg'>\x00</svg>",
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED)
def test_what_is_not_taken(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        staged(content, tmp_path, part=1 << 20)


def test_a_few_parts_are_in_memory_however_large_a_file_is(tmp_path: Path) -> None:
    part = bytes(PART)
    tracemalloc.start()
    try:
        with Staged(tmp_path, FileCipher(OWNER, KEY)) as file:
            file.add(documents.PDF)
            for _ in range(100):
                file.add(part)
            assert file.finish() == "application/pdf"
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 10 * PART


def test_too_large_a_file_ends_as_soon_as_it_is(tmp_path: Path) -> None:
    with Staged(tmp_path, FileCipher(OWNER, KEY)) as file:
        for _ in range(MAX_FILE // PART):
            file.add(bytes(PART))
        with pytest.raises(Invalid):
            file.add(b"x")


@pytest.mark.parametrize(
    "name",
    ["../essay.pdf", "a/b.pdf", "a\\b.pdf", "C:essay.pdf", "essay\x00.pdf", "essay\n.pdf", "essay\u202efdp.pdf",
     "\u2066essay.pdf", "CON.pdf", "nul.pdf", "com1.old.pdf", ".pdf", "..pdf", "essay", "essay.pdf.exe", "essay.html",
     "essay .pdf", "essay..pdf", "a" * 250 + ".pdf", "", "essay\u200b.pdf", 'es"say.pdf', "essay.pdf\n", "\tessay.pdf",
     "es\u2028say.pdf", "es\u200dsay.pdf", "es\u200csay.pdf", "\u200dessay.pdf",
     "می\u200c.pdf", "می\u200c\u200cخوا.pdf",
     "می\u202eخوا.pdf", "می\u061cخوا.pdf", "می\ufeffخوا.pdf", "\U0001f3f4\U000e0067\U000e007f.pdf"],
)  # fmt: skip
def test_names_that_lead_elsewhere_or_mislead_are_refused(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_name(name, "application/pdf", field="/artefacts/0/name")
    assert refused.value.field == "/artefacts/0/name"


@pytest.mark.parametrize(
    "name",
    ["essay.pdf", "Mi ensayo (2).PDF", "Über Napoléon.pdf", "羊.pdf", "v1.2.pdf", "می\u200cخواهم.pdf", "क्\u200dष.pdf",
     "Us \U0001f469\U0001f3fd\u200d\U0001f393.pdf", "\u2764\ufe0f\u200d\U0001f525.pdf"],
)  # fmt: skip
def test_plain_names_are_kept(name: str) -> None:
    assert checked_name(f" {name} ", "application/pdf", field="") == name


def test_what_is_declared_must_be_what_it_is() -> None:
    assert declared_type("image/jpg; q=1") == "image/jpeg"
    assert declared_type(None) is declared_type("application/octet-stream") is None
    check_declared(None, "image/png")
    with pytest.raises(Invalid):
        check_declared("application/pdf", "image/png")
    for taken_by_nobody in ("text/html", "image/svg+xml", "application/zip"):
        with pytest.raises(Invalid):
            declared_type(taken_by_nobody)


@pytest.mark.parametrize("size", [1, PART - 1, PART, PART + 1, 3 * PART, 3 * PART + 5])
def test_a_sealed_file_is_read_anywhere(size: int, tmp_path: Path) -> None:
    plain = bytes(n % 251 for n in range(size))
    reader, sealed = _sealed(plain, tmp_path)
    assert reader.read() == plain
    for at in (0, size // 2, size - 1):
        reader.seek(at)
        assert reader.read(100) == plain[at : at + 100]
    assert plain[:32] not in sealed or size < 32


def test_what_was_changed_cut_off_or_moved_does_not_open(tmp_path: Path) -> None:
    size = 2 * PART + 5
    _, sealed = _sealed(bytes(size), tmp_path)
    whole = FileCipher.of(OWNER, KEY, sealed[:BEGIN])
    parts = [sealed[at : at + PART + TAG] for at in range(BEGIN, len(sealed), PART + TAG)]
    assert whole.open(2, parts[2], last=True) == bytes(5)
    other = FileCipher.of(OWNER, WORK, sealed[:BEGIN])
    stranger = FileCipher.of(OwnerKey(WORK, OWNER.id, bytes(64)), KEY, sealed[:BEGIN])
    for cipher, number, part, last in (
        (whole, 1, parts[1], True),  # cut off
        (whole, 0, parts[1], False),  # turned about
        (whole, 0, parts[0][:-1] + bytes([parts[0][-1] ^ 1]), False),
        (other, 0, parts[0], False),  # under another key in the store
        (stranger, 0, parts[0], False),
    ):
        with pytest.raises(Unsealable):
            cipher.open(number, part, last=last)
    with pytest.raises(Unsealable):
        FileCipher.of(OWNER, KEY, b"%PDF-1.7 and so on, some more")


async def test_a_store_keeps_whole_files_or_none(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "files", reserve=0)
    store.check_room(1)
    await store.put(KEY, io.BytesIO(b"sealed"))
    assert [part async for part in store.parts(KEY)] == [b"sealed"]
    assert [part async for part in store.parts(SECOND)] == []

    class Full(io.BytesIO):
        def read(self, *_: Any) -> bytes:
            raise OSError(28, "No space left on device")

    with pytest.raises(NoRoom):
        await store.put(SECOND, Full())
    assert [file.name for file in (tmp_path / "files").rglob("*") if file.is_file()] == [KEY]
    for _ in range(2):
        await store.remove(KEY)
    assert [part async for part in store.parts(KEY)] == []
    with pytest.raises(NoRoom):
        FolderStore(tmp_path / "files", reserve=1 << 60).check_room(1)


async def test_a_version_says_in_the_vault_what_a_file_is() -> None:
    given = PureDistrict(started(AMARA))
    given.files.came[SECOND] = KeptFile(SECOND, WORK, KEY, "application/pdf", 5, "d" * 64)
    poster = NewArtefact("file", "Poster.pdf", SECOND)
    await add_version(version(artefacts=(NewArtefact("text", "A draft."), poster)), TEACHER, given.district())
    [command] = given.ledger.appended
    body: Any = parse(command.events[0].body)
    ref = body["artefacts"][1]["content_ref"]
    assert NamedFile.read(given.vault.kept[ref].text) == NamedFile("Poster.pdf", "application/pdf", 5, "d" * 64, KEY)
    assert given.files.named == {ref: KEY}
    for wrong, field in (
        (NewArtefact("file", "Poster.pdf", WORK), "/artefacts/0/file"),
        (NewArtefact("file", "../Poster.pdf", SECOND), "/artefacts/0/name"),
        (NewArtefact("file", "Poster.png", SECOND), "/artefacts/0/name"),
    ):
        assert (await told(add_version, version(artefacts=(wrong,)), given)).field == field


def test_a_browser_saves_it_under_its_name() -> None:
    file = NamedFile("Über uns.pdf", "application/pdf", 5, "d" * 64, KEY)
    assert disposition(file) == "attachment; filename=\"_ber uns.pdf\"; filename*=UTF-8''%C3%9Cber%20uns.pdf"


def _sealed(plain: bytes, folder: Path) -> tuple[SealedReader, bytes]:
    cipher = FileCipher(OWNER, KEY)
    with Staged(folder, cipher) as file:
        for at in range(0, len(plain), 50_000):
            file.add(plain[at : at + 50_000])
        with pytest.raises(Invalid):  # it is nothing that is taken
            file.finish()
        sealed = file.sealed.read()
    return SealedReader(cast("BinaryIO", io.BytesIO(sealed)), cipher, len(plain)), sealed
