"""Doors that are for the gateway alone: for everyone else they are not there, whatever they send."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel

from services.evidence.domain.errors import NotFound
from shared.runtime.problems import Problem
from shared.runtime.tokens import Caller, Verifier

_Body = TypeVar("_Body", bound=BaseModel)


async def read_body(request: Request, model: type[_Body]) -> _Body:
    """What the gateway sends, read once it is known to be the gateway: others learn nothing by what they send."""
    return model.model_validate_json(await request.body())


def gateway_alone(verifier: Verifier) -> Callable[[Request], Awaitable[Caller]]:
    """What a door depends on: the gateway, by its service token. Raises NotFound for everyone else."""

    async def gateway(request: Request) -> Caller:
        try:
            caller = verifier.service(request.headers.get("authorization"), audience="evidence")
        except Problem as problem:
            raise NotFound("address") from problem
        if caller.service != "gateway":
            raise NotFound("address")
        return caller

    return gateway
