"""The page with one button a person. Plain HTML without scripts; its one style is allowed by digest."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from html import escape
from urllib.parse import urlsplit

from deploy.local.issuer.people import Person

_STYLE = """
:root{color-scheme:light dark;--act:#1d5fbf}
body{font:17px/1.6 system-ui,sans-serif;max-width:34rem;margin:0 auto;padding:12vh 1.2rem 4rem}
h1{font-size:1.5rem;margin:0 0 .8rem}form{display:grid;gap:.6rem}
button{font:inherit;padding:.6rem 1.2rem;border:1px solid var(--act);border-radius:8px;background:none;color:inherit;
text-align:left;cursor:pointer}button[autofocus]{background:var(--act);color:#fff}
:focus-visible{outline:3px solid var(--act);outline-offset:3px}
"""

_STYLE_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()


def headers(redirect_uri: str | None) -> dict[str, str]:
    """What goes with a page. Browsers hold `form-action` against the redirect that answers a form too."""
    target = urlsplit(redirect_uri or "")
    action = f"'self' {target.scheme}://{target.netloc}" if redirect_uri else "'none'"
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'sha256-{_STYLE_DIGEST}'; "
            f"base-uri 'none'; form-action {action}; frame-ancestors 'none'"
        ),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


def choice(people: Iterable[Person], request: Mapping[str, str]) -> str:
    """Who is it? The request goes along with the answer; the person whom its `login_hint` names comes first."""
    hint = request.get("login_hint")
    ordered = sorted(people, key=lambda person: person.subject != hint)
    kept = "".join(
        f'<input type="hidden" name="{_text(name)}" value="{_text(value)}">' for name, value in request.items()
    )
    buttons = "".join(
        f'<button name="subject" value="{_text(person.subject)}"{" autofocus" if person.subject == hint else ""}>'
        f"{_text(person.label)}</button>"
        for person in ordered
    )
    nobody = "<p>Nobody is known here yet.</p>" if not ordered else ""
    return _page("Who is it?", f'<form method="post" action="/authorize">{kept}{buttons}</form>{nobody}')


def refusal(sentence: str) -> str:
    return _page("This cannot be done", f"<p>{_text(sentence)}</p>")


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{_text(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{_text(title)}</h1>{body}"
        "<p>This is the issuer of a stack on this machine, for trying things out.</p></main></body></html>"
    )


def _text(value: str) -> str:
    return escape(value, quote=True)
