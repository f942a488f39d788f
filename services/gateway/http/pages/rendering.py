"""Turns a template and what it shows into a page: escaped, in the reader's language, under a strict policy.

A page may load our stylesheets, and nothing else from anywhere: no style that stands in a text, and no script but those
of ours that the page was made with, each known by a nonce. Missing values are errors, so that no page is ever silently
half.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from babel.core import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from babel.units import format_unit
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.gateway.http.pages.languages import CHOSEN, SOURCE, languages, locale_of, words_in
from services.gateway.http.pages.methods import in_percent
from services.gateway.http.pages.wording import Words
from shared.ledger.instants import instant

HERE = Path(__file__).parent
STATIC, TEMPLATES = HERE / "static", HERE / "templates"

POLICY = "default-src 'none'; style-src {}; base-uri 'none'; form-action {}; frame-ancestors 'none'"
SCRIPTS = (
    "; script-src 'nonce-{}'; connect-src 'self'; worker-src 'self'; manifest-src 'self'"
    "; require-trusted-types-for 'script'; trusted-types htmx ascertain"
)
"""What a page with scripts may do besides: run ours, and let them ask this address."""

HTMX = ("htmx-4.0.1.min.js", "hx-csp-4.0.1.min.js")
"""Before every script of ours. The second takes their power from elements that do not show the page's nonce."""

HEADERS = {
    "Content-Security-Policy": POLICY.format("'self'", "'self'"),
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Vary": "Accept-Language, Cookie",
    "Cache-Control": "no-store",
}
"""On every page. The referrer policy is not `no-referrer`, for then a form's `Origin` would be `null`."""

YEAR = 365 * 24 * 3600
"""Seconds that a browser remembers the language."""

KEPT = {"Referrer-Policy": "no-referrer", "Cache-Control": "private, no-store"}
"""On a page that is one file."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks at a page: in which language, where the district is, and by which session, if by any.

    `chooses` says that she chose the language by this very request: then her browser is told to remember it. `again` is
    where a language can be chosen, but for the language itself (`again.address_again`).
    """

    language: str
    zone: tzinfo
    path: str
    person: str | None = None
    csrf: str = ""
    chooses: bool = False
    again: str = "?"


def page(
    template: str, reader: Reader, /, *, status: int = 200, scripts: Sequence[str] | None = None, **shown: Any
) -> HTMLResponse:
    """The page that a template makes of what is shown. It has no scripts unless `scripts` names some of `static/`, to
    come after htmx; the template finds `nonce` for its `hx-nonce` attributes.
    """
    nonce = "" if scripts is None else secrets.token_urlsafe(16)
    loaded = () if scripts is None else (*HTMX, *scripts)
    made = _environment(reader.language).get_template(template)
    text = made.render(reader=reader, nonce=nonce, scripts=loaded, **shown)
    answer = HTMLResponse(text, status, headers={**HEADERS, "Content-Language": reader.language})
    if nonce:
        answer.headers["Content-Security-Policy"] += SCRIPTS.format(nonce)
    if reader.chooses:
        answer.headers.append("Set-Cookie", f"{CHOSEN}={reader.language}; Path=/; Secure; SameSite=Lax; Max-Age={YEAR}")
    return answer


def fragment(template: str, language: str, **shown: Any) -> Markup:
    """A part of a page that is the same for every reader of a language."""
    return Markup(_environment(language).get_template(template).render(**shown))  # noqa: S704 - escaped by the template


def page_of_one_file(template: str, **shown: Any) -> HTMLResponse:
    """A page to be kept and printed: the style beside its template stands in it, and is allowed by its digest."""
    style = (TEMPLATES / template).with_suffix(".css").read_text()
    allowed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    text = _environment(SOURCE).get_template(template).render(style=Markup(style), **shown)  # noqa: S704 - our own file
    return HTMLResponse(
        text, headers={**KEPT, "Content-Security-Policy": POLICY.format(f"'sha256-{allowed}'", "'none'")}
    )


def static_address(name: str) -> str:
    """Where a file of `static/` is served: its digest is in the address, so that it may be kept for ever."""
    stem, _, ending = name.rpartition(".")
    return f"/static/{stem}.{digest_of(name)}.{ending}"


@cache
def digest_of(name: str) -> str:
    """The first half of the SHA-256 of a file of `static/`, in hex. Raises OSError where there is none."""
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:32]


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
    )
    words = words_in(language)
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        words.gettext, words.ngettext, newstyle=True, pgettext=words.pgettext, npgettext=words.npgettext
    )
    locale = locale_of(language)
    environment.globals["static"] = static_address
    environment.globals["new_id"] = lambda: str(uuid4())
    environment.globals["words"] = Words(words, language)
    environment.globals["languages"] = {tag: locale_of(tag).get_display_name() for tag in languages()}
    environment.filters["day"] = lambda text, zone: format_date(_local(text, zone), "long", locale)
    environment.filters["percent"] = lambda share: in_percent(share, words)
    environment.filters["parted"] = parted
    environment.filters["asked_day"] = lambda text: asked_day(text, locale)
    environment.filters["number"] = lambda number: format_decimal(number, locale=locale)
    environment.filters["size"] = lambda number: _size(number, locale)
    environment.filters["moment"] = lambda text, zone: format_datetime(_local(text, zone), "medium", locale=locale)
    return environment


def parted(code: str) -> Markup:
    """A code that may be broken after its dots, dashes and lines, and so nowhere amid a word."""
    return Markup("<wbr>").join(re.split(r"(?<=[._/-])(?=[^._/-])", code))


def asked_day(text: str, locale: Locale) -> str:
    """A day as an address has it, in words; whatever else was asked for stays as it is."""
    try:
        return format_date(date.fromisoformat(text), "long", locale)
    except ValueError:
        return text


def _size(number: int, locale: Locale) -> str:
    """How large a file is, to one place of the unit that it is some of."""
    for unit, bytes_ in (("megabyte", 1_000_000), ("kilobyte", 1_000)):
        if number >= bytes_:
            return format_unit(number / bytes_, f"digital-{unit}", "short", "#,##0.#", locale=locale)
    return format_unit(number, "digital-byte", "long", locale=locale)


def _local(text: str, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(instant(text) / 1000, UTC).astimezone(zone)
