"""Exhibits and shares, as JSON."""

from typing import Any

from services.portfolio.domain.record import Work
from services.portfolio.flows.reading import Seen
from shared.ledger.instants import instant_text
from shared.rulebook.curated import Exhibit, Share
from shared.runtime.definitions.view import PlacedCompetency


def curated_document(seen: Seen) -> dict[str, Any]:
    works = {one.work.id: one.work for one in seen.works}
    return {
        "version": seen.curated.version,
        "exhibits": [_exhibit(exhibit, works, seen) for exhibit in seen.curated.exhibits],
        "shares": [_share(share) for share in seen.curated.shares.values()],
    }


def skill_document(competency: str, named: PlacedCompetency | None) -> dict[str, str]:
    if named is None:
        return {"competency": competency}
    return {
        "competency": competency,
        "code": named.code,
        "statement": named.statement,
        "framework": named.framework,
    }


def _exhibit(exhibit: Exhibit, works: dict[str, Work], seen: Seen) -> dict[str, Any]:
    work = works.get(exhibit.work)
    versions = [] if work is None else [version.event for version in work.versions]
    return {
        "exhibit": exhibit.id,
        "work": exhibit.work,
        "version": exhibit.version,
        **({"number": versions.index(exhibit.version) + 1} if exhibit.version in versions else {}),
        "shows": [skill_document(competency, seen.named.get(competency)) for competency in exhibit.competencies],
        **({} if exhibit.reason_ref is None else {"reason_ref": exhibit.reason_ref}),
        "chosen_at": instant_text(exhibit.chosen_at),
    }


def _share(share: Share) -> dict[str, Any]:
    return {
        "share": share.id,
        "audience": share.audience,
        "exhibits": list(share.exhibits),
        "shared_at": instant_text(share.shared_at),
        "expires_at": share.expires_at,
        "revoked": share.revoked,
    }
