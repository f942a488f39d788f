"""What one process measures, and how Prometheus reads it.

On hot paths only plain numbers are moved, on the event loop, without a lock; what stands in the database or in a
worker is read when somebody scrapes.
"""

from bisect import bisect_left
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeAlias

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.core import (
    Metric as Family,
)

from shared.runtime.metrics import READABLE, ROUTE, Metric
from shared.runtime.trouble import is_trouble

SERVICE = "service"
"""The label that every sample bears beside its own."""

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Histogram:
    """Counts observations by the bounds of its metric. Used from one event loop; an observation costs a bisection."""

    __slots__ = ("_bounds", "counts", "sum")

    def __init__(self, metric: Metric) -> None:
        self._bounds = metric.bounds
        self.counts = [0] * (len(metric.bounds) + 1)
        self.sum = 0.0

    def observe(self, value: float) -> None:
        self.counts[bisect_left(self._bounds, value)] += 1
        self.sum += value

    def buckets(self) -> list[tuple[str, float]]:
        """As Prometheus wants them: cumulative, each by its upper bound as text."""
        total, buckets = 0, []
        for bound, count in zip((*map(str, map(float, self._bounds)), "+Inf"), self.counts, strict=True):
            total += count
            buckets.append((bound, float(total)))
        return buckets


class Reading:
    """The samples of one scrape. What the catalogue does not allow raises ValueError: a fault of ours."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._families: dict[str, Family] = {}

    def number(self, metric: Metric, value: float, *labels: str) -> None:
        """A counter's or a gauge's value."""
        self._family(metric).add_metric(self._checked(metric, labels), value)

    def histogram(self, metric: Metric, histogram: Histogram, *labels: str) -> None:
        self._family(metric).add_metric(
            self._checked(metric, labels), buckets=histogram.buckets(), sum_value=histogram.sum
        )

    def families(self) -> Iterable[Family]:
        return self._families.values()

    def _checked(self, metric: Metric, labels: tuple[str, ...]) -> list[str]:
        if self._service not in metric.services:
            raise ValueError(f"The catalogue does not have {metric.name} of {self._service}.")
        for label, value in zip(metric.labels, labels, strict=True):
            if value not in label.values and label is not ROUTE:
                raise ValueError(f"{label.name} of {metric.name} cannot be what it was given.")
        return [self._service, *labels]

    def _family(self, metric: Metric) -> Any:
        family = self._families.get(metric.name)
        if family is None:
            names = [SERVICE, *(label.name for label in metric.labels)]
            kinds: dict[str, Any] = {
                "counter": CounterMetricFamily,
                "gauge": GaugeMetricFamily,
                "histogram": HistogramMetricFamily,
            }
            family = self._families[metric.name] = kinds[metric.kind](metric.name, metric.told, labels=names)
        return family


Reader: TypeAlias = Callable[[Reading], Awaitable[None]]
"""Adds what it knows to a reading. What `is_trouble` knows may be raised: its samples are then missing, and said so."""


class Measures:
    """Of one process: who is asked at a scrape."""

    def __init__(self, service: str) -> None:
        self.service = service
        self._readers: list[Reader] = []

    def read_by(self, *readers: Reader) -> None:
        self._readers += readers

    async def exposition(self) -> bytes:
        """Everything that is measured, in the text format of Prometheus.

        A reader that cannot reach its database leaves its samples out; the others are there all the same.
        """
        reading = Reading(self.service)
        readable = True
        for read in self._readers:
            try:
                await read(reading)
            except Exception as error:
                if not is_trouble(error):
                    raise
                readable = False
        reading.number(READABLE, readable)
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Once(reading))
        return bytes(generate_latest(registry))


class _Once:
    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def collect(self) -> Iterable[Family]:
        return self._reading.families()
