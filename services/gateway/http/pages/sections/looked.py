"""A column that was looked at and is not recorded yet, in a cookie of her browser: so that its page can be asked for
again, and *Back* leads to a page and not to a form that was sent.

It holds ids, scores and versions, no name; what is recorded of it is checked as it comes from the form.
"""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.http.cookies import LONGEST, LOOKED, given_cookie, packed, removed, score_cookie, unpacked
from services.gateway.http.pages.sections.sheet import Sheet
from shared.ledger.identifiers import is_id


def keep_looked(answer: Response, section: str, competency: str, sheet: Sheet) -> bool:
    """Let her browser know it; False where it is too long for that, and the page itself must be the answer."""
    written = [[learner, text, sheet.versions[learner]] for learner, text in sheet.texts.items()]
    value = packed([section, competency, sheet.id, sheet.at, written])
    if len(value) <= LONGEST:
        answer.headers.append("Set-Cookie", score_cookie(LOOKED, value))
    return len(value) <= LONGEST


def forget_looked(answer: Response) -> None:
    """Once it is recorded: whoever goes back begins a column anew."""
    answer.headers.append("Set-Cookie", removed(LOOKED))


def looked_at(request: Request, section: str, competency: str, id_: str) -> Mapping[str, str] | None:
    """The fields of the form as they were looked at; None where her browser knows none of this id."""
    try:
        *of, at, written = unpacked(given_cookie(request.scope, LOOKED) or "")
        rows = [(str(learner), str(score)[:14], str(version)[:20]) for learner, score, version in written]
    except (ValueError, TypeError, RecursionError):
        return None
    if of != [section, competency, id_] or not all(is_id(learner) for learner, _, _ in rows):
        return None
    scores = {f"score/{learner}": score for learner, score, _ in rows}
    versions = {f"version/{learner}": version for learner, _, version in rows}
    return {"id": id_, "at": str(at), **scores, **versions}
