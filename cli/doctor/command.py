"""`ascertain doctor`: one line a thing that was looked at; exit code 1 where something is wrong."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated

import typer

from cli.connection import district_named
from cli.doctor.findings import Finding
from cli.doctor.folder import look_at_folder
from cli.doctor.machine import look_at_machine
from cli.doctor.servers import look_at_kafka, look_at_postgres
from cli.doctor.services import health_of, look_at_service
from deploy.errors import StackError
from deploy.local.description import Description, describe
from deploy.local.home import Home, open_home
from deploy.setup.rights import OWN
from shared.runtime.kafka_access import KafkaAccess

ISSUER = "issuer"


def doctor(as_json: Annotated[bool, typer.Option("--json", help="the findings as JSON")] = False) -> None:
    """Look for what is wrong, and say what to do. Exits with 1 where something is.

    With ASCERTAIN_URL and ASCERTAIN_TOKEN it looks at the district there.
    """
    findings = asyncio.run(_all(tell=not as_json))
    if as_json:
        typer.echo(json.dumps([{**asdict(finding), "well": finding.well} for finding in findings], indent=1))
    wrong = sum(not finding.well for finding in findings)
    if not as_json:
        typer.echo(f"{wrong} things are wrong." if wrong else "Nothing is wrong.")
    if wrong:
        raise typer.Exit(1)


async def _all(*, tell: bool) -> list[Finding]:
    named = district_named()
    findings = []
    async for finding in _of_stack(open_home()) if named is None else _of_district(named[0]):
        findings.append(finding)
        if tell:
            typer.echo(finding.line())
    return findings


async def _of_district(url: str) -> AsyncIterator[Finding]:
    """A district that runs elsewhere: what its gateway tells of it, without any right."""
    health = await health_of(url)
    if health is None:
        yield Finding("gateway", f"{url} does not answer", "See that it is up, and that ASCERTAIN_URL is right.")
        return
    for name, said in {"gateway": health, **health.get("services", {})}.items():
        own = {**said, "quarantined": 0} if name == "gateway" else said  # its own count is everyone's
        for finding in look_at_service(name, own):
            yield finding


async def _of_stack(home: Home) -> AsyncIterator[Finding]:
    for finding in look_at_machine(home.path):
        yield finding
    try:
        description = describe(home)
    except (StackError, TypeError, LookupError) as error:
        yield Finding("the stack", f"its note of itself cannot be read ({error})", "Start it again: ./ascertain up")
        return
    if home.holder() is not None and description is None:
        yield Finding("the stack", "is starting or ending", "Ask again in a moment.")
        return
    for finding in look_at_folder(home, up=description is not None):
        yield finding
    if description is None:
        yield Finding("the stack", "is down; ./ascertain up starts it")
        return
    async for finding in _of_running(home, description):
        yield finding


async def _of_running(home: Home, description: Description) -> AsyncIterator[Finding]:
    for name, program in description.programs.items():
        if program.state != "running":
            yield Finding(name, f"is {program.state} (last: {program.last_end})", f"See: ./ascertain logs {name}")
    async for finding in look_at_postgres(description.databases, description.superuser):
        yield finding
    access = KafkaAccess(description.bootstrap, "SASL_PLAINTEXT", OWN, home.kafka_password(OWN))
    async for finding in look_at_kafka(access):
        yield finding
    for name, url in description.urls.items():
        if name not in (ISSUER, "docs"):
            health = await health_of(url)
            own = {**health, "quarantined": 0} if health and name == "gateway" else health
            for finding in look_at_service(name, own):
                yield finding
