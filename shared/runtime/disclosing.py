"""Whom an answer tells of, where the path does not say it: a service says so to the gateway, in headers of its answer.

The gateway writes it into the disclosure log before anything of the answer goes on, and takes the headers away. One
holds two hundred people at most, for a longer one is refused on the way; there may be several.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from starlette.responses import Response

HEADER = "Ascertain-Discloses"
A_HEADER = 200
_HERS = "learner/"

_Answer = TypeVar("_Answer", bound=Response)


def disclose(answer: _Answer, what: str, learners: Iterable[str]) -> _Answer:
    """`answer`, saying that it tells `what` (a word without blanks) of these learners."""
    people = sorted(set(learners))
    for first in range(0, len(people), A_HEADER):
        answer.headers.append(HEADER, " ".join([what, *map(_short, people[first : first + A_HEADER])]))
    return answer


def disclose_scopes(answer: _Answer, what: str, scopes: Iterable[str]) -> _Answer:
    """As `disclose`, of whom a scope is of one learner alone: a policy of her own tells of her, any other of nobody."""
    return disclose(answer, what, [scope.removeprefix(_HERS) for scope in scopes if scope.startswith(_HERS)])


def disclosed(values: Iterable[bytes]) -> Iterable[tuple[str, str]]:
    """Learners, and what is told of each, as the headers say. Raises ValueError for what `disclose` never said."""
    for value in values:
        what, *people = value.decode("ascii").split(" ")
        for person in people:
            yield str(UUID(bytes=urlsafe_b64decode(person + "=="))), what


def _short(person: str) -> str:
    """22 characters instead of 36: a page of a thousand learners has to go through headers."""
    return urlsafe_b64encode(UUID(person).bytes).decode("ascii").rstrip("=")
