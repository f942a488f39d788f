"""What somebody gets of a PDF who hears it read: its language, its title, its tags, and the words for its pictures."""

import io
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader


class Paper:
    """A PDF that was made, as a screen reader finds it."""

    def __init__(self, made: bytes) -> None:
        self._reader = PdfReader(io.BytesIO(made))
        root: Any = self._reader.root_object
        self.language = str(root.get("/Lang"))
        self.is_marked = "/MarkInfo" in root and bool(root["/MarkInfo"]["/Marked"].value)
        elements = list(_elements(root["/StructTreeRoot"])) if "/StructTreeRoot" in root else []
        self.tags = [str(element["/S"]).removeprefix("/") for element in elements]
        self.alts = [str(element["/Alt"]) for element in elements if "/Alt" in element]

    @property
    def title(self) -> str | None:
        return self._reader.metadata.title if self._reader.metadata else None

    @property
    def pages(self) -> list[str]:
        """The text of each page, with every line break and run of blanks as one blank."""
        return [" ".join(page.extract_text().split()) for page in self._reader.pages]

    @property
    def sizes(self) -> set[tuple[int, int]]:
        """Widths and heights of the pages, in millimetres."""
        return {
            (round(float(page.mediabox.width) / 72 * 25.4), round(float(page.mediabox.height) / 72 * 25.4))
            for page in self._reader.pages
        }


def _elements(node: Any) -> Iterator[Any]:
    """The structure elements below a node, in the order in which they are read."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        one = kid.get_object()
        if hasattr(one, "get") and "/S" in one:
            yield one
            yield from _elements(one)
