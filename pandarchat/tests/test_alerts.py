"""The alert rules name metrics, labels and recipes that exist."""
import re
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from foundation import heartbeat, metrics
from pandarchat import routing, worker_metrics  # noqa: F401 (its sockets count)
from pandarchat.environment import ROOT

RULES = ROOT / "docs" / "operations" / "alerts.yml"
DOCUMENT = ROOT / "docs" / "operations.md"
NAME = re.compile(r"\b(?:pandar|process)_[a-z_]+\b")
LABELS = re.compile(r"\b((?:pandar|process)_[a-z_]+)\{([^}]*)\}")
OF_PROMETHEUS = {"job", "instance"}


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


@pytest.fixture
def told(committed: None) -> dict[str, dict[str, set[str]]]:
    """Every metric by name, with the values of its labels, once everything was counted at least once."""
    heartbeat.beat("beat")
    metrics.forget()
    worker_metrics.TASKS.labels("test", "failure").inc(0)
    from foundation.http.metrics import series

    series("test", "GET", 500)
    found: dict[str, dict[str, set[str]]] = {}
    for family in text_string_to_metric_families(metrics.exposition().decode()):
        for sample in family.samples:
            known = found.setdefault(sample.name, {})
            for label, value in sample.labels.items():
                known.setdefault(label, set()).add(value)
    return found


def anchors() -> set[str]:
    headings = re.findall(r"^#+ (.+)$", DOCUMENT.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_every_rule_names_what_exists(told: dict[str, dict[str, set[str]]], rule: dict[str, Any]) -> None:
    assert unknown(rule["expr"], told) == []
    file, _, anchor = rule["annotations"]["recipe"].partition("#")
    assert file == "docs/operations.md"
    assert anchor in anchors()
    assert rule["labels"]["severity"] in {"page", "ticket"}


def unknown(expression: str, told: dict[str, dict[str, set[str]]]) -> list[str]:
    """Metrics that nothing tells, labels that they do not carry, and values of closed labels that never occur."""
    wrong = [name for name in NAME.findall(re.sub(r"\{[^}]*\}", "", expression)) if name not in told]
    for name, labels in LABELS.findall(expression):
        for label, operator, value in re.findall(r'(\w+)(=~|=)"([^"]*)"', labels):
            if label in OF_PROMETHEUS:
                continue
            values = told.get(name, {}).get(label)
            if values is None or not any(re.fullmatch(value, known) if operator == "=~" else value == known for known in values):
                wrong.append(f"{name}{{{label}{operator}{value}}}")
    return wrong


@pytest.mark.parametrize("expression", [
    "pandar_no_such_thing > 0", 'pandar_sends_total{outcome="lost"} > 0', 'pandar_sends_total{door="rest"} > 0', "rate(pandar_sends[5m])",
])
def test_a_rule_that_could_never_fire_is_noticed(told: dict[str, dict[str, set[str]]], expression: str) -> None:
    """The control."""
    assert unknown(expression, told)


def test_each_rule_has_one_name() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names)) > 10
