"""Writes Grafana's dashboards from a list of panels: `python -m deploy.dashboards`."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "grafana" / "dashboards"
_WIDTH, _HEIGHT, _COLUMNS = 12, 8, 2


class Panel(NamedTuple):
    """A graph: its title, its expression, how a series is called, its unit of measure."""

    title: str
    expression: str
    legend: str = ""
    unit: str = "short"


def _quantile(part: float, metric: str, by: str) -> str:
    return f"histogram_quantile({part}, sum by ({by}, le) (rate({metric}_bucket[5m])))"


DASHBOARDS: Mapping[str, tuple[str, Sequence[Panel]]] = {
    "pipeline": (
        "Wardbook: from the command to the tallies",
        (
            Panel("Outbox", "wardbook_outbox_events", "{{service}}"),
            Panel("Oldest in the outbox", "wardbook_outbox_oldest_age_seconds", "{{service}}", "s"),
            Panel(
                "Published", "sum by (type) (rate(wardbook_events_published_total[5m]))", "{{type}}"
            ),
            Panel(
                "Folded",
                "sum by (type, result) (rate(wardbook_events_folded_total[5m]))",
                "{{type}} {{result}}",
            ),
            Panel(
                "Lag",
                "max by (topic, partition) (wardbook_fold_lag_events)",
                "{{topic}}/{{partition}}",
            ),
            Panel(
                "Oldest not folded",
                "max by (topic, partition) (wardbook_fold_oldest_age_seconds)",
                "{{topic}}/{{partition}}",
                "s",
            ),
            Panel(
                "Batch, 95 % take less",
                _quantile(0.95, "wardbook_fold_batch_duration_seconds", "instance"),
                "{{instance}}",
                "s",
            ),
            Panel(
                "Records of a batch",
                "rate(wardbook_fold_batch_events_sum[5m])"
                " / rate(wardbook_fold_batch_events_count[5m])",
                "{{instance}}",
            ),
            Panel(
                "Batches not applied",
                "sum by (cause) (increase(wardbook_fold_batches_refused_total[5m]))",
                "{{cause}}",
            ),
            Panel("Rebalances", "sum(increase(wardbook_fold_rebalances_total[5m]))"),
        ),
    ),
    "services": (
        "Wardbook: services",
        (
            Panel("Up", 'up{job="wardbook"}', "{{service}}"),
            Panel(
                "Commands",
                "sum by (service, outcome) (rate(wardbook_commands_total[5m]))",
                "{{service}} {{outcome}}",
            ),
            Panel(
                "Requests that did not get in",
                "sum by (service, rule) (rate(wardbook_requests_refused_total[5m]))",
                "{{service}} {{rule}}",
            ),
            Panel(
                "Command, 99 % take less",
                _quantile(0.99, "wardbook_command_duration_seconds", "service"),
                "{{service}}",
                "s",
            ),
            Panel(
                "Report, 95 % take less",
                _quantile(0.95, "wardbook_report_duration_seconds", "form, level"),
                "{{form}} {{level}}",
                "s",
            ),
            Panel(
                "Reports kept and drawn",
                "sum by (result) (rate(wardbook_report_answers_total[5m]))",
                "{{result}}",
            ),
            Panel(
                "Connections to databases",
                "wardbook_database_connections",
                "{{service}} {{pool}} {{state}}",
            ),
            Panel(
                "Clock ahead of its database's",
                "wardbook_clock_offset_seconds",
                "{{service}} {{instance}}",
                "s",
            ),
            Panel("Memory", "process_resident_memory_bytes", "{{service}}", "bytes"),
            Panel("Processor", "rate(process_cpu_seconds_total[5m])", "{{service}}"),
        ),
    ),
    "correctness": (
        "Wardbook: correctness",
        (
            Panel("Differences of the last recount", "max(wardbook_recount_differences)"),
            Panel("Since it", "time() - max(wardbook_recount_timestamp_seconds)", "", "s"),
            Panel(
                "Dead letters",
                "sum by (reason) (increase(wardbook_dead_letters_total[1h]))",
                "{{reason}}",
            ),
            Panel(
                "Rows of audit trails", "max by (service) (wardbook_audit_length)", "{{service}}"
            ),
            Panel("Partitions whose log was lost", "max(wardbook_fold_positions_beyond_log)"),
            Panel(
                "Broken checks in reports drawn",
                "sum by (severity) (increase(wardbook_broken_checks_total[1h]))",
                "{{severity}}",
            ),
            Panel(
                "Since the databases were counted",
                "time() - max by (service) (wardbook_measured_timestamp_seconds)",
                "{{service}}",
                "s",
            ),
        ),
    ),
    "city": (
        "Wardbook: what the city sees",
        (
            Panel(
                "Returns missing",
                "max by (department) (wardbook_returns_missing)",
                "{{department}}",
            ),
            Panel("Documents with broken checks", "max(wardbook_documents_with_broken_checks)"),
            Panel("Late events of issued reports", "max(wardbook_late_events)"),
            Panel("Reports to be restated", "max(wardbook_restatements_due)"),
            Panel(
                "Reports asked for",
                "sum by (form) (increase(wardbook_report_duration_seconds_count[1h]))",
                "{{form}}",
            ),
            Panel("Oldest event in no report", "max(wardbook_fold_oldest_age_seconds)", "", "s"),
        ),
    ),
}


def documents() -> Mapping[str, str]:
    """Return every dashboard by the name of its file."""
    return {
        f"{name}.json": json.dumps(_dashboard(name, *told), indent=1) + "\n"
        for name, told in DASHBOARDS.items()
    }


def _dashboard(name: str, title: str, panels: Sequence[Panel]) -> Mapping[str, object]:
    return {
        "uid": f"wardbook-{name}",
        "title": title,
        "schemaVersion": 39,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "panels": list(_panels(panels)),
    }


def _panels(panels: Sequence[Panel]) -> Iterator[Mapping[str, object]]:
    source = {"type": "prometheus", "uid": "prometheus"}
    for place, one in enumerate(panels):
        row, column = divmod(place, _COLUMNS)
        target = {"refId": "A", "expr": one.expression, "legendFormat": one.legend}
        yield {
            "id": place + 1,
            "type": "timeseries",
            "title": one.title,
            "datasource": source,
            "gridPos": {"x": column * _WIDTH, "y": row * _HEIGHT, "w": _WIDTH, "h": _HEIGHT},
            "fieldConfig": {"defaults": {"unit": one.unit, "min": 0}, "overrides": []},
            "targets": [target],
        }


if __name__ == "__main__":
    for name, text in documents().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
