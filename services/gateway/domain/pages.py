"""The few pages of signing in: plain HTML without scripts, its one style allowed by digest. Pure.

Everything that comes from elsewhere is escaped. There is one form, and it may be sent to ourselves alone.
"""

import base64
import hashlib
from html import escape

from services.gateway.domain.sign_in import (
    DeclinedError,
    InvalidAnswerError,
    IssuerUnavailableError,
    NoAccountError,
    NoIssuerError,
    SignInRefusedError,
)

_STYLE = """
:root{color-scheme:light dark;--line:#8884;--act:#1d5fbf}
body{font:17px/1.6 system-ui,sans-serif;max-width:34rem;margin:0 auto;padding:15vh 1.2rem 4rem}
h1{font-size:1.5rem;margin:0 0 .8rem}p{margin:.6rem 0}code{font:15px ui-monospace,monospace;overflow-wrap:anywhere}
a{color:var(--act)}button,a.act{display:inline-block;font:inherit;padding:.5rem 1.2rem;border:1px solid var(--act);
border-radius:8px;background:var(--act);color:#fff;text-decoration:none;cursor:pointer;margin:.6rem 0}
:focus-visible{outline:3px solid var(--act);outline-offset:3px}
dl{border-top:1px solid var(--line);padding-top:.6rem}dd{margin:0 0 .5rem}
"""

_STYLE_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_DIGEST}'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""On every page. The referrer policy is not `no-referrer`, for then a form's `Origin` would be `null`."""

CSRF_FIELD = "csrf_token"

_SIGN_IN = '<p><a class="act" href="/sign-in">Sign in</a></p>'
_DOCS = '<p><a href="/docs">The API of this district</a></p>'


def signed_out() -> str:
    return _page(
        "You are signed out",
        "<p>On a machine that others use too, sign out of your school account as well: whoever has that can sign in"
        f" here again.</p>{_SIGN_IN}",
    )


def not_signed_out() -> str:
    return _page(
        "You are still signed in",
        "<p>This did not come from a page of ours, so nothing was done."
        ' <a href="/">To the page with the button</a>.</p>',
    )


def refused(error: SignInRefusedError | IssuerUnavailableError) -> str:
    """What a person is told whom a sign-in did not bring in."""
    match error:
        case NoAccountError():
            return _page(
                "There is no account here yet",
                "<p>Your school account is known, but nobody here has said who you are. Give this to an administrator"
                f" of your district:</p><dl><dt>Issuer</dt><dd><code>{_text(error.issuer)}</code></dd>"
                f"<dt>Subject</dt><dd><code>{_text(error.subject)}</code></dd></dl>",
            )
        case DeclinedError():
            return _page("You were not signed in", f"<p>Your school account did not let you in.</p>{_SIGN_IN}")
        case InvalidAnswerError():
            return _page(
                "You were not signed in",
                "<p>The answer of your school account could not be trusted. If this happens again, tell an"
                f" administrator.</p>{_SIGN_IN}",
            )
        case NoIssuerError():
            return _page("Nobody can sign in here", f"<p>No issuer is set up. Programs use personal tokens.</p>{_DOCS}")
        case IssuerUnavailableError():
            return _page("Not possible at the moment", f"<p>Your school account does not answer.</p>{_SIGN_IN}")
        case _:
            return _page(
                "That took too long",
                f"<p>This sign-in has ended, or was begun in another browser. Begin again.</p>{_SIGN_IN}",
            )


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{_text(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{_text(title)}</h1>{body}</main></body></html>"
    )


def _text(value: str) -> str:
    return escape(value, quote=True)
