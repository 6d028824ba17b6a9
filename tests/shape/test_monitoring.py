"""The dashboard and the alarms ask for figures that there are, by labels that they have."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from actors.views.queues import standing
from federation import figures
from federation.telemetry import metrics

DEPLOY = Path(__file__).parents[2] / "deploy"
DASHBOARD = DEPLOY / "prometheus" / "essaim.dashboard.json"
RULES = DEPLOY / "prometheus" / "essaim.rules.yaml"
OPERATING = DEPLOY / "operating.md"


def asked() -> Iterator[str]:
    """Every expression."""
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    for group in yaml.safe_load(RULES.read_text())["groups"]:
        yield from (rule["expr"] for rule in group["rules"])


def known() -> dict[str, set[str]]:
    """Every figure, as Prometheus names its series, and the labels it may have."""
    found: dict[str, set[str]] = {}
    metrics.answered("pages", 200, 0.1)  # what has counted nothing has no labels yet
    metrics.judged("accepted", 0.1)
    metrics.received("applied")
    metrics.transacted("write", 0.1)
    for family in metrics.REGISTRY.collect():
        labels = set(
            getattr(metrics.REGISTRY._names_to_collectors.get(family.name), "_labelnames", ())
        )
        labels |= {label for sample in family.samples for label in sample.labels}
        for ending in ("", "_total", "_bucket", "_count", "_sum"):
            found[family.name + ending] = labels | {"le"}
    source = Path(figures.__file__).read_text()
    for name in re.findall(r'_head\(\s*"(\w+)"', source):
        shown = re.search(rf"essaim_{name}\{{\{{(.*?)\}}\}}", source)
        found[f"essaim_{name}"] = set(re.findall(r"(\w+)=", shown[1])) if shown else set()
    return found


def test_every_figure_that_is_asked_for_exists_with_its_labels() -> None:
    there = known()
    for expression in asked():
        names = re.findall(r"\b((?:essaim|process)_\w+)(\{[^}]*\})?", expression)
        assert names or "up{" in expression, expression
        for name, selector in names:
            assert name in there, name
            chosen = set(re.findall(r"(\w+)=", selector)) - {"instance", "job"}
            assert chosen <= there[name], (name, chosen)


def test_every_queue_that_an_alarm_names_is_one() -> None:
    source = Path(standing.__code__.co_filename).read_text()
    pairs = set(re.findall(r'\("(\w+)", "(\w+)", \*', source))
    for expression in asked():
        for queue, state in re.findall(r'queue="(\w+)", state="(\w+)"', expression):
            assert (queue, state) in pairs


def test_every_figure_is_explained_to_operators() -> None:
    text = OPERATING.read_text()
    ours = {name for name in known() if name.startswith("essaim_")}
    families = {re.sub(r"_(total|bucket|count|sum)$", "", name) for name in ours}
    shown = {re.sub(r"_total$", "", name) for name in re.findall(r"`(essaim_\w+)", text)}
    assert families == shown
