"""What is said of metrics and alarms beside the code is what the code has."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped] # comes with the server, without types

from shared.runtime.metrics import CATALOGUE, Metric
from shared.runtime.metrics_page import page

ROOT = Path(__file__).parents[2]
RUNBOOKS = ROOT / "docs/runbooks"
FOREIGN = {"up", "node_filesystem_avail_bytes", "node_filesystem_size_bytes"}
"""Metrics of Prometheus itself and of its node exporter."""

RULES: list[dict[str, Any]] = [
    rule
    for file in sorted((ROOT / "deploy/alerts").glob("*.yaml"))
    for group in yaml.safe_load(file.read_text())["groups"]
    for rule in group["rules"]
]

_NAME = re.compile(r"\b(ascertain_[a-z_]+|node_[a-z_]+|up)\b(?:\{([^}]*)\})?")
_LABEL = re.compile(r'([a-z]+)(=~|!~|!=|=)"([^"]*)"')


def exposed(metric: Metric) -> set[str]:
    ends = ("_bucket", "_sum", "_count") if metric.kind == "histogram" else ("",)
    return {metric.exposed + end for end in ends}


SERIES = {name: metric for metric in CATALOGUE.values() for name in exposed(metric)}


def test_the_page_of_metrics_is_the_catalogues() -> None:
    assert (ROOT / "docs/metrics.md").read_text() == page(), "write it anew: python -m shared.runtime.metrics_page"


def test_metrics_are_named_as_prometheus_wants_them() -> None:
    for metric in CATALOGUE.values():
        assert re.fullmatch(r"ascertain_[a-z]+(_[a-z]+)*", metric.name)
        assert not metric.name.endswith(("_total", "_bucket", "_count", "_sum"))
        assert ("_seconds" in metric.name) == (metric.unit == "seconds"), metric.name
        assert (metric.kind == "histogram") == bool(metric.bounds)
        assert all(below < above for below, above in pairwise(metric.bounds))
        assert metric.services


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_names_metrics_and_labels_that_there_are_and_a_runbook(rule: dict[str, Any]) -> None:
    expression = rule["expr"]
    for opening, closing in ("()", "{}", "[]"):
        assert expression.count(opening) == expression.count(closing), "brackets do not match"
    named = _NAME.findall(expression)
    assert named
    for name, selector in named:
        assert name in SERIES or name in FOREIGN, f"there is no metric {name}"
        if name in SERIES:
            known = {label.name: label for label in SERIES[name].labels}
            for label, operator, value in _LABEL.findall(selector):
                assert label in {*known, "service"}, f"{name} has no label {label}"
                for each in value.split("|") if label in known and len(known[label].values) > 1 else ():
                    assert each in known[label].values, f"{label} of {name} is never {each} ({operator})"
    for grouped in re.findall(r"by \(([^)]*)\)", expression):
        labels = {label.strip() for label in grouped.split(",")}
        known_labels = {label.name for name, _ in named if name in SERIES for label in SERIES[name].labels}
        assert labels <= known_labels | {"service", "le"}
    runbook = ROOT / rule["annotations"]["runbook"]
    assert runbook.parent == RUNBOOKS
    text = runbook.read_text()
    assert text.startswith(f"# {rule['alert']}\n")
    assert rule["annotations"]["summary"] in " ".join(text.split())
    assert re.fullmatch(r"\d+m", rule["for"])
    assert rule["labels"]["severity"] in {"page", "ticket"}


def test_every_runbook_is_of_a_rule_and_says_what_to_do_and_its_links_lead_somewhere() -> None:
    pages = {file.name for file in RUNBOOKS.glob("*.md")} - {"README.md"}
    assert pages == {Path(rule["annotations"]["runbook"]).name for rule in RULES}
    index = (RUNBOOKS / "README.md").read_text()
    for name in sorted(pages):
        text = (RUNBOOKS / name).read_text()
        assert f"]({name})" in index
        for part in ("What it means", "What people see meanwhile", "Where to look", "What to do", "When it is over"):
            assert f"**{part}" in text, f"{name} does not say: {part}"
        for linked in re.findall(r"\]\(([^)]+)\)", text):
            assert (RUNBOOKS / linked).exists(), f"{name} leads to {linked}, which is not there"
        for metric in re.findall(r"`(ascertain_[a-z_]+)`", text):
            assert metric in SERIES or metric in CATALOGUE, f"{name} speaks of {metric}, which is not there"
