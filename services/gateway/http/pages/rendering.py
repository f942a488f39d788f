"""Turns a template and what it shows into a page: escaped, in the reader's language, under a strict policy.

A page may load our one stylesheet and, by the page's own nonce, our one script; nothing from anywhere else, and no
style or script that stands in a text. Missing values are errors, so that no page is ever silently half.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_datetime
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.gateway.http.pages.languages import languages, locale_of, words_in
from services.gateway.http.pages.wording import Words
from shared.ledger.instants import instant

HERE = Path(__file__).parent
STATIC = HERE / "static"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks at a page: in which language, where the district is, and by which session, if by any."""

    language: str
    zone: tzinfo
    path: str
    person: str | None = None
    csrf: str = ""


def page(template: str, reader: Reader, /, *, status: int = 200, **shown: Any) -> HTMLResponse:
    """The page that a template makes of what is shown."""
    nonce = secrets.token_urlsafe(16)
    text = _environment(reader.language).get_template(template).render(reader=reader, nonce=nonce, **shown)
    return HTMLResponse(text, status, headers=headers(nonce, reader.language))


def headers(nonce: str, language: str) -> dict[str, str]:
    """What stands on every page. The referrer policy is not `no-referrer`: a form's `Origin` would then be `null`."""
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'self'; script-src 'nonce-{nonce}'; img-src 'self'; connect-src 'self'; "
            "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        ),
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Content-Language": language,
        "Vary": "Accept-Language, Cookie",
        "Cache-Control": "no-store",
    }


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
        loader=FileSystemLoader(HERE / "templates"),
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
    environment.globals["words"] = Words(words)
    environment.globals["languages"] = {tag: locale_of(tag).get_display_name() for tag in languages()}
    environment.filters["day"] = lambda text, zone: format_date(_local(text, zone), "long", locale)
    environment.filters["moment"] = lambda text, zone: format_datetime(_local(text, zone), "medium", locale=locale)
    return environment


def _local(text: str, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(instant(text) / 1000, UTC).astimezone(zone)
