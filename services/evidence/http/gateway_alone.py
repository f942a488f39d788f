"""Doors that are for the gateway alone: for everyone else they are not there, whatever they send."""

from collections.abc import Awaitable, Callable

from fastapi import Request

from services.evidence.domain.errors import NotFound
from shared.runtime.problems import Problem
from shared.runtime.tokens import Caller, Verifier


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
