"""Every refusal that the gateway's own routes give is in its document, and what a session's cookie needs beside it."""

from typing import Any, cast

import pytest
from fastapi import FastAPI

from services.gateway.domain.openapi import merged
from services.gateway.domain.routes import RouteTable
from services.gateway.http.accounts import account_routes
from services.gateway.http.disclosures import disclosure_routes
from services.gateway.http.personal_tokens import personal_token_routes


@pytest.fixture(scope="module")
def paths() -> dict[str, Any]:
    nothing = cast("Any", None)
    app = FastAPI()
    app.include_router(personal_token_routes(nothing, nothing, nothing, nothing, nothing))
    app.include_router(account_routes(nothing, nothing, nothing))
    app.include_router(disclosure_routes(nothing, nothing, nothing, nothing))
    return dict(merged({"gateway": app.openapi()}, RouteTable())["paths"])


@pytest.mark.parametrize(
    ("path", "method", "statuses"),
    [
        ("/v1/tokens", "post", {"200", "401"}),
        ("/v1/personal-tokens", "post", {"201", "401", "403", "409"}),
        ("/v1/personal-tokens/{id}", "delete", {"204", "403", "404"}),
        ("/v1/accounts", "get", {"200", "404"}),
        ("/v1/accounts", "put", {"200", "201", "403", "404", "409"}),
        ("/v1/accounts/{id}", "delete", {"204", "403", "404"}),
        ("/v1/learners/{id}/disclosures", "get", {"200", "404"}),
        ("/v1/reveal", "post", {"200", "403", "503"}),
    ],
)
def test_it_is_written_down(paths: dict[str, Any], path: str, method: str, statuses: set[str]) -> None:
    responses = paths[path][method]["responses"]
    assert responses.keys() >= statuses
    assert method != "get" or "403" not in responses
    assert "403" not in paths["/v1/tokens"]["post"]["responses"]
    for status in statuses - {"200", "201", "204"}:
        assert "application/problem+json" in responses[status]["content"], status
