"""A framework file as a document: `ascertain.framework@1` as it stands, or a CASE package made into one."""

import json
from codecs import BOM_UTF8
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cli.errors import CommandError
from cli.importing.case import FORMAT, framework_of, is_case
from cli.importing.links import refuse_circles, with_prerequisites
from cli.importing.told import LeftOut
from shared.contracts.documents import MAX_DOCUMENT, read_document
from shared.contracts.wording import told
from shared.ledger.canonical import NotCanonicalError, canonical, parse

MAX_FILE = 64 * 1024 * 1024
"""Bytes of a package at most: most of what a package says is no part of the document."""


@dataclass(frozen=True, slots=True)
class MadeFramework:
    """A framework document, and what was left out on the way to it, a sentence each."""

    document: dict[str, Any]
    left_out: tuple[str, ...]

    def summary(self) -> str:
        """How much of what is in it."""
        competencies, links = self.document["competencies"], self.document.get("prerequisites", [])
        parents = sum("parent" in competency for competency in competencies)
        return f"{len(competencies):,} competencies, {parents:,} of them parts of others, {len(links):,} prerequisites."


def read_framework(file: Path, prerequisites: Path | None = None) -> MadeFramework:
    """The framework of a file. Raises CommandError, in one sentence, where there is none that could be published."""
    text = _text(file)
    value = _json(file, text)
    left_out = LeftOut()
    try:
        if is_case(value):
            document = framework_of(value, left_out)
        elif isinstance(value, dict) and value.get("format") == FORMAT:
            document = _sound(parse(text), file)
        else:
            raise CommandError(f"{file} is neither a framework ({FORMAT}) nor a CASE package (CFDocument, CFItems …).")
        if prerequisites is not None:
            document = with_prerequisites(document, prerequisites, left_out)
        refuse_circles(document)
        _sound(document, file)
    except NotCanonicalError as error:
        raise CommandError(f"{file}: {error}") from error
    return MadeFramework(document, tuple(left_out.sentences()))


def _sound(document: Any, file: Path) -> dict[str, Any]:
    """The document, which could be published as it is."""
    size = len(canonical(document))
    if size > MAX_DOCUMENT:
        raise CommandError(
            f"{file} would be a document of {size:,} bytes, and one may have at most {MAX_DOCUMENT:,}: leave parts out."
        )
    try:
        read_document(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = "/".join(str(part) for part in first["loc"] if part != FORMAT)
        raise CommandError(f"{file}: {place or 'the framework'}: {told(first)}.") from error
    return dict(document)


def _text(file: Path) -> bytes:
    try:
        if file.stat().st_size > MAX_FILE:
            raise CommandError(f"{file} has more than {MAX_FILE:,} bytes: too much for a framework.")
        return file.read_bytes().removeprefix(BOM_UTF8)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error


def _json(file: Path, text: bytes) -> Any:
    """Any JSON: a package may have decimals, which a document may not."""
    try:
        return json.loads(text.decode())
    except UnicodeDecodeError as error:
        raise CommandError(f"{file} is not UTF-8 text (byte {error.start}).") from error
    except json.JSONDecodeError as error:
        raise CommandError(f"{file} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from error
    except RecursionError as error:
        raise CommandError(f"{file} is nested too deep to be a framework.") from error
