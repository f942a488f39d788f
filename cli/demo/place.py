"""Where the demo is played: on a stack of its own, or in a district that runs elsewhere, such as in containers."""

import asyncio
import shlex
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from cli.errors import CommandError
from deploy.local.stack import Stack
from shared.runtime.kafka_access import KafkaAccess


@dataclass(frozen=True, slots=True)
class Place:
    """A district to play in: its gateway, its administrator's personal token, and how others get one.

    `kafka` reads its topics and `superuser` may do everything in the ledger's database: None where neither is open to
    us, as is right for a district that is not ours; then the steps that need them are left out. `folder` is where files
    of the demo may lie until it ends.
    """

    url: str
    token: str
    personal_token: Callable[[str], Awaitable[str]]
    administrator: str | None = None
    kafka: KafkaAccess | None = None
    superuser: str | None = None
    folder: Path | None = None

    @classmethod
    def of_stack(cls, stack: Stack) -> "Place":
        return cls(
            url=stack.urls["gateway"],
            token=stack.operator.token,
            personal_token=stack.personal_token,
            administrator=stack.operator.person,
            kafka=stack.access,
            superuser=stack.superuser_of("evidence"),
            folder=stack.home.path,
        )


async def elsewhere(url: str, token: str, tokens_by: str) -> Place:
    """The district at an address. `tokens_by` is a command that prints a personal token of the person whom it is given.

    Raises CommandError where there is none, or where it holds evidence: invented people do not belong among others.
    """
    try:
        async with httpx.AsyncClient(timeout=10) as client:
            shards = (await client.get(f"{url.rstrip('/')}/health")).json()["shards"]["evidence"]
    except (httpx.HTTPError, ValueError, LookupError, TypeError) as error:
        raise CommandError(f"{url} does not say how it is: is it a gateway, and is the district up?") from error
    if any(shard.get("head") != 0 for shard in shards):
        raise CommandError("The demo plays in a new district alone: this one has a record, and it would stay in it.")
    return Place(url, token, _asking(shlex.split(tokens_by)))


def _asking(command: list[str]) -> Callable[[str], Awaitable[str]]:
    async def personal_token(person: str) -> str:
        try:
            process = await asyncio.create_subprocess_exec(
                *command, person, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
            )
            said, complained = await process.communicate()
        except OSError as error:
            raise CommandError(f"{command[0]} cannot be run: {error.strerror}.") from error
        if process.returncode != 0 or not said.split():
            words = complained.decode(errors="replace").strip().splitlines()
            raise CommandError(f"No personal token was made: {words[-1] if words else 'the command gave no reason'}")
        return said.split()[-1].decode("ascii", "replace")

    return personal_token
