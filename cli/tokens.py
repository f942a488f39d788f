"""`token PERSON`: a personal token, made by the operator of the embedded stack."""

import asyncio
from typing import Annotated

import typer

from cli.connection import connect
from cli.naming import person_id
from deploy.local.home import open_home
from deploy.local.services import SERVICES, running_district
from shared.ledger.identifiers import is_id


def token(person: Annotated[str, typer.Argument(help="A person's id, or sourcedId in the roster.")]) -> None:
    """Make a personal token for a person, and print it. It is shown this once; the person may revoke it."""
    print(asyncio.run(_token(person)))


async def _token(person: str) -> str:
    district = running_district(open_home())
    if not is_id(person):
        async with connect() as gateway:
            person = await person_id(gateway, person)
    gateway_service = next(service for service in SERVICES if service.name == "gateway")
    return (await district.ask(gateway_service, "--personal-token", person)).split()[-1]
