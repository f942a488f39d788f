"""What is written in one turn of the event loop leaves together, and in order."""

import asyncio
from typing import cast

from shared.runtime.gathering import AT_ONCE, GatheringTransport


class Wire:
    """What reached the network, call by call."""

    def __init__(self) -> None:
        self.calls: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        assert not self.closed
        self.calls.append(data)

    def close(self) -> None:
        self.closed = True


def gathering(wire: Wire) -> GatheringTransport:
    return GatheringTransport(cast("asyncio.Transport", wire), asyncio.get_running_loop())


async def test_a_head_and_a_body_leave_in_one_call() -> None:
    transport = gathering(wire := Wire())
    for part in (b"head", b"body"):
        transport.write(part)
    assert wire.calls == []
    await asyncio.sleep(0)
    transport.write(b"next")
    await asyncio.sleep(0)
    assert wire.calls == [b"headbody", b"next"]


async def test_what_is_long_does_not_wait() -> None:
    transport = gathering(wire := Wire())
    half = b"a" * (AT_ONCE // 2)
    for _ in range(3):
        transport.write(half)
    assert wire.calls == [half * 2]
    await asyncio.sleep(0)
    assert wire.calls == [half * 2, half]


async def test_what_was_written_before_the_end_leaves() -> None:
    transport = gathering(wire := Wire())
    transport.write(b"last")
    transport.close()
    assert wire.closed
    await asyncio.sleep(0)
    assert wire.calls == [b"last"]
