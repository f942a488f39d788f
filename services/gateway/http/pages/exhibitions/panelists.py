"""Who looks at a panel's pages: somebody who is signed in, or a panelist without an account, by her pass.

A pass is typed once and then kept by her browser, in a cookie that no script reads and that is gone when the browser
is closed. Each request asks anew whether it still holds; it opens the pages of its own exhibition's panel and no other.
"""

from dataclasses import dataclass, replace

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.domain.passes import PREFIX, presented_pass
from services.gateway.domain.sessions import csrf_token
from services.gateway.flows.exchange_pass import valid_pass
from services.gateway.http.cookies import PASS, given_cookie, pass_cookie, removed
from services.gateway.http.pages.rendering import Reader, page
from services.gateway.http.pages.visiting import SignInFirst, Visiting, fields_of, page_route
from services.gateway.http.visitors import Visitor
from services.gateway.ports import MintsAccessTokens, PassKeeping
from shared.runtime.clock import Clock
from shared.runtime.problems import Problem, unauthenticated
from shared.runtime.tokens import ACCESS_LIFE


@dataclass(frozen=True, slots=True)
class Panelist:
    """A visitor of a panel. A `guest` came by a pass, and is shown no page but the panel's."""

    visitor: Visitor
    guest: bool


@dataclass(frozen=True, slots=True)
class Panelists:
    """Knows who comes to a panel."""

    visiting: Visiting
    passes: PassKeeping
    access: MintsAccessTokens
    clock: Clock

    async def required(self, request: Request, exhibition: str) -> Panelist:
        """Who comes. Raises SignInFirst, and `problems.unavailable` where that is not known."""
        visitor = await self.visiting.known(request)
        if visitor is not None:
            return Panelist(visitor, guest=False)
        text = given_cookie(request.scope, PASS)
        if text is None:
            raise SignInFirst
        return Panelist(await self._guest(text, exhibition), guest=True)

    async def sent(self, request: Request, exhibition: str) -> tuple[Panelist, dict[str, str]]:
        """Who sent a form of a panel's page, and its fields. Raises as `required`, and 403 as `Visiting.sent` does."""
        panelist = await self.required(request, exhibition)
        if not panelist.guest:
            visitor, fields = await self.visiting.sent(request)
            return Panelist(visitor, guest=False), fields
        fields = await fields_of(request)
        text = given_cookie(request.scope, PASS) or ""
        self.visiting.visitors.check_own_page(request.scope, text, fields.pop("csrf_token", None))
        return panelist, fields

    async def exhibition_of(self, text: str) -> str:
        """The exhibition that a pass is of. Raises `problems.unauthenticated` where it is none, or over."""
        if presented_pass(f"Bearer {text}") is None:
            raise unauthenticated("This is no pass.")
        return (await valid_pass(text, self.passes, self.clock())).exhibition

    def reader(self, request: Request, panelist: Panelist) -> Reader:
        """How a page is to be written for her. A guest has no session that she could end, and no first page."""
        if not panelist.guest:
            return self.visiting.reader(request, panelist.visitor)
        return replace(self.visiting.reader(request), csrf=panelist.visitor.csrf)

    async def _guest(self, text: str, exhibition: str) -> Visitor:
        now = self.clock()
        try:
            kept = await valid_pass(text, self.passes, now)
        except Problem as problem:
            if problem.status != 401:
                raise
            raise SignInFirst from problem
        if kept.exhibition != exhibition:
            raise SignInFirst
        life = min(ACCESS_LIFE, max(1, (kept.ends_at - now) // 1000))
        return Visitor(kept.person, csrf_token(text), f"Bearer {self.access.mint(kept.person, life=life)}")


def pass_pages(panelists: Panelists) -> APIRouter:
    """`/panel-pass`: where a pass is typed, and given back."""
    visiting = panelists.visiting
    router = APIRouter(route_class=page_route(visiting), include_in_schema=False)

    @router.get("/panel-pass")
    async def form(request: Request) -> Response:
        return page("scoring/pass.html", visiting.reader(request), wrong=False, prefix=PREFIX)

    @router.post("/panel-pass")
    async def typed(request: Request) -> Response:
        """Keeps the pass in this browser, and leads to the panel."""
        visiting.visitors.check_origin(request.scope)
        text = (await fields_of(request)).get("pass", "").strip()
        try:
            exhibition = await panelists.exhibition_of(text)
        except Problem as problem:
            if problem.status != 401:
                raise
            return page("scoring/pass.html", visiting.reader(request), status=422, wrong=True, prefix=PREFIX)
        answer = RedirectResponse(f"/exhibitions/{exhibition}/panel", 303)
        answer.headers.append("Set-Cookie", pass_cookie(text))
        return answer

    @router.post("/panel-pass/leave")
    async def leave(request: Request) -> Response:
        """Forgets the pass in this browser; typed again, it is still good."""
        visiting.visitors.check_origin(request.scope)
        answer = RedirectResponse("/panel-pass", 303)
        answer.headers.append("Set-Cookie", removed(PASS))
        return answer

    return router
