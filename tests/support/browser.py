"""A browser as far as signing in needs one: cookies, redirects and forms, each step to be seen.

Its cookies are kept by origin and sent also over HTTP on the loopback, as real browsers do with `Secure` ones there
and httpx does not.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx

MAX_REDIRECTS = 10


@dataclass
class Browser:
    """One person's browser. `cookies` are by origin and name; `seen` are the URLs it came through."""

    http: httpx.AsyncClient
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    set_cookies: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    async def send(
        self, method: str, url: str, *, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """One request with this browser's cookies; no redirect is followed."""
        jar = self.cookies.setdefault(origin_of(url), {})
        cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())} if jar else {}
        self.seen.append(url)
        answer = await self.http.request(
            method, url, data=form, headers={**cookie, **(headers or {})}, follow_redirects=False
        )
        for line in answer.headers.get_list("set-cookie"):
            self._keep(jar, line)
        return answer

    async def follow(self, answer: httpx.Response) -> httpx.Response:
        """Go on until there is a page."""
        for _ in range(MAX_REDIRECTS):
            if not answer.is_redirect:
                return answer
            answer = await self.send("GET", urljoin(str(answer.request.url), answer.headers["location"]))
        raise AssertionError("the redirects do not end")

    async def open(self, url: str) -> httpx.Response:
        return await self.follow(await self.send("GET", url))

    async def press(self, page: httpx.Response, **chosen: str) -> httpx.Response:
        """Send the page's form with what was chosen; no redirect is followed."""
        action, fields = form_of(page)
        return await self.send("POST", urljoin(str(page.request.url), action), form={**fields, **chosen})

    def cookie(self, url: str, name: str) -> str | None:
        return self.cookies.get(origin_of(url), {}).get(name)

    def _keep(self, jar: dict[str, str], line: str) -> None:
        self.set_cookies.append(line)
        (name, _, value), *rest = (part.strip().partition("=") for part in line.split(";"))
        if ("Max-Age", "=", "0") in rest:
            jar.pop(name, None)
        else:
            jar[name] = value


def form_of(page: httpx.Response) -> tuple[str, dict[str, str]]:
    """Where the page's only form goes, and what it holds already."""
    [form] = re.findall(r"<form.*?</form>", page.text, re.DOTALL)
    action = re.search(r'<form[^>]*action="([^"]*)"', form)
    hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form)
    return unescape(action.group(1)) if action else "", {unescape(name): unescape(value) for name, value in hidden}


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))
