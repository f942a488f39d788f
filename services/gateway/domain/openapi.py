"""One OpenAPI 3.1 document out of the services' own. Pure.

Only what the table routes is in it, so no door between services is told of. Schemas of one name and the same content
are one; where the content differs, the later service's gets that service's name before its own.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from services.gateway.domain.route import Service
from services.gateway.domain.routes import RouteTable

Document: TypeAlias = Mapping[str, Any]

_HERE = "#/components/"
METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")

DESCRIPTION = """\
Ascertain records what learners show they can do, and says where each of them is, what comes next, and why.

A program exchanges a personal token for an access token (`POST /v1/tokens`), sends that as `Authorization: Bearer …`
with every other request, and exchanges again when it has expired. A browser signs in at `/sign-in` and holds a
session's cookie; what changes something needs `X-CSRF-Token` beside it (`GET /v1/session`). Every write may be sent
again under the same ids or `Idempotency-Key`, and is then done once. What is not yours to see looks as if it were not
there. Every refusal is a problem document (RFC 9457)."""

SECURITY_SCHEMES = {
    "accessToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "at+jwt",
        "description": "An access token, good for 5 minutes; `POST /v1/tokens` gives one for a personal token.",
    },
    "personalToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "ascp_…",
        "description": "A personal token: long-lived, revocable, only for `POST /v1/tokens`.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-ascertain",
        "description": "A browser's session, had by signing in; with `X-CSRF-Token` where something is changed.",
    },
}

SECURITY: list[dict[str, list[str]]] = [{"accessToken": []}, {"session": []}]
"""Either of them opens every route that is not open to all."""

PROBLEM = {
    "type": "object",
    "description": "A refusal (RFC 9457). `detail` is one plain sentence that says what would be right.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:ascertain:problem:not-found"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "field": {"type": "string", "description": "A JSON pointer to what is wrong."},
    },
    "additionalProperties": True,
}

_REFUSALS = {
    "401": "No valid access token.",
    "403": "A session's cookie, without the `X-CSRF-Token` that shows that a page of this address asks for it.",
    "429": "Too many requests; `Retry-After` says when to ask again.",
    "503": "Not possible at the moment; `Retry-After` says when to ask again.",
}


def merged(documents: Mapping[Service, Document], table: RouteTable, *, missing: Iterable[Service] = ()) -> Document:
    """The document of all that the gateway serves. `missing` are the services whose part is not known (yet)."""
    paths: dict[str, dict[str, Any]] = {}
    components: dict[str, dict[str, Any]] = {"schemas": {"Problem": PROBLEM}}
    operations: set[str] = set()
    for service, document in documents.items():
        renamed = _renames(document, components, service)
        for kind, name, content in _components(document):
            components.setdefault(kind, {})[renamed.get((kind, name), name)] = _relinked(content, renamed)
        for path, operation, method in _operations(document, table, service):
            route = table.named(service, method, path)
            shown = _operation(_relinked(operation, renamed), service, method, open_=route is not None and route.open)
            shown["operationId"] = _named_once(operation, (service, method, path), operations)
            paths.setdefault(path, {})[method] = shown
    document_ = {
        "openapi": "3.1.0",
        "info": {"title": "Ascertain", "version": "1", "description": DESCRIPTION},
        "servers": [{"url": "/"}],
        "paths": dict(sorted(paths.items())),
        "components": {**_reachable(paths, components), "securitySchemes": SECURITY_SCHEMES},
        "security": SECURITY,
    }
    absent = sorted(missing)
    return {**document_, "x-missing-services": absent} if absent else document_


def _operations(document: Document, table: RouteTable, service: Service) -> Iterable[tuple[str, dict[str, Any], str]]:
    for path, item in document.get("paths", {}).items():
        shared = item.get("parameters", [])
        for method in METHODS:
            if method in item and table.named(service, method, path) is not None:
                operation = dict(item[method])
                if shared:
                    operation["parameters"] = [*shared, *operation.get("parameters", [])]
                yield path, operation, method


def _operation(operation: Any, service: Service, method: str, *, open_: bool) -> dict[str, Any]:
    """The operation with what holds for every one here: who may call, what refusals look like."""
    responses = {
        status: _problem("Something in the request is wrong.") if _is_of_fastapi(response) else response
        for status, response in operation.get("responses", {}).items()
    }
    for status, text in _REFUSALS.items():
        if not (open_ and status in {"401", "403"}) and not (status == "403" and method == "get"):
            responses.setdefault(status, _problem(text))
    security = operation.get("security") if open_ else SECURITY
    return {
        **operation,
        "tags": [service],
        "security": security if security is not None else [],
        "responses": dict(sorted(responses.items())),
    }


def _is_of_fastapi(response: Any) -> bool:
    """Whether this is the refusal that FastAPI writes down by itself, and that no service gives."""
    return any(_named(link)[1] == "HTTPValidationError" for link in _links(response))


def _problem(text: str) -> dict[str, Any]:
    link = {"$ref": "#/components/schemas/Problem"}
    return {"description": text, "content": {"application/problem+json": {"schema": link}}}


def _components(document: Document) -> Iterable[tuple[str, str, Any]]:
    for kind, named in document.get("components", {}).items():
        if kind != "securitySchemes":
            for name, content in named.items():
                yield kind, name, content


def _renames(
    document: Document, known: Mapping[str, Mapping[str, Any]], service: Service
) -> dict[tuple[str, str], str]:
    """New names for this document's components that have a known one's name and other content.

    A component that links to a renamed one has other content than its namesake too, so the search goes on until
    nothing changes.
    """
    renamed: dict[tuple[str, str], str] = {}
    while True:
        more = {
            (kind, name): f"{service.title()}{name[:1].upper()}{name[1:]}"
            for kind, name, content in _components(document)
            if (kind, name) not in renamed
            and name in known.get(kind, {})
            and known[kind][name] != _relinked(content, renamed)
        }
        if not more:
            return renamed
        renamed |= more


def _links(value: Any) -> Iterator[str]:
    """The links to components within a value (`$ref`, and the mapping of a discriminator)."""
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _links(item)
    elif _is_link(value):
        yield value


def _relinked(value: Any, renamed: Mapping[tuple[str, str], str]) -> Any:
    """The value with every link to a renamed component set right; a copy, sharing nothing."""
    if isinstance(value, dict):
        return {key: _relinked(item, renamed) for key, item in value.items()}
    if isinstance(value, list):
        return [_relinked(item, renamed) for item in value]
    if _is_link(value):
        kind, name = _named(value)
        return f"{_HERE}{kind}/{renamed.get((kind, name), name)}"
    return value


def _is_link(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(_HERE)


def _named(link: str) -> tuple[str, str]:
    kind, _, name = link.removeprefix(_HERE).partition("/")
    return kind, name


def _reachable(paths: Mapping[str, Any], components: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The components that the paths link to, directly or through others, in the order of their names."""
    found: set[str] = set()
    waiting: list[Any] = [paths]
    while waiting:
        for link in set(_links(waiting.pop())) - found:
            found.add(link)
            kind, name = _named(link)
            waiting.append(components.get(kind, {}).get(name))
    kept = {
        kind: {name: named[name] for name in sorted(named) if f"{_HERE}{kind}/{name}" in found}
        for kind, named in components.items()
    }
    return {kind: named for kind, named in kept.items() if named}


def _named_once(operation: Mapping[str, Any], where: tuple[Service, str, str], taken: set[str]) -> str:
    """A name for the operation that no other has: its own, else its service's, else that of its place."""
    service, method, path = where
    place = re.sub(r"[^A-Za-z0-9]+", "_", f"{service}_{method}{path}").strip("_")
    own = str(operation.get("operationId") or place)
    name = next(name for name in (own, f"{service}_{own}", place) if name not in taken)
    taken.add(name)
    return name
