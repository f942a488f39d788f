"""Makes a tagged PDF (PDF/UA-1) of a template and what stands in it, without a network."""

import json
from datetime import datetime
from pathlib import Path

import typst

from shared.ledger.canonical import JsonValue


class PrintingError(Exception):
    """A template could not be set, or what it makes would not be accessible: a letter that no font here has, or a
    mistake of the template's.
    """


def printed(template: Path, told: JsonValue, *, at: datetime) -> bytes:
    """The PDF that a template makes of what is told, dated `at`; the same bytes for the same arguments and fonts.

    The template reads `json(bytes(sys.inputs.told))` and nothing else. What is told stays data: a template never gives
    it to `eval`, so that no text in it can become markup, read a file or fetch a package. PDF/UA-1 asks of it the
    document's title and language, and an `alt` for each picture. It imports no package: none is found.

    Typst brings fonts for Latin, Greek and Cyrillic letters. Where others are asked for, those of the machine are
    looked at too. It computes for some milliseconds a page, so a service calls it in a thread. Raises PrintingError.
    """
    try:
        return _set(template, told, at, machine_fonts=False)
    except typst.TypstError:
        pass  # most likely a letter that typst brings no font for: the machine may have one
    try:
        return _set(template, told, at, machine_fonts=True)
    except typst.TypstError as error:
        raise PrintingError(f"{template.name} cannot be set: {error.message}") from error


def _set(template: Path, told: JsonValue, at: datetime, *, machine_fonts: bool) -> bytes:
    nowhere = template.parent / "no-packages"
    made = typst.compile(
        template,
        root=template.parent,
        font_paths=[],
        ignore_system_fonts=not machine_fonts,
        package_path=nowhere,
        package_cache_path=nowhere,
        sys_inputs={"told": json.dumps(told, ensure_ascii=False)},
        format="pdf",
        pdf_standards="ua-1",
        timestamp=at.replace(microsecond=0),  # all that a PDF has room for
    )
    assert isinstance(made, bytes)
    return made
