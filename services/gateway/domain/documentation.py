"""The API's description as a page for people: one self-contained HTML text without scripts. Pure.

Everything that comes from a document is escaped; the page's style is allowed by its digest alone, so that whatever
slipped through would still do nothing.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from services.gateway.domain.openapi import METHODS, Document

_STYLE = """
:root{color-scheme:light dark;--line:#8884;--soft:#8881;--get:#1a7f4b;--post:#1d5fbf;--put:#9a5b00;--delete:#b3261e}
body{font:16px/1.55 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:2rem 1rem 6rem}
h1{margin:0}h2{margin:3rem 0 .5rem;border-bottom:1px solid var(--line);text-transform:capitalize}
h3{font-size:1rem;margin:1.2rem 0 .3rem}p{margin:.4rem 0;white-space:pre-line}
code,pre{font:14px/1.5 ui-monospace,monospace}pre{background:var(--soft);padding:.8rem;border-radius:6px;overflow:auto}
details.route{border:1px solid var(--line);border-radius:8px;margin:.5rem 0;padding:0 1rem}
details.route[open]{padding-bottom:1rem}summary{cursor:pointer;padding:.6rem 0}
summary:focus-visible{outline:3px solid var(--post);outline-offset:2px}
.method{display:inline-block;min-width:4.5rem;font-weight:700}.get{color:var(--get)}.post{color:var(--post)}
.put{color:var(--put)}.delete{color:var(--delete)}.what{opacity:.8;margin-left:.5rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;
border-top:1px solid var(--line)}.note{background:var(--soft);padding:.6rem 1rem;border-radius:6px}
"""

_STYLE_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_DIGEST}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing is fetched, run, framed or submitted."""


def page(document: Document) -> str:
    """The page of an OpenAPI document."""
    info = document["info"]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{_text(info['title'])}: the API</title><style>{_STYLE}</style></head><body>"
        f"<main><h1>{_text(info['title'])}</h1>{_words(info['description'])}"
        '<p>For programs: <a href="/v1/openapi.json">/v1/openapi.json</a> (OpenAPI 3.1).</p>'
        f"{_missing(document)}{''.join(_groups(document))}{_schemas(document)}</main></body></html>"
    )


def _missing(document: Document) -> str:
    missing = document.get("x-missing-services", [])
    if not missing:
        return ""
    return (
        f'<p class="note">Not up yet, and so not described here: {_text(", ".join(missing))}. Reload in a moment.</p>'
    )


def _groups(document: Document) -> Iterable[str]:
    groups: dict[str, list[str]] = {}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                group = next(iter(item[method].get("tags", [])), "")
                groups.setdefault(group, []).append(_operation(method, path, item[method]))
    for group, operations in groups.items():
        yield f"<h2>{_text(group)}</h2>{''.join(operations)}"


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    return (
        f'<details class="route"><summary><span class="method {_text(method)}">{_text(method.upper())}</span>'
        f'<code>{_text(path)}</code><span class="what">{_text(operation.get("summary", ""))}</span></summary>'
        f"{_words(operation.get('description', ''))}{_parameters(operation.get('parameters', []))}"
        f"{_body(operation.get('requestBody'))}{_responses(operation.get('responses', {}))}</details>"
    )


def _parameters(parameters: Iterable[Mapping[str, Any]]) -> str:
    rows = [
        f"<tr><td><code>{_text(parameter.get('name', ''))}</code></td><td>{_text(parameter.get('in', ''))}"
        f"{', required' if parameter.get('required') else ''}</td><td>{_text(_short(parameter.get('schema', {})))}"
        f"</td><td>{_text(parameter.get('description', ''))}</td></tr>"
        for parameter in parameters
    ]
    return f"<h3>Parameters</h3><table>{''.join(rows)}</table>" if rows else ""


def _body(body: Mapping[str, Any] | None) -> str:
    if not body:
        return ""
    return f"<h3>Body</h3>{_words(body.get('description', ''))}{_content(body.get('content', {}))}"


def _responses(responses: Mapping[str, Mapping[str, Any]]) -> str:
    rows = [
        f"<tr><td><code>{_text(status)}</code></td><td>{_text(response.get('description', ''))}"
        f"{_content(response.get('content', {}))}</td></tr>"
        for status, response in responses.items()
    ]
    return f"<h3>Answers</h3><table>{''.join(rows)}</table>"


def _content(content: Mapping[str, Mapping[str, Any]]) -> str:
    return "".join(
        f"<div><code>{_text(kind)}</code> {_schema(what.get('schema', {}))}</div>" for kind, what in content.items()
    )


def _schema(schema: Any) -> str:
    link = schema.get("$ref") if isinstance(schema, dict) else None
    if isinstance(link, str):
        name = link.rpartition("/")[2]
        return f'<a href="#schema-{_text(name)}">{_text(name)}</a>'
    return f"<pre>{_json(schema)}</pre>" if schema else ""


def _schemas(document: Document) -> str:
    schemas = document.get("components", {}).get("schemas", {})
    shown = [
        f'<details class="route" id="schema-{_text(name)}" open><summary><code>{_text(name)}</code></summary>'
        f"<pre>{_json(schema)}</pre></details>"
        for name, schema in schemas.items()
    ]
    return f"<h2>Schemas</h2>{''.join(shown)}" if shown else ""


def _short(schema: Mapping[str, Any]) -> str:
    """A parameter's kind in a few words."""
    choices = schema.get("anyOf", [schema])
    return " or ".join(
        str(one.get("format") or one.get("type") or "value") for one in choices if one.get("type") != "null"
    )


def _json(value: Any) -> str:
    return _text(json.dumps(value, indent=2, ensure_ascii=False))


def _words(text: str) -> str:
    return f"<p>{_text(text)}</p>" if text else ""


def _text(value: object) -> str:
    return escape(str(value), quote=True)
