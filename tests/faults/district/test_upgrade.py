"""F13: an upgrade while clients write, service by service; a migration killed half-way, and run again."""

import asyncio
import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.local.home import ROOT
from deploy.local.services import SERVICES, command
from tests.support.effort import Effort
from tests.support.trial import SERVICES as NAMES
from tests.support.trial import Trial
from tests.support.waiting import until

pytestmark = [pytest.mark.faults, pytest.mark.stack, pytest.mark.timeout(1800)]

HALF_WAY = 71_003
"""The advisory lock at which the planted migration waits, half-way."""

MIGRATIONS = "services/evidence/postgres/migrations"


@pytest.mark.long
@pytest.mark.fault("F13", "an upgrade under traffic, its migration killed half-way and run again", share=2)
async def test_an_upgrade_under_traffic(trial: Trial, effort: Effort, tmp_path: Path) -> None:
    code = tmp_path / "code"
    for part in ("services", "shared"):
        shutil.copytree(ROOT / part, code / part, ignore=shutil.ignore_patterns("*.pyc.*"))  # those being written
    for number in effort.rounds(short=1):
        _plant(code, number)
        async with trial.writing():
            await trial.accepted(5)
            await _killed_half_way(trial, code)
            assert not await _is_there(trial, number)  # nothing of it stayed
            await trial.accepted(5)  # and nobody minds
            assert await _run(trial, code) == 0
            assert await _is_there(trial, number)
            for name in NAMES:
                keeper = trial.stack.keeper(name)
                keeper.program = replace(
                    keeper.program, environment={**keeper.program.environment, "PYTHONPATH": str(code)}
                )
                await trial.stack.restart(name)
            await trial.accepted(20)
    await trial.check(effort)


def _plant(code: Path, number: int) -> None:
    """A further migration of evidence in the copy of the code, which stops half-way where the lock is held."""
    folder = code / MIGRATIONS
    last = max(file.name[:4] for file in folder.glob("[0-9]*.py"))
    new = f"{int(last) + 1:04}"
    (folder / f"{new}_planted.py").write_text(
        f'''"""Planted by a test."""
from alembic import op
revision = "{new}"
down_revision = "{last}"


def upgrade() -> None:
    op.execute("CREATE SCHEMA planted_{number}")
    op.execute("SELECT pg_advisory_xact_lock({HALF_WAY})")
    op.execute("CREATE TABLE planted_{number}.thing (id integer)")
'''
    )


async def _killed_half_way(trial: Trial, code: Path) -> None:
    holder = await trial.superuser("evidence")
    try:
        await holder.execute("SELECT pg_advisory_lock($1)", HALF_WAY)
        migrating = await _migrating(trial, code)
        try:

            async def half_way() -> bool:
                return bool(
                    await holder.fetchval(
                        "SELECT count(*) FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))",
                        holder.get_server_pid(),
                    )
                )

            await until(half_way, "the migration is half-way", seconds=120)
        finally:
            with suppress(ProcessLookupError):
                migrating.kill()
            await migrating.wait()
        await holder.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))",
            holder.get_server_pid(),
        )
    finally:
        await holder.close()


async def _migrating(trial: Trial, code: Path) -> asyncio.subprocess.Process:
    evidence = next(service for service in SERVICES if service.name == "evidence")
    environment = {**trial.stack.keeper("evidence").program.environment, "PYTHONPATH": str(code)}
    return await asyncio.create_subprocess_exec(*command(evidence, "--migrate"), cwd=code, env=environment)


async def _run(trial: Trial, code: Path) -> int:
    return await (await _migrating(trial, code)).wait()


async def _is_there(trial: Trial, number: int) -> bool:
    connection = await trial.superuser("evidence")
    try:
        return bool(await connection.fetchval("SELECT to_regclass($1)", f"planted_{number}.thing"))
    finally:
        await connection.close()
