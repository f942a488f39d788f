"""From the copy's entries of the definitions ledger to the definitions that refolds ask."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.audit.domain.bodies import body_of
from shared.ledger.canonical import parse
from shared.ledger.entry import Entry
from shared.ledger.identifiers import digest
from shared.rulebook.defining import FRAMEWORK, adoption_of, placements_of
from shared.rulebook.definitions import Adoption, Definitions, Placement
from shared.rulebook.policy import FORMATS as POLICIES
from shared.rulebook.policy import Policy, read_policy


def definitions_of(entries: Iterable[Entry], contents: Mapping[str, bytes]) -> Definitions:
    """The definitions that the copy's entries of the definitions ledger say, with the documents they name by digest.

    An entry that cannot be handled holds back its owner's later ones, as a quarantine does everywhere else.
    Raises KeyError for a document that is not among `contents`, ValueError for one that is not what its digest says.
    """
    entries = list(entries)
    documents = {address: _document(address, contents[address]) for address in documents_named(entries)}
    adoptions: list[Adoption] = []
    placements: list[Placement] = []
    published: set[str] = set()
    held: set[str] = set()
    for entry in entries:
        if entry.owner in held or entry.event not in {"PolicyAdopted", "DocumentPublished"}:
            continue
        try:
            body = body_of(entry)
            if entry.event == "PolicyAdopted":
                adoptions.append(adoption_of(entry, body, _published(body["policy"], documents, published)))
            else:
                published.add(body["digest"])
                if body["format"] == FRAMEWORK:
                    placements += placements_of(documents[body["digest"]], entry.position, entry.recorded_at)
        except (ValueError, KeyError, TypeError, AttributeError):
            held.add(entry.owner)
    return Definitions.of(adoptions, placements)


def documents_named(entries: Iterable[Entry]) -> set[str]:
    """The digests of the documents that `definitions_of` needs for these entries."""
    named = set()
    for entry in entries:
        try:
            body = body_of(entry)
        except ValueError:
            continue
        if entry.event == "PolicyAdopted":
            named.add(body.get("policy"))
        elif entry.event == "DocumentPublished" and body.get("format") == FRAMEWORK:
            named.add(body.get("digest"))
    return {address for address in named if isinstance(address, str)}


def _published(address: str, documents: Mapping[str, Mapping[str, Any]], published: set[str]) -> Policy:
    if address not in published or documents[address].get("format") not in POLICIES:
        raise ValueError(f"The policy {address} is adopted but not published.")
    return read_policy(documents[address])


def _document(address: str, content: bytes) -> Mapping[str, Any]:
    value = parse(content)
    if digest(content) != address or not isinstance(value, dict):
        raise ValueError(f"What is kept as the document {address} is another one.")
    return value
