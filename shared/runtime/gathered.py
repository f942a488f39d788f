"""Questions that many ask at a time, put in one call: what is asked while a call is under way goes into the next."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class Gathered(Generic[Asked, Answer]):
    """`call` answers questions in their order; no more than `most` are put at a time. No timer holds any back."""

    def __init__(self, call: Callable[[Sequence[Asked]], Awaitable[Sequence[Answer]]], most: int = 64) -> None:
        self._call, self._most = call, most
        self._waiting: list[tuple[Asked, asyncio.Future[Answer]]] = []
        self._calling: asyncio.Task[None] | None = None

    async def ask(self, asked: Asked) -> Answer:
        """The answer to one question. Raises what the call raised, as it does to all who asked with it."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, future))
        if self._calling is None or self._calling.done():
            self._calling = asyncio.create_task(self._answer_all())
        return await future

    async def _answer_all(self) -> None:
        while self._waiting:
            put, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            try:
                answers = await self._call([asked for asked, _ in put])
            except BaseException as error:
                for _, future in put:
                    if not future.done():
                        future.set_exception(error) if isinstance(error, Exception) else future.cancel()
                if not isinstance(error, Exception):
                    raise
                continue
            for (_, future), answer in zip(put, answers, strict=True):
                if not future.done():
                    future.set_result(answer)
