"""Rules, dashboards and runbook: they parse, they fire, and they name what there is."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from deploy.dashboards import FOLDER, documents
from deploy.embedded import prometheus
from shared.metrics import names

ROOT = Path(__file__).parents[3]
PROMETHEUS = ROOT / "deploy" / "prometheus"
RULES = (PROMETHEUS / "rules" / "wardbook.yml").read_text(encoding="utf-8")
ALERTS = re.findall(r"- alert: (\w+)", RULES)
TESTS = sorted((PROMETHEUS / "tests").glob("*.yml"))
EXPRESSIONS = [
    target["expr"]
    for text in documents().values()
    for panel in json.loads(text)["panels"]
    for target in panel["targets"]
]


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    program = prometheus.have() / "promtool"
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=False)  # noqa: S603


def told(text: str) -> set[str]:
    """Return the metrics of ours that a text of expressions names."""
    series = set(re.findall(r"\bwardbook_\w+", text))
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in series}


def test_the_configuration_is_one() -> None:
    checked = promtool("check", "config", PROMETHEUS / "prometheus.yml")
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_alerts_fire_and_do_not_fire(path: Path) -> None:
    tested = promtool("test", "rules", path)
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_each_alert_has_both_tests_and_an_entry_in_the_runbook() -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in TESTS)
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    assert re.findall(r"^### (\w+)$", runbook, re.MULTILINE) == ALERTS
    links = re.findall(r"runbook_url: docs/runbook.md#(\w+)", RULES)
    assert links == [alert.lower() for alert in ALERTS]
    for alert in ALERTS:
        assert f"name: {alert} fires\n" in tests
        assert f"name: {alert} does not fire\n" in tests


def test_rules_dashboards_and_runbook_name_metrics_that_exist() -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    assert told(RULES) >= {"wardbook_dead_letters_total"}
    assert told(" ".join([RULES, runbook, *EXPRESSIONS])) <= set(names())


def test_every_metric_is_on_a_dashboard() -> None:
    assert told(" ".join(EXPRESSIONS)) == set(names())


def test_the_dashboards_are_written_anew_after_a_change() -> None:
    """`make schemas` does it."""
    stored = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    assert stored == documents()


def test_every_expression_of_a_dashboard_parses(tmp_path: Path) -> None:
    """As rules that record; one that does not parse is refused."""

    def check(expressions: list[str]) -> int:
        rules = [{"record": f"panel:{n}", "expr": one} for n, one in enumerate(expressions)]
        file = tmp_path / "rules.yml"
        file.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))
        return promtool("check", "rules", file).returncode

    assert check(EXPRESSIONS) == 0
    assert check([*EXPRESSIONS, "sum by (rate(x[5m])"]) != 0
