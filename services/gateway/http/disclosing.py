"""Holds an answer about a learner back until the disclosure log says to whom it goes."""

from starlette.types import Message, Scope, Send

from services.gateway.domain.disclosures import Disclosure, read_of_learner
from services.gateway.domain.routes import Route
from services.gateway.ports import Disclosures


def disclosing(route: Route, scope: Scope, person: str | None, send: Send, log: Disclosures) -> Send:
    """`send`, for the answer of a service to a read of somebody else's record; as it is for any other request.

    What is sent then raises `problems.unavailable` before anything of the answer was passed on where the log cannot
    be written. A refusal shows nothing and is not logged. The gateway's own reads log by themselves.
    """
    if route.method != "GET" or route.service == "gateway" or person is None:
        return send
    read = read_of_learner(route.template, scope["raw_path"].decode("latin-1").split("/"))
    if read is None or read[0] == person:
        return send
    learner, what = read

    async def logged(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] < 400:
            await log.note([Disclosure(learner, person, what)])
        await send(message)

    return logged
