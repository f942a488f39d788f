"""The table of pages: what people in browsers come to. Pure. Each asks the API for what it shows and does."""

from services.gateway.domain.route import SMALL, Method, Route

HANDED_IN = 64 * 1024 * 1024
"""Bytes of a form with a file: more than a file may have, so that it is a page that says when one is too large."""


def _page(method: Method, template: str, max_body: int = SMALL) -> Route:
    """Open, as far as the table goes: a page knows people by their sessions, and stands in no document of the API."""
    return Route(method, template, "gateway", max_body, open=True, page=True)


PAGES: tuple[Route, ...] = (
    _page("GET", "/"),
    _page("GET", "/static/{name}"),
    _page("GET", "/vote"),
    _page("POST", "/vote"),
    _page("GET", "/vote/{token}"),
    _page("POST", "/vote/{token}"),
    _page("GET", "/learners/{learner}"),
    _page("POST", "/learners/{learner}/question"),
    _page("GET", "/learners/{learner}/seen"),
    _page("GET", "/learners/{learner}/competencies/{competency}"),
    _page("POST", "/learners/{learner}/competencies/{competency}/question"),
    _page("POST", "/learners/{learner}/competencies/{competency}/redo"),
    _page("POST", "/learners/{learner}/competencies/{competency}/reflection"),
    _page("POST", "/learners/{learner}/competencies/{competency}/redos/{redo}/relearn"),
    _page("POST", "/learners/{learner}/competencies/{competency}/redos/{redo}/open"),
    _page("GET", "/learners/{learner}/portfolio"),
    _page("GET", "/learners/{learner}/portfolio/choose"),
    _page("POST", "/learners/{learner}/portfolio/choose"),
    _page("POST", "/learners/{learner}/portfolio/order"),
    _page("POST", "/learners/{learner}/portfolio/exhibits/{exhibit}/withdraw"),
    _page("POST", "/learners/{learner}/portfolio/shares"),
    _page("POST", "/learners/{learner}/portfolio/shares/{share}/revoke"),
    _page("GET", "/seminars/new"),
    _page("POST", "/seminars/new"),
    _page("GET", "/seminars/live"),
    _page("GET", "/seminar-worker.js"),
    _page("POST", "/works"),
    _page("GET", "/works/{work}"),
    _page("POST", "/works/{work}/versions", HANDED_IN),
    _page("POST", "/works/{work}/reflections"),
    _page("POST", "/works/{work}/feedback"),
    _page("POST", "/works/{work}/feedback/{feedback}/read"),
    _page("GET", "/sections/{section}"),
    _page("GET", "/sections/{section}/column"),
    _page("POST", "/sections/{section}/column"),
    _page("POST", "/sections/{section}/scores"),
    _page("POST", "/sections/{section}/undo"),
    _page("GET", "/audit"),
    _page("GET", "/audit/learners/{learner}"),
    _page("GET", "/audit/learners/{learner}/timeline"),
    _page("GET", "/audit/grades/{grade}"),
    _page("POST", "/audit/grades/{grade}"),
    _page("GET", "/audit/results/{audit}"),
    _page("GET", "/audit/verifications"),
    _page("POST", "/audit/verifications"),
    _page("GET", "/audit/verifications/{verification}"),
    _page("GET", "/district"),
    _page("GET", "/district/policies"),
    _page("GET", "/district/policies/in-force"),
    _page("GET", "/district/policies/new"),
    _page("POST", "/district/policies/what-ifs"),
    _page("GET", "/district/policies/what-ifs/{what_if}"),
    _page("POST", "/district/policies/what-ifs/{what_if}"),
    _page("GET", "/district/policies/what-ifs/{what_if}/learners"),
    _page("GET", "/operator"),
)
