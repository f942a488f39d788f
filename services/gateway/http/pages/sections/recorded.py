"""What a teacher just recorded in a section, in a cookie of her browser: so that it can be taken back from a list.

It holds ids and scores, no name; what is taken back by it is checked again against the record and her rights.
"""

import base64
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.http.cookies import LONGEST, RECORDED, given_cookie, packed, score_cookie, unpacked
from shared.ledger.identifiers import is_id

MOST = 60
"""Pieces that are remembered, as far as a cookie has room for them."""


class Piece(NamedTuple):
    """A piece of evidence that was recorded here."""

    evidence: str
    learner: str
    code: str
    score: str


def just_recorded(request: Request, section: str) -> list[Piece]:
    """The newest first. What is no list of ours is none."""
    try:
        of, *pieces = unpacked(given_cookie(request.scope, RECORDED) or "")
        found = [Piece(_id(one[0]), _id(one[1]), str(one[2])[:64], str(one[3])[:14]) for one in pieces[:MOST]]
    except (ValueError, TypeError, IndexError, KeyError, RecursionError):
        return []
    return found if of == section and all(is_id(one.evidence) and is_id(one.learner) for one in found) else []


def remember(answer: Response, section: str, pieces: list[Piece]) -> None:
    """Let her browser know these, the newest first, and nothing of another section."""
    while True:
        listed = [[_short(one.evidence), _short(one.learner), one.code, one.score] for one in pieces[:MOST]]
        value = packed([section, *listed])
        if len(value) <= LONGEST:
            break
        pieces = pieces[: len(pieces) * 9 // 10]
    answer.headers.append("Set-Cookie", score_cookie(RECORDED, value))


def _short(id_: str) -> str:
    return base64.b85encode(bytes.fromhex(id_.replace("-", ""))).decode()


def _id(short: str) -> str:
    plain = base64.b85decode(short).hex()
    return f"{plain[:8]}-{plain[8:12]}-{plain[12:16]}-{plain[16:20]}-{plain[20:]}"
