"""Every metric of Wardbook, with its meaning; nothing else makes one. No label without a bound.

`python -m shared.metrics` writes docs/metrics.md. A counter of faults begins at 0 for each of its
labels: Prometheus cannot tell a series that begins at 1 from one that was always there.
"""

from collections.abc import Iterator
from pathlib import Path

import asyncpg
from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

COMMANDS = Counter(
    "wardbook_commands_total",
    "Commands by name and outcome (accepted, repeated, refused, failed)",
    ["command", "outcome"],
)
COMMAND_SECONDS = Histogram(
    "wardbook_command_duration_seconds",
    "From a command's arrival to its answer",
    ["command"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.25, 1, 5),
)
REQUESTS_REFUSED = Counter(
    "wardbook_requests_refused_total",
    "Requests that did not get in, by the rule that refused them (token_invalid, role_needed …)",
    ["rule"],
)
EVENTS_PUBLISHED = Counter(
    "wardbook_events_published_total", "Events acknowledged by Kafka, by CloudEvents type", ["type"]
)
OUTBOX_WAITING = Gauge("wardbook_outbox_events", "Committed events that Kafka has not acknowledged")
OUTBOX_OLDEST = Gauge("wardbook_outbox_oldest_age_seconds", "Age of the oldest of them, 0 if none")

EVENTS_FOLDED = Counter(
    "wardbook_events_folded_total",
    "Events read by the fold, by CloudEvents type and by what became of them (applied, duplicate)",
    ["type", "result"],
)
DEAD_LETTERS = Counter(
    "wardbook_dead_letters_total", "Records kept as dead letters, by reason", ["reason"]
)
DEAD_LETTER_REASONS = (
    "empty",
    "not_an_event",
    "not_json",
    "too_long",
    "unknown_procedure",
    "unknown_type",
    "unknown_unit",
    "wrong_key",
    "wrong_lineage",
    "wrong_partition",
    "wrong_topic",
)
FOLD_SECONDS = Histogram(
    "wardbook_fold_batch_duration_seconds",
    "Duration of one batch, from its arrival to its commit",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5, 30),
)
FOLD_EVENTS = Histogram(
    "wardbook_fold_batch_events",
    "Records in one batch",
    buckets=(1, 10, 100, 1_000, 5_000, 20_000, 50_000),
)
BATCHES_REFUSED = Counter(
    "wardbook_fold_batches_refused_total",
    "Batches not applied, by cause (stale, gap, failed); read again from the stored position",
    ["cause"],
)
FOLD_LAG = Gauge(
    "wardbook_fold_lag_events", "Events on the partition not folded yet", ["topic", "partition"]
)
FOLD_OLDEST = Gauge(
    "wardbook_fold_oldest_age_seconds",
    "For how long the oldest event on the partition that is not folded yet has been seen to wait,"
    " 0 if none waits; what waited before the process started counts from its start",
    ["topic", "partition"],
)
FOLD_BEYOND = Gauge(
    "wardbook_fold_positions_beyond_log",
    "Partitions folded to a position above their end: the log was lost or made anew",
)
REBALANCES = Counter("wardbook_fold_rebalances_total", "Assignments of partitions to this worker")
REPORT_SECONDS = Histogram(
    "wardbook_report_duration_seconds",
    "From the question for a report to its last byte, by form and by level of the unit (commune)",
    ["form", "level"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.4, 1, 5),
)
ANSWERS = Counter(
    "wardbook_report_answers_total",
    "Reports handed out: drawn for it, or kept since the unit's last event (decision 0024)",
    ["result"],
)

BROKEN_CHECKS = Counter(
    "wardbook_broken_checks_total",
    "Checks that did not hold in reports that were drawn, by severity (error, warning, note)",
    ["severity"],
)
DOCUMENTS_BROKEN = Gauge(
    "wardbook_documents_with_broken_checks",
    "Documents not issued yet with a check of severity error that does not hold",
)
LATE_EVENTS = Gauge(
    "wardbook_late_events",
    "Events of the period of an issued report, recorded after the day as of which it was drawn",
)
RESTATEMENTS_DUE = Gauge(
    "wardbook_restatements_due",
    "Issued reports in whose period late events moved a tally, and that nobody is replacing yet",
)
RETURNS_MISSING = Gauge(
    "wardbook_returns_missing",
    "Returns past their due day that were not delivered, of units that ever delivered one, by"
    " department; of periods that ended within 400 days",
    ["department"],
)
RECOUNT_DIFFERENCES = Gauge(
    "wardbook_recount_differences", "Differences that the last recount from the log has found"
)
RECOUNTED_AT = Gauge(
    "wardbook_recount_timestamp_seconds", "When the last recount ended, 0 where none ever did"
)
MEASURED_AT = Gauge(
    "wardbook_measured_timestamp_seconds",
    "When what asks the database at times (late events, missing returns, the clock) was last",
)
CLOCK_OFFSET = Gauge(
    "wardbook_clock_offset_seconds",
    "By how much the service's clock is ahead of its database server's; below 0 it is behind",
)
AUDIT_LENGTH = Gauge(
    "wardbook_audit_length",
    "Rows of the audit trail of the service's database: the number of its head, which only grows",
)
CONNECTIONS = Gauge(
    "wardbook_database_connections",
    "Connections of a pool (service, fold): open ones, those in use, and the limit",
    ["pool", "state"],
)

for _reason in DEAD_LETTER_REASONS:
    DEAD_LETTERS.labels(_reason)
for _cause in ("stale", "gap", "failed"):
    BATCHES_REFUSED.labels(_cause)
for _severity in ("error", "warning", "note"):
    BROKEN_CHECKS.labels(_severity)


def watch_pool(name: str, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    """Tell of a pool at each scrape; asking it costs no statement."""
    CONNECTIONS.labels(name, "open").set_function(pool.get_size)
    CONNECTIONS.labels(name, "in_use").set_function(lambda: pool.get_size() - pool.get_idle_size())
    CONNECTIONS.labels(name, "limit").set_function(pool.get_max_size)


DOCUMENT = Path(__file__).parents[1] / "docs" / "metrics.md"
_TITLE = """# Metrics

Written by `make schemas` from `shared/metrics.py`. Each service serves them at `/metrics`; those
that it does not move stay at 0. Alerts are in `deploy/prometheus/rules`, and what to do about each
in the [runbook](runbook.md).

| metric | kind | labels | meaning |
|---|---|---|---|
"""


def names() -> Iterator[str]:
    """Yield the names under which Prometheus knows the metrics."""
    for metric in _metrics():
        for told in metric.describe():
            yield told.name + ("_total" if told.type == "counter" else "")


def document() -> str:
    """Return the page that tells of every metric."""
    rows = (
        f"| `{name}` | {told.type} | {', '.join(metric._labelnames)} | {told.documentation} |\n"  # noqa: SLF001 - there is no other way to ask
        for name, metric in zip(names(), _metrics(), strict=True)
        for told in metric.describe()
    )
    return _TITLE + "".join(rows)


def _metrics() -> Iterator[MetricWrapperBase]:
    for one in list(globals().values()):
        if isinstance(one, MetricWrapperBase):
            yield one


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
