"""Texts and names as the vault takes them: what may tell who somebody is, and so never stands in an event."""

from dataclasses import dataclass

MAX_TEXT = 20_000
"""Characters of one text at most."""


@dataclass(frozen=True, slots=True)
class NewText:
    """A text to be kept under its owner's key: a learner's, or a work's.

    `event` is the event whose body will refer to it, in the member `field` (such as `feedback_ref`, or
    `artefacts/0/content_ref` within a list).
    """

    owner: str
    event: str
    field: str
    text: str


@dataclass(frozen=True, slots=True)
class KeptText:
    """A text that the vault gave back."""

    owner: str
    event: str
    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name, as her roster has it."""

    given: str
    family: str
