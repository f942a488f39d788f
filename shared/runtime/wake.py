"""Wakes the workers of this process as soon as something was appended, so that they need not wait for their poll."""

import asyncio


class Wake:
    """One bell with many listeners. Ringing never blocks; a listener that was busy finds its event set."""

    def __init__(self) -> None:
        self._listeners: list[asyncio.Event] = []

    def listener(self) -> asyncio.Event:
        """An event of the listener's own, set at every ring; the listener clears it before it looks for work."""
        event = asyncio.Event()
        self._listeners.append(event)
        return event

    def ring(self) -> None:
        for event in self._listeners:
            event.set()


async def rung(event: asyncio.Event, seconds: float) -> None:
    """Wait for the event, at most so long, and clear it."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
    finally:
        event.clear()
