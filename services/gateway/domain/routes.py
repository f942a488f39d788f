"""The table of routes: every path that the gateway knows, who answers it, and how large a body may be. Pure.

What is not in this table is not reachable from outside: the doors between services least of all.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from services.gateway.domain.page_routes import PAGES
from services.gateway.domain.route import BATCH, DOCUMENT, FILE, Method, Route, Service

_PLAIN_PATH = re.compile(r"/|(/[A-Za-z0-9_~.-]+)+", re.ASCII)
_PLACE = re.compile(r"\{[a-z_]+\}")
_MAX_PATH = 512


@dataclass(frozen=True, slots=True)
class OtherMethods:
    """The path is known, but only for these methods."""

    allowed: tuple[Method, ...]


API: tuple[Route, ...] = (
    Route("POST", "/v1/tokens", "gateway", open=True),
    Route("GET", "/v1/personal-tokens", "gateway"),
    Route("POST", "/v1/personal-tokens", "gateway"),
    Route("DELETE", "/v1/personal-tokens/{id}", "gateway"),
    Route("GET", "/v1/passes", "gateway"),
    Route("POST", "/v1/passes", "gateway"),
    Route("DELETE", "/v1/passes/{id}", "gateway"),
    Route("GET", "/sign-in", "gateway", open=True),
    Route("GET", "/sign-in/callback", "gateway", open=True),
    Route("POST", "/sign-out", "gateway", open=True),
    Route("GET", "/v1/openapi.json", "gateway", open=True),
    Route("GET", "/.well-known/jwks.json", "gateway", open=True),
    Route("GET", "/docs", "gateway", open=True),
    Route("GET", "/health", "gateway", open=True),
    Route("POST", "/v1/evidence", "evidence", BATCH),
    Route("GET", "/v1/evidence/{id}", "evidence"),
    Route("POST", "/v1/evidence/{id}/void", "evidence"),
    Route("POST", "/v1/evidence/{id}/supersede", "evidence"),
    Route("POST", "/v1/works", "evidence"),
    Route("POST", "/v1/works/{id}/files", "evidence", FILE),
    Route("POST", "/v1/works/{id}/versions", "evidence", BATCH),
    Route("POST", "/v1/works/{id}/versions/{version}/feedback", "evidence"),
    Route("POST", "/v1/feedback/{id}/read", "evidence"),
    Route("POST", "/v1/works/{id}/scores", "evidence"),
    Route("GET", "/v1/works", "portfolio"),
    Route("GET", "/v1/works/{id}", "portfolio"),
    Route("GET", "/v1/tasks", "portfolio"),
    Route("GET", "/v1/frameworks", "portfolio"),
    Route("GET", "/v1/rubrics", "portfolio"),
    Route("GET", "/v1/moves", "portfolio"),
    Route("GET", "/v1/artefacts/{ref}", "gateway"),
    Route("POST", "/v1/seminars", "evidence", BATCH),
    Route("GET", "/v1/exhibitions/{id}/panel", "evidence"),
    Route("POST", "/v1/exhibitions/{id}/panelists", "evidence"),
    Route("POST", "/v1/exhibitions/{id}/panelists/{panelist}/dismiss", "evidence"),
    Route("POST", "/v1/exhibitions/{id}/works/{work}/panel-scores", "evidence"),
    Route("POST", "/v1/exhibitions/{id}/works/{work}/panel", "evidence"),
    Route("GET", "/v1/exhibitions", "portfolio"),
    Route("GET", "/v1/exhibitions/{id}", "portfolio"),
    Route("GET", "/v1/exhibitions/{id}/results", "portfolio"),
    Route("GET", "/v1/exhibitions-due", "portfolio"),
    Route("POST", "/v1/exhibitions", "evidence"),
    Route("POST", "/v1/exhibitions/{id}/open", "evidence"),
    Route("POST", "/v1/exhibitions/{id}/ballots", "evidence"),
    Route("POST", "/v1/exhibitions/{id}/close", "evidence"),
    Route("GET", "/v1/transcripts/{code}", "mastery", open=True),
    Route("GET", "/v1/shares/{secret}", "gateway", open=True),
    Route("GET", "/v1/ballots/{token}", "gateway", open=True),
    Route("POST", "/v1/ballots/{token}", "gateway", open=True),
    Route("POST", "/v1/overrides", "evidence"),
    Route("POST", "/v1/overrides/{id}/clear", "evidence"),
    Route("GET", "/v1/redos", "mastery"),
    Route("GET", "/v1/learners/{id}/redos", "mastery"),
    Route("POST", "/v1/redos", "evidence"),
    Route("POST", "/v1/redos/{id}/relearn", "evidence"),
    Route("POST", "/v1/redos/{id}/open", "evidence"),
    Route("POST", "/v1/reviews", "evidence"),
    Route("POST", "/v1/reviews/{id}/answer", "evidence"),
    Route("GET", "/v1/reviews", "mastery"),
    Route("POST", "/v1/releases", "evidence"),
    Route("GET", "/v1/releases/{id}", "evidence"),
    Route("POST", "/v1/releases/{id}/amend", "evidence"),
    Route("POST", "/v1/releases/{id}/uphold", "evidence"),
    Route("POST", "/v1/release-batches", "evidence"),
    Route("GET", "/v1/release-batches/{id}", "evidence"),
    Route("POST", "/v1/release-batches/{id}/release", "evidence"),
    Route("GET", "/v1/affected-grades", "mastery"),
    Route("GET", "/v1/states", "mastery"),
    Route("GET", "/v1/policies", "mastery"),
    Route("GET", "/v1/policies/preview", "mastery"),
    Route("POST", "/v1/what-ifs", "mastery"),
    Route("GET", "/v1/what-ifs/{id}", "mastery"),
    Route("DELETE", "/v1/what-ifs/{id}", "mastery"),
    Route("GET", "/v1/what-ifs/{id}/learners", "mastery"),
    Route("POST", "/v1/guardians", "evidence"),
    Route("POST", "/v1/guardians/unlink", "evidence"),
    Route("POST", "/v1/learners/{id}/forget", "evidence"),
    Route("POST", "/v1/learners/{id}/forget/approve", "evidence"),
    Route("GET", "/v1/forgettings", "evidence"),
    Route("PUT", "/v1/documents/{digest}", "evidence", DOCUMENT),
    Route("GET", "/v1/documents/{digest}", "evidence"),
    Route("POST", "/v1/adoptions", "evidence"),
    Route("GET", "/v1/adoptions", "evidence"),
    Route("POST", "/v1/rosters", "evidence", BATCH),
    Route("GET", "/v1/rosters", "evidence"),
    Route("GET", "/v1/rosters/sections/{id}", "evidence"),
    Route("POST", "/v1/rosters/ids", "evidence", BATCH),
    Route("POST", "/v1/roles", "evidence"),
    Route("POST", "/v1/roles/revocations", "evidence"),
    Route("GET", "/v1/learners/{id}/mastery", "mastery"),
    Route("GET", "/v1/learners/{id}/competencies/{competency}/explanation", "mastery"),
    Route("GET", "/v1/learners/{id}/grades", "mastery"),
    Route("GET", "/v1/learners/{id}/transcript", "mastery"),
    Route("GET", "/v1/learners/{id}/transcript.html", "gateway"),
    Route("GET", "/v1/learners/{id}/transcript.pdf", "gateway"),
    Route("GET", "/v1/learners/{id}/next", "mastery"),
    Route("GET", "/v1/learners/{id}/map", "mastery"),
    Route("GET", "/v1/learners/{id}/overview", "mastery"),
    Route("GET", "/v1/sections/{id}/readiness", "mastery"),
    Route("GET", "/v1/sections/{id}/grid", "mastery"),
    Route("GET", "/v1/learners/{id}/portfolio", "portfolio"),
    Route("GET", "/v1/learners/{id}/portfolio/coverage", "portfolio"),
    Route("GET", "/v1/learners/{id}/portfolio/curation", "portfolio"),
    Route("GET", "/v1/learners/{id}/portfolio/suggestions", "portfolio"),
    Route("POST", "/v1/learners/{id}/portfolio/exhibits", "evidence"),
    Route("POST", "/v1/learners/{id}/portfolio/exhibits/order", "evidence"),
    Route("POST", "/v1/learners/{id}/portfolio/exhibits/{exhibit}/withdraw", "evidence"),
    Route("POST", "/v1/learners/{id}/portfolio/shares", "evidence"),
    Route("POST", "/v1/learners/{id}/portfolio/shares/{share}/revoke", "evidence"),
    Route("GET", "/v1/learners/{id}/disclosures", "gateway"),
    Route("POST", "/v1/reveal", "gateway", BATCH),
    Route("GET", "/v1/accounts", "gateway"),
    Route("PUT", "/v1/accounts", "gateway"),
    Route("DELETE", "/v1/accounts/{id}", "gateway"),
    Route("GET", "/v1/session", "gateway"),
    Route("GET", "/v1/learners/{id}/history", "audit"),
    Route("GET", "/v1/learners/{id}/verified", "audit"),
    Route("POST", "/v1/audits", "audit"),
    Route("GET", "/v1/audits/{id}", "audit"),
    Route("POST", "/v1/verifications", "audit"),
    Route("GET", "/v1/verifications/{id}", "audit"),
)

ROUTES = (*API, *PAGES)


class RouteTable:
    """Finds the route of a request."""

    def __init__(self, routes: Iterable[Route] = ROUTES) -> None:
        self._routes = tuple(routes)
        self._fixed: dict[str, dict[str, Route]] = {}
        self._patterns: list[tuple[re.Pattern[str], dict[str, Route]]] = []
        by_template: dict[str, dict[str, Route]] = {}
        for route in self._routes:
            by_template.setdefault(route.template, {})[route.method] = route
        for template, methods in by_template.items():
            if _PLACE.search(template):
                self._patterns.append((_pattern(template), methods))
            else:
                self._fixed[template] = methods

    def find(self, method: str, path: bytes) -> Route | OtherMethods | None:
        """The route of a request, None where there is no such path.

        `path` is what the client sent, not decoded. Ours are all plain: one with an escape, an empty segment, `.`,
        `..`, a backslash or anything beyond letters, digits and `_~.-` is none of them, so that no two readings of
        a path can differ between here and the service that answers.
        """
        methods = self._methods(path)
        if methods is None:
            return None
        return methods.get(method) or OtherMethods(tuple(route.method for route in methods.values()))

    def named(self, service: Service, method: str, template: str) -> Route | None:
        """The route of a service that has this template, whatever the service itself calls what stands in a place."""
        shape = _PLACE.sub("{}", template)
        found = (route for route in self._routes if _PLACE.sub("{}", route.template) == shape)
        return next((route for route in found if (route.service, route.method) == (service, method.upper())), None)

    def _methods(self, path: bytes) -> dict[str, Route] | None:
        text = path.decode("latin-1")
        if len(text) > _MAX_PATH or not _PLAIN_PATH.fullmatch(text) or {".", ".."} & set(text.split("/")):
            return None
        fixed = self._fixed.get(text)
        if fixed is not None:
            return fixed
        return next((methods for pattern, methods in self._patterns if pattern.fullmatch(text)), None)


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile("[^/]+".join(re.escape(part) for part in _PLACE.split(template)))
