"""The table of pages: what people in browsers come to. Pure. Each asks the API for what it shows and does."""

from services.gateway.domain.route import SMALL, Method, Route


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
    _page("GET", "/learners/{learner}/competencies/{competency}"),
    _page("GET", "/audit"),
    _page("GET", "/audit/learners/{learner}"),
    _page("GET", "/audit/learners/{learner}/timeline"),
    _page("GET", "/audit/grades/{grade}"),
    _page("POST", "/audit/grades/{grade}"),
    _page("GET", "/audit/results/{audit}"),
    _page("GET", "/audit/verifications"),
    _page("POST", "/audit/verifications"),
    _page("GET", "/audit/verifications/{verification}"),
)
