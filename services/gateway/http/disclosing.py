"""Holds an answer about learners back until the disclosure log says to whom it goes."""

from collections.abc import Iterable

from starlette.types import Message, Scope, Send

from services.gateway.domain.disclosures import Disclosure, read_of_learner
from services.gateway.domain.route import Route
from services.gateway.ports import Disclosures
from shared.runtime.disclosing import HEADER, disclosed

_HEADER = HEADER.lower().encode("ascii")

Headers = Iterable[tuple[bytes, bytes]]


def shown_of(route: Route, path: str, headers: Headers, person: str) -> list[Disclosure]:
    """Of whom else an answer with these headers tells `person`: whom a read's path names, and whom the service does.

    What is written is hers already; whoever else its answer tells of, the service says.
    """
    read = read_of_learner(route.template, path.split("/")) if route.method == "GET" else None
    told = disclosed(value for name, value in headers if name.lower() == _HEADER)
    shown = {*told, *([] if read is None else [read])}
    return [Disclosure(learner, person, what) for learner, what in sorted(shown) if learner != person]


def disclosing(route: Route, scope: Scope, person: str | None, send: Send, log: Disclosures) -> Send:
    """`send`, for the answer of a service, to a read of others' records or to a write; as it is for any other request.

    What is sent then raises `problems.unavailable` before anything of the answer was passed on where the log cannot
    be written. A refusal shows nothing and is not logged. The gateway's own reads log by themselves.
    """
    if route.service == "gateway" or person is None:
        return send

    async def logged(message: Message) -> None:
        if message["type"] == "http.response.start":
            if message["status"] < 400:
                path = scope["raw_path"].decode("latin-1")
                await log.note(shown_of(route, path, message["headers"], person))
            message["headers"] = [header for header in message["headers"] if header[0].lower() != _HEADER]
        await send(message)

    return logged
