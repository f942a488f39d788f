"""A packed file is understood in one way only, and no more of its directory is read than is bounded."""

import io
import random
import struct
import tracemalloc
import zipfile

import pytest

from services.evidence.artefacts.looking import HEAD, MAX_ENTRIES, media_type
from services.evidence.domain.errors import Invalid
from tests.support import documents

LOCAL = b"PK\x03\x04" + bytes(26)
END_SIZE = 22


def looked_at(content: bytes) -> str:
    return media_type(content[:HEAD], io.BytesIO(content), is_text=False)


def directory(count: int) -> bytes:
    names = (b"%x" % number for number in range(count))
    return b"".join(
        struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 0, 20, *(0,) * 8, len(name), *(0,) * 6) + name
        for name in names
    )


def end(count: int, size: int, begin: int, comment: bytes = b"") -> bytes:
    return struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, size, begin, len(comment)) + comment


def beside_zip64(count: int) -> bytes:
    """The end record says that there is one entry; a ZIP64 record, which `zipfile` believes, says how many."""
    listed, begin = directory(count), len(LOCAL)
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(listed), begin)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, begin + len(listed), 1)
    return LOCAL + listed + record + locator + end(1, 100, begin)


def understated(count: int) -> bytes:
    listed = directory(count)
    return LOCAL + listed + end(1, len(listed), len(LOCAL))


@pytest.mark.parametrize("content", [beside_zip64(40_000), understated(40_000)], ids=["ZIP64", "understated"])
def test_a_directory_that_is_larger_than_it_says_is_not_read(content: bytes) -> None:
    whole = io.BytesIO(content)
    tracemalloc.start()
    try:
        with pytest.raises(Invalid):
            media_type(content[:HEAD], whole, is_text=False)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 4 << 20, f"{most:,} bytes for {len(content):,}"


def with_comment(comment: bytes) -> bytes:
    whole = documents.docx()
    return whole[:-2] + struct.pack("<H", len(comment)) + comment


def overlapping() -> bytes:
    """Every entry is the same data once more."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", documents.content_types(f"{documents.WORD}.main+xml"))
        packed.writestr("0", random.Random(0).randbytes(1000))
        data = packed.filelist[-1]
        for number in range(1, 100):
            again = zipfile.ZipInfo(str(number))
            again.header_offset, again.compress_size, again.file_size = data.header_offset, data.compress_size, 1000
            again.CRC, again.compress_type = data.CRC, data.compress_type
            packed.filelist.append(again)
    return kept.getvalue()


AMBIGUOUS = {
    "a comment": with_comment(b"So."),
    "a comment that is an end record": with_comment(end(0, 0, 0)),
    "a comment that is the end record once more": with_comment(documents.docx()[-END_SIZE:]),
    "two end records": documents.docx() + documents.docx()[-END_SIZE:],
    "two documents": documents.docx() + documents.docx(),
    "something before it": b"PK\x03\x04" + documents.docx(),
    "something behind it": documents.docx() + b"\0",
    "a directory that overlaps its end": LOCAL + directory(1) + end(1, len(directory(1)) + 4, len(LOCAL)),
    "a directory that begins amid another": LOCAL + directory(3) + end(1, 47, len(LOCAL) + 47),
    "data that many entries share": overlapping(),
}


@pytest.mark.parametrize("content", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_what_could_be_understood_in_two_ways_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        looked_at(content)


def test_a_document_that_is_cut_off_anywhere_is_refused() -> None:
    whole = documents.docx()
    for size in range(2, len(whole)):
        with pytest.raises(Invalid):
            looked_at(whole[:size])


def test_whatever_is_changed_in_the_directory_it_is_taken_or_refused() -> None:
    """Nothing else than Invalid is raised, and what `zipfile` finds is what was counted."""
    whole, chance = documents.docx(), random.Random(11)
    begin = whole.index(b"PK\x01\x02")
    for _ in range(1000):
        changed = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            changed[chance.randrange(begin, len(whole))] = chance.choice((0, 1, 0xFF, chance.randrange(256)))
        try:
            looked_at(bytes(changed))
        except Invalid:
            continue
        with zipfile.ZipFile(io.BytesIO(changed)) as packed:
            assert len(packed.infolist()) <= MAX_ENTRIES
