"""What a share shows, as a plain page for whoever opens its link in a browser. Pure.

Everything that comes from elsewhere is escaped. It has no scripts, fetches nothing, leads nowhere, and its one style is
allowed by digest.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

_STYLE = """
:root{color-scheme:light dark;--line:#8884}body{font:17px/1.6 system-ui,sans-serif;max-width:42rem;margin:0 auto;
padding:2rem 1.2rem 4rem}h1{font-size:1.6rem}h2{font-size:1.25rem;margin:2.4rem 0 .3rem}h3{font-size:1rem}
blockquote{margin:.6rem 0;padding-left:1rem;border-left:3px solid var(--line)}.text{white-space:pre-wrap;
border-top:1px solid var(--line);padding-top:.6rem;overflow-wrap:anywhere}
"""
_STYLE_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_DIGEST}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""The page's Content-Security-Policy."""


def page(shown: Mapping[str, Any]) -> str:
    """The page of what `GET /v1/shares/{secret}` answers."""
    title = f"{shown['given']} shows" if shown.get("given") else "A portfolio"
    exhibits = "".join(_exhibit(number, one) for number, one in enumerate(shown["exhibits"], start=1))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{_text(title)}</title><style>{_STYLE}</style></head><body><main><h1>{_text(title)}</h1>"
        f"<p>As it was on {_text(shown['shared_at'][:10])}. This link ends on {_text(shown['expires_at'][:10])}.</p>"
        f"{exhibits or '<p>Nothing is shown here any more.</p>'}</main></body></html>"
    )


def _exhibit(number: int, one: Mapping[str, Any]) -> str:
    return f"<section><h2>{_text(one.get('title') or f'Work {number}')}</h2>{''.join(_parts(one))}</section>"


def _parts(one: Mapping[str, Any]) -> Iterator[str]:
    together = {0: "", 1: ", made with one other"}.get(one["others"], f", made with {one['others']} others")
    yield f"<p>Draft {one['number']}, {_text(one['made_at'][:10])}{together}.</p>"
    if one.get("left_out"):
        yield f"<p>{_text(one['left_out'])}</p>"
    if one.get("reason"):
        yield f"<blockquote>{_text(one['reason'])}</blockquote>"
    if one["shows"]:
        skills = "".join(f"<li>{_text(skill['statement'])}</li>" for skill in one["shows"])
        yield f"<h3>What it shows</h3><ul>{skills}</ul>"
    for part in one["artefacts"]:
        yield _part(part)


def _part(part: Mapping[str, Any]) -> str:
    if part["kind"] == "file":
        return f"<p>A file: {_text(part['media_type'])}, {part['size']} bytes.</p>"
    if part["kind"] == "link":
        return f"<p>A link to {_text(part['content'])}.</p>"
    return f'<div class="text">{_text(part["content"])}</div>'


def _text(value: str) -> str:
    return escape(value, quote=True)
