"""One route of the gateway: who answers it, and how large a body may be. Pure."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Service: TypeAlias = Literal["gateway", "evidence", "mastery", "portfolio", "audit"]
Method: TypeAlias = Literal["GET", "POST", "PUT", "DELETE"]

SMALL = 64 * 1024
BATCH = 4 * 1024 * 1024
DOCUMENT = 8 * 1024 * 1024 + 64 * 1024
FILE = 25 * 1024 * 1024
"""Bytes of a body: of a request about one thing, of a batch, of a document with room for its wrapping, of a file."""


@dataclass(frozen=True, slots=True)
class Route:
    """`open` routes need no access token. In a template `{name}` stands for one segment.

    A `page` is for people in browsers: it is open, knows them by their session, and stands in no document of the API.
    """

    method: Method
    template: str
    service: Service
    max_body: int = SMALL
    open: bool = False
    page: bool = False
