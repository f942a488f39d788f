"""Which district a command talks to, and as whom.

`ASCERTAIN_URL` and `ASCERTAIN_TOKEN` (a personal token) say so; without them it is the embedded stack of this folder,
as its first administrator.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cli.errors import CommandError
from cli.gateway import Gateway
from deploy.local.description import operator, running
from deploy.local.home import open_home


def district_named() -> tuple[str, str] | None:
    """The gateway's address and the personal token that the environment names; None where it names neither.

    Raises CommandError where it names one alone, or where one cannot be right.
    """
    url, token = os.environ.get("ASCERTAIN_URL") or None, os.environ.get("ASCERTAIN_TOKEN") or None
    if (url is None) != (token is None):
        raise CommandError("Set both ASCERTAIN_URL and ASCERTAIN_TOKEN, or neither.")
    if url is not None and not url.startswith(("http://", "https://")):
        raise CommandError(f"ASCERTAIN_URL must begin with http:// or https://; it is {url!r}.")
    if token is not None and not (token.isascii() and token.isprintable()):
        raise CommandError("ASCERTAIN_TOKEN is no personal token: those have letters, digits, '-' and '_' alone.")
    return None if url is None or token is None else (url, token)


@asynccontextmanager
async def connect() -> AsyncIterator[Gateway]:
    """A client of the gateway. Raises CommandError or StackError where nothing says which."""
    named = district_named()
    if named is None:
        home = open_home()
        named = running(home).urls["gateway"], operator(home).token
    url, token = named
    async with Gateway(url, token) as gateway:
        yield gateway


@asynccontextmanager
async def connect_as_nobody() -> AsyncIterator[Gateway]:
    """A client of the gateway at what is open to all, where nobody shall be known: whoever votes.

    `ASCERTAIN_URL` alone says which. Raises CommandError or StackError where nothing does.
    """
    url = os.environ.get("ASCERTAIN_URL") or running(open_home()).urls["gateway"]
    async with Gateway(url, None) as gateway:
        yield gateway
