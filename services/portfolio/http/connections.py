"""What a work connects: courses, frameworks and competencies, by the version that was seen; and both views of it."""

from collections import defaultdict
from typing import Any

from services.portfolio.domain.reflecting import Beside
from services.portfolio.flows.reading import SeenPiece, SeenWork, shown
from shared.ledger.instants import Instant


def connections_document(seen: SeenWork) -> list[dict[str, Any]]:
    """For each version, course and framework the competencies that the pieces of evidence show, in their order.

    A piece is of the version that was the latest when it was recorded; one from before any is of none.
    """
    found: defaultdict[tuple[int, str, str], dict[str, None]] = defaultdict(dict)
    for piece in seen.pieces:
        body = piece.piece.said.body
        if piece.piece.withdrawn is not None or "results" not in body:
            continue
        version = _version_at(seen, piece.piece.said.recorded_at)
        for competency in shown(piece.piece):
            found[version, body.get("course", ""), _framework(piece, competency)][competency] = None
    return [
        {
            **({"version": version} if version else {}),
            **({"course": course} if course else {}),
            **({"framework": framework} if framework else {}),
            "competencies": list(competencies),
        }
        for (version, course, framework), competencies in sorted(found.items())
    ]


def beside_document(one: Beside) -> dict[str, Any]:
    """What a learner gave herself beside what she was given."""
    return {
        "learner": one.learner,
        "competency": one.given["competency"],
        **({"criterion": one.given["criterion"]} if "criterion" in one.given else {}),
        "evidence": one.piece,
        "earned": one.given["earned"],
        "possible": one.given["possible"],
        "reflection": one.reflection,
        "own_earned": one.own["earned"],
        "own_possible": one.own["possible"],
    }


def _version_at(seen: SeenWork, at: Instant) -> int:
    return sum(version.recorded_at <= at for version in seen.work.versions)


def _framework(piece: SeenPiece, competency: str) -> str:
    named = piece.named.get(competency)
    return "" if named is None else named.framework
