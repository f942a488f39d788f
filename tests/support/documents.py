"""Files as people hand them in, and as nobody should: made small, by hand."""

import io
import zipfile
from functools import cache

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    + bytes(64)
)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(64)
GIF, WEBP = b"GIF89a" + bytes(64), b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(64)
MP3, M4A = b"ID3\x04\x00" + bytes(64), b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00M4A mp42isom" + bytes(64)
MP4 = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2mp41" + bytes(64)
WEBM = b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webmB\x87\x81\x04" + bytes(64)
TEXT = "Napoléon is always right.\n".encode()

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"


def packed(parts: dict[str, bytes], *, stored: tuple[str, ...] = ()) -> bytes:
    """A ZIP file of these parts, those named in `stored` uncompressed."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
    return made.getvalue()


def content_types(main: str = f"{WORD}.main+xml") -> bytes:
    return f'<Types><Override PartName="/word/document.xml" ContentType="{main}"/></Types>'.encode()


def docx(**more: bytes) -> bytes:
    """A small document of Word's; `more`: further parts, by their names."""
    return packed({"[Content_Types].xml": content_types(), "word/document.xml": b"<w:document/>", **more})


def odt(**more: bytes) -> bytes:
    return packed({"mimetype": ODT.encode(), "content.xml": b"<office/>", **more}, stored=("mimetype",))


@cache
def bomb() -> bytes:
    """A document that would become a hundred million bytes."""
    return docx(**{"word/media/image1.png": bytes(100_000_000)})
