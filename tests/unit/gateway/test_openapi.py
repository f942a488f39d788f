"""One document out of several: doors left out, clashes resolved, every link leading somewhere."""

import json
from typing import Any

from services.gateway.domain.documentation import page
from services.gateway.domain.openapi import merged
from services.gateway.domain.routes import RouteTable

TABLE = RouteTable()
SCHEMA = "#/components/schemas/"


def operation(answer: str, **more: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": SCHEMA + answer}}}
    return {"operationId": "read", "responses": {"200": {"description": "It.", "content": content}}, **more}


def document(paths: dict[str, Any], **schemas: Any) -> dict[str, Any]:
    return {"openapi": "3.1.0", "paths": paths, "components": {"schemas": schemas}}


EVIDENCE = document(
    {
        "/v1/evidence/{evidence}": {"get": operation("Receipt"), "delete": operation("Receipt")},
        "/ledger/heads": {"get": operation("Heads")},
        "/documents/{digest}": {"get": operation("Heads")},
        "/health": {"get": operation("Heads")},
    },
    Receipt={"properties": {"position": {"$ref": SCHEMA + "Position"}}},
    Position={"type": "integer"},
    Heads={"type": "object"},
)
AUDIT = document(
    {
        "/v1/learners/{id}/history": {"get": operation("Receipt")},
        "/v1/verifications": {"post": operation("Shared")},
        "/v1/evidence/{evidence}": {"get": operation("Shared")},
    },
    Receipt={
        "properties": {"place": {"$ref": SCHEMA + "Position"}},
        "discriminator": {"mapping": {"a": SCHEMA + "Position"}},
    },
    Position={"type": "string"},
    Shared={"properties": {"position": {"$ref": SCHEMA + "Position"}}},
)


def links(value: Any) -> set[str]:
    if isinstance(value, dict | list):
        items = value.values() if isinstance(value, dict) else value
        return {link for item in items for link in links(item)}
    return {value} if isinstance(value, str) and value.startswith("#/") else set()


def test_only_what_is_routed_is_told_of_and_by_the_service_that_owns_it() -> None:
    whole = merged({"evidence": EVIDENCE, "audit": AUDIT}, TABLE)
    told = {(method, path) for path, item in whole["paths"].items() for method in item}
    assert told == {
        ("get", "/v1/evidence/{evidence}"),
        ("get", "/v1/learners/{id}/history"),
        ("post", "/v1/verifications"),
    }
    assert whole["paths"]["/v1/evidence/{evidence}"]["get"]["tags"] == ["evidence"]
    assert "Heads" not in whole["components"]["schemas"], "what only a door answers"


def test_names_that_clash_are_told_apart_and_every_link_leads_somewhere() -> None:
    whole = merged({"evidence": EVIDENCE, "audit": AUDIT}, TABLE)
    schemas = whole["components"]["schemas"]
    assert schemas["Position"] == {"type": "integer"}
    assert schemas["AuditPosition"] == {"type": "string"}
    assert links(schemas["Receipt"]) == {SCHEMA + "Position"}
    assert links(schemas["AuditReceipt"]) == {SCHEMA + "AuditPosition"}
    assert links(schemas["Shared"]) == {SCHEMA + "AuditPosition"}, "a new name for what it links to"
    for link in links(whole):
        assert link.removeprefix(SCHEMA) in schemas, link


def test_the_same_schema_is_one() -> None:
    twin = document({"/v1/verifications": {"post": operation("Receipt")}}, **EVIDENCE["components"]["schemas"])
    schemas = merged({"evidence": EVIDENCE, "audit": twin}, TABLE)["components"]["schemas"]
    assert schemas.keys() == {"Problem", "Receipt", "Position"}


def test_operations_have_names_of_their_own() -> None:
    whole = merged({"evidence": EVIDENCE, "audit": AUDIT}, TABLE)
    names = [operation["operationId"] for item in whole["paths"].values() for operation in item.values()]
    assert len(set(names)) == len(names) == 3


def test_every_operation_says_who_may_call_and_what_a_refusal_looks_like() -> None:
    open_ = document({"/v1/tokens": {"post": operation("T", security=[{"personalToken": []}])}}, T={"type": "object"})
    whole = merged({"gateway": open_, "evidence": EVIDENCE}, TABLE)
    read = whole["paths"]["/v1/evidence/{evidence}"]["get"]
    assert read["security"] == [{"accessToken": []}, {"session": []}]
    assert read["responses"].keys() >= {"200", "401", "429", "503"}
    assert links(read["responses"]["401"]) == {SCHEMA + "Problem"}
    assert whole["paths"]["/v1/tokens"]["post"]["security"] == [{"personalToken": []}]
    assert whole["components"]["securitySchemes"].keys() == {"accessToken", "personalToken", "session"}


def test_the_refusal_that_fastapi_writes_down_is_none_of_ours() -> None:
    refused = operation("Receipt")
    link = {"$ref": SCHEMA + "HTTPValidationError"}
    refused["responses"]["422"] = {"description": "x", "content": {"application/json": {"schema": link}}}
    part = document({"/v1/verifications": {"post": refused}}, Receipt={}, HTTPValidationError={})
    whole = merged({"audit": part}, TABLE)
    assert links(whole["paths"]["/v1/verifications"]["post"]["responses"]["422"]) == {SCHEMA + "Problem"}
    assert "HTTPValidationError" not in whole["components"]["schemas"]


def test_merging_leaves_the_parts_as_they_were() -> None:
    before = json.dumps([EVIDENCE, AUDIT])
    merged({"evidence": EVIDENCE, "audit": AUDIT}, TABLE)
    assert json.dumps([EVIDENCE, AUDIT]) == before


def test_a_service_that_is_missing_is_named() -> None:
    assert merged({"evidence": EVIDENCE}, TABLE, missing={"mastery", "audit"})["x-missing-services"] == [
        "audit",
        "mastery",
    ]
    assert "x-missing-services" not in merged({"evidence": EVIDENCE}, TABLE)


def test_the_page_shows_every_route_and_escapes_what_it_shows() -> None:
    hostile = '"><script src=//attacker.test></script>'
    part = document(
        {
            "/v1/evidence/{evidence}": {
                "get": operation("Receipt", summary=hostile, description=hostile)
                | {"parameters": [{"name": hostile, "in": "query", "schema": {"type": hostile}}]}
            }
        },
        Receipt={"description": hostile, hostile: hostile},
    )
    html = page(merged({"evidence": part, "audit": AUDIT}, TABLE, missing=["mastery"]))
    assert "<script" not in html
    assert "&lt;script" in html
    for told in ("/v1/evidence/{evidence}", "/v1/verifications", "schema-Shared", "mastery"):
        assert told in html
    assert "http://" not in html
    assert "https://" not in html
