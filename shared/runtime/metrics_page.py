"""`docs/metrics.md`, written from the catalogue: `python -m shared.runtime.metrics_page > docs/metrics.md`."""

import sys
from collections.abc import Iterator

from shared.runtime.metrics import ALL, CATALOGUE, Label

_HEAD = """\
# Metrics

Written from `shared/runtime/metrics.py` by `python -m shared.runtime.metrics_page`; do not edit it here.

Every process tells its metrics at `GET /metrics`, in the text format of Prometheus: each service on its own port, where
it is asked for no token; the gateway, whose own port is the public one, on the port of `ASCERTAIN_METRICS_PORT` and
nowhere else. A process without HTTP of its own tells them on `ASCERTAIN_PORT` too. The gateway forwards no such path,
and no API description names it: whoever reaches the services' ports may read them, which should be Prometheus and the
operators. **They tell of no person:** a label can have only the values that are listed here, and none of them is an id,
a name or anything that a request brings; how much a district works at which hour they do tell.

Every sample has the label `service`. Metrics marked *whole* tell of the whole service, as each process that has the
role `http` sees it: take the greatest, not the sum. The others tell of one process.
Rules that alarm stand in `deploy/alerts/`, each with its page in `docs/runbooks/`.

"""


def page() -> str:
    """The page, in Markdown."""
    return _HEAD + "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield "| Metric | Kind, unit | Labels | Of | What it tells |"
    yield "|---|---|---|---|---|"
    for metric in CATALOGUE.values():
        labels = ", ".join(f"`{label.name}`" for label in metric.labels)
        services = "all" if metric.services == ALL else ", ".join(metric.services)
        told = f"{metric.told} *Whole.*" if metric.whole else metric.told
        yield f"| `{metric.exposed}` | {metric.kind}, {metric.unit} | {labels} | {services} | {told} |"
    yield ""
    yield "## Labels"
    yield ""
    for label in _labels():
        yield f"- `{label.name}`: {label.told}{_values(label)}."
    yield ""
    yield "## Buckets"
    yield ""
    for bounds, names in _buckets().items():
        yield f"- {', '.join(f'{bound:g}' for bound in bounds)}: {', '.join(f'`{name}`' for name in names)}."
    yield ""


def _values(label: Label) -> str:
    return "" if len(label.values) > 12 else f" ({', '.join(f'`{value}`' for value in sorted(label.values))})"


def _labels() -> list[Label]:
    found: dict[int, Label] = {id(label): label for metric in CATALOGUE.values() for label in metric.labels}
    return list(found.values())


def _buckets() -> dict[tuple[float, ...], list[str]]:
    found: dict[tuple[float, ...], list[str]] = {}
    for metric in CATALOGUE.values():
        if metric.bounds:
            found.setdefault(metric.bounds, []).append(metric.name)
    return found


if __name__ == "__main__":
    sys.stdout.write(page())
