"""An embedded stack in which every wire between two parts, every clock and both disks can be made to fail.

Each service is told the ports of proxies instead of those of PostgreSQL, Kafka and the other services; the programs
and what they are told are otherwise the embedded stack's own. A service's wire to a part is
`stack.wires[service, part]`.
"""

import contextlib
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

from deploy.local.home import Home, open_home
from deploy.local.keeper import Keeper
from deploy.local.ports import LOOPBACK
from deploy.local.stack import Stack
from tests.support.clocks import Clocks
from tests.support.proxy import FaultProxy
from tests.support.running import give_up


class FaultyStack(Stack):
    """A stack whose services are led through proxies; with `clocks`, clocks can be set, but Kafka's."""

    def __init__(self, home: Home, opened: AsyncExitStack, clocks: Clocks | None = None) -> None:
        super().__init__(home)
        self.wires: dict[tuple[str, str], FaultProxy] = {}
        self.clocks = clocks
        self._opened = opened

    def wires_of(self, part: str) -> list[FaultProxy]:
        """All wires that lead to a part."""
        return [wire for (_, to), wire in self.wires.items() if to == part]

    def heal(self) -> None:
        """Let everything through again, on every wire."""
        for wire in self.wires.values():
            wire.heal()

    async def _keep(self, name: str, keeper: Keeper) -> None:
        environment, arguments = dict(keeper.program.environment), keeper.program.arguments
        if name in self.services:
            environment = await self._rewired(name, environment)
        if self.clocks is not None and name != "kafka":  # Java's timed waits do not bear it
            arguments = (*self.clocks.command(name), *arguments)
        keeper.program = replace(keeper.program, environment=environment, arguments=arguments)
        await super()._keep(name, keeper)

    async def _rewired(self, name: str, environment: Mapping[str, str]) -> dict[str, str]:
        ports = {"postgres": self._postgres.port, "kafka": self._kafka.port} | {
            other: self._district.ports[other] for other in self.services if other != name
        }
        wired = dict(environment)
        for part, port in ports.items():
            address = re.compile(rf"\b{re.escape(LOOPBACK)}:{port}\b")
            if not any(address.search(text) for text in environment.values()):
                continue
            wire = await self._opened.enter_async_context(FaultProxy(port, kafka=part == "kafka"))
            self.wires[name, part] = wire
            wired = {key: address.sub(f"{LOOPBACK}:{wire.port}", text) for key, text in wired.items()}
        return wired


@asynccontextmanager
async def faulty_stack(folder: Path, *, clocks: Clocks | None = None) -> AsyncIterator[FaultyStack]:
    """A new stack whose home is `folder`; ended, and its state removed, afterwards."""
    home = open_home(folder)
    async with AsyncExitStack() as opened:
        stack = FaultyStack(home, opened, clocks)
        try:
            async with stack:
                try:
                    yield stack
                finally:
                    stack.heal()
                    await give_up(stack)
        finally:
            with contextlib.suppress(OSError):  # a folder that is a mount stays until it is taken off
                home.erase()
