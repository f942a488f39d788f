"""Lanes: requests are appended together, without a timer (DESIGN §2.5).

A lane has one connection and appends whatever arrived while its last call was under way. The lanes of the evidence
ledger split its shards among them; the definitions ledger has a lane of its own; and what does not fit into one of
these goes as it is through the wide lane. All of them lock heads in ascending order, so none can block another for
ever.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec
import structlog

from services.evidence.domain.commands import Appended, Outcome
from services.evidence.ports import LedgerBusy, LedgerUnavailable
from services.evidence.postgres.lane_connection import LaneConnection
from services.evidence.postgres.prepared import Prepared
from shared.ledger.identifiers import SHARDS
from shared.runtime.measuring import Histogram
from shared.runtime.metrics import APPEND_BATCH, APPEND_SECONDS

_log = structlog.get_logger()

MAX_EVENTS = 500
"""Events of one call to the database at most, but for a single command that has more."""

MAX_BYTES = 4 * 1024 * 1024
"""Bodies of one call at most, but for a single command that is larger."""


class LaneMeasures:
    """What the lanes of a process have done: how long their calls took, how much went in one, and what came of it."""

    def __init__(self) -> None:
        self.seconds: Mapping[str, Histogram] = {ledger: Histogram(APPEND_SECONDS) for ledger in SHARDS}
        self.sizes: Mapping[str, Histogram] = {ledger: Histogram(APPEND_BATCH) for ledger in SHARDS}
        self.outcomes: Counter[str] = Counter()
        self.waiting = 0
        self.turned_away = 0

    def called(self, jobs: "Sequence[_Job]", seconds: float, outcomes: Sequence[Outcome] | None) -> None:
        """Note a call; `outcomes` is None where it failed."""
        ledger, size = _ledger(jobs[0]), sum(len(job.commands) for job in jobs)
        self.seconds[ledger].observe(seconds)
        self.sizes[ledger].observe(size)
        if outcomes is None:
            self.outcomes["failed"] += size
        else:
            for kind, count in Counter(map(type, outcomes)).items():
                self.outcomes[kind.__name__.lower()] += count


class _Job(msgspec.Struct, frozen=True):
    commands: Sequence[Prepared]
    answer: asyncio.Future[list[Outcome]]


class Lane:
    """Appends jobs in the order in which they came; several in one call where they fit."""

    def __init__(self, connection: LaneConnection, appended: Callable[[], None], measures: LaneMeasures) -> None:
        self._connection = connection
        self._appended = appended
        self._measures = measures
        self._jobs: deque[_Job] = deque()
        self._worker: asyncio.Task[None] | None = None

    async def append(self, commands: Sequence[Prepared]) -> list[Outcome]:
        """One outcome a command, in order. The commands are of one ledger; a long list is appended part by part."""
        outcomes: list[Outcome] = []
        for part in _parts(commands):
            answer: asyncio.Future[list[Outcome]] = asyncio.get_running_loop().create_future()
            self._jobs.append(_Job(part, answer))
            if self._worker is None or self._worker.done():
                self._worker = asyncio.create_task(self._work())
            outcomes += await answer
        return outcomes

    async def close(self) -> None:
        """End, once nothing waits any more."""
        if self._worker is not None:
            await self._worker
        await self._connection.close()

    async def _work(self) -> None:
        while self._jobs:
            if jobs := self._take():
                await self._serve(jobs)

    def _take(self) -> list[_Job]:
        """The jobs at the front that fit into one call. A job that nobody waits for any more is dropped."""
        jobs: list[_Job] = []
        events = size = 0
        while self._jobs:
            job = self._jobs[0]
            if job.answer.done():
                self._jobs.popleft()
                continue
            events += sum(len(prepared.command.events) for prepared in job.commands)
            size += sum(prepared.size for prepared in job.commands)
            if jobs and (events > MAX_EVENTS or size > MAX_BYTES or _ledger(job) != _ledger(jobs[0])):
                break
            jobs.append(self._jobs.popleft())
        return jobs

    async def _serve(self, jobs: Sequence[_Job]) -> None:
        begun = time.perf_counter()
        outcomes: Sequence[Outcome] | None = None
        try:
            outcomes = await self._connection.append([prepared for job in jobs for prepared in job.commands])
        except LedgerUnavailable as error:
            for job in jobs:
                _fail(job, LedgerUnavailable(*error.args))  # one each: an error that is raised twice mixes its traces
        except Exception as error:  # noqa: BLE001 - whatever it is belongs to who asked for it
            if len(jobs) == 1:
                _fail(jobs[0], error)
                return
            _log.error("a call to the ledger failed as a whole", count=len(jobs), error=error)
            outcomes = ()  # each job is counted by itself
            for job in jobs:  # one of them is at fault, and its neighbours must not suffer for it
                await self._serve([job])
        else:
            self._tell(jobs, outcomes)
        finally:
            self._measures.called(jobs, time.perf_counter() - begun, outcomes)

    def _tell(self, jobs: Sequence[_Job], outcomes: Sequence[Outcome]) -> None:
        first = 0
        for job in jobs:
            if not job.answer.done():
                job.answer.set_result(list(outcomes[first : first + len(job.commands)]))
            first += len(job.commands)
        if any(isinstance(outcome, Appended) for outcome in outcomes):
            self._appended()


class Lanes:
    """The lanes of one process, and which commands take which.

    `waiting` bounds the commands that are under way; beyond it LedgerBusy is raised at once, with nothing appended.
    """

    def __init__(
        self,
        connect: Callable[[], LaneConnection],
        *,
        lanes: int,
        waiting: int,
        appended: Callable[[], None],
        measures: LaneMeasures,
    ) -> None:
        self._measures = measures
        self._evidence = [Lane(connect(), appended, measures) for _ in range(lanes)]
        self._definitions = Lane(connect(), appended, measures)
        self._wide = Lane(connect(), appended, measures)
        self._limit = waiting
        self._waiting = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._closed = False

    async def append(self, commands: Sequence[Prepared]) -> list[Outcome]:
        """One outcome a command, judged in order. Raises LedgerBusy, LedgerUnavailable."""
        if self._closed:
            raise LedgerBusy("The service is stopping.")
        if self._waiting and self._waiting + len(commands) > self._limit:
            self._measures.turned_away += len(commands)
            raise LedgerBusy(f"{self._waiting} commands are waiting for the ledger already.")
        self._waiting += len(commands)
        self._measures.waiting += len(commands)
        self._idle.clear()
        try:
            return await self._append(commands)
        finally:
            self._waiting -= len(commands)
            self._measures.waiting -= len(commands)
            if not self._waiting:
                self._idle.set()

    async def close(self) -> None:
        """Append what is under way, take nothing more, and end."""
        self._closed = True
        await self._idle.wait()
        await asyncio.gather(*(lane.close() for lane in (*self._evidence, self._definitions, self._wide)))

    async def _append(self, commands: Sequence[Prepared]) -> list[Outcome]:
        if len(commands) == 1:  # by far the most requests
            return await self._lane(commands[0]).append(commands)
        parts: dict[Lane, list[int]] = {}
        lane_of_id: dict[str, Lane] = {}
        for index, prepared in enumerate(commands):
            lane = self._lane(prepared)
            if lane is self._wide or any(
                lane_of_id.setdefault(event.id, lane) is not lane for event in prepared.command.events
            ):
                return await self._append_wide(commands)
            parts.setdefault(lane, []).append(index)
        answers = await asyncio.gather(
            *(lane.append([commands[index] for index in indexes]) for lane, indexes in parts.items()),
            return_exceptions=True,
        )
        outcomes: dict[int, Outcome] = {}
        for indexes, answer in zip(parts.values(), answers, strict=True):
            if isinstance(answer, BaseException):
                raise answer
            outcomes.update(zip(indexes, answer, strict=True))
        return [outcomes[index] for index in range(len(commands))]

    async def _append_wide(self, commands: Sequence[Prepared]) -> list[Outcome]:
        """All of a call through one lane: where one command spans lanes, those after it must see what it did."""
        outcomes: list[Outcome] = []
        for run in _runs(commands):
            outcomes += await self._wide.append(run)
        return outcomes

    def _lane(self, prepared: Prepared) -> Lane:
        if prepared.command.ledger == "definitions":
            return self._definitions
        lanes = {shard * len(self._evidence) // SHARDS["evidence"] for shard in prepared.shards}
        return self._evidence[lanes.pop()] if len(lanes) == 1 else self._wide


def _parts(commands: Sequence[Prepared]) -> Iterator[Sequence[Prepared]]:
    """Consecutive commands that together fit into one call."""
    part: list[Prepared] = []
    events = size = 0
    for prepared in commands:
        events += len(prepared.command.events)
        size += prepared.size
        if part and (events > MAX_EVENTS or size > MAX_BYTES):
            yield part
            part, events, size = [], len(prepared.command.events), prepared.size
        part.append(prepared)
    if part:
        yield part


def _runs(commands: Sequence[Prepared]) -> Iterator[Sequence[Prepared]]:
    """Consecutive commands of one ledger."""
    first = 0
    for index, prepared in enumerate(commands):
        if prepared.command.ledger != commands[first].command.ledger:
            yield commands[first:index]
            first = index
    if first < len(commands):
        yield commands[first:]


def _ledger(job: _Job) -> str:
    return job.commands[0].command.ledger


def _fail(job: _Job, error: Exception) -> None:
    if not job.answer.done():
        job.answer.set_exception(error)
