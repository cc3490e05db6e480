"""Every metric of Wardbook, with its meaning; nothing else makes one. No label without a bound."""

from prometheus_client import Counter, Gauge, Histogram

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
EVENTS_PUBLISHED = Counter(
    "wardbook_events_published_total", "Events acknowledged by Kafka, by CloudEvents type", ["type"]
)
OUTBOX_WAITING = Gauge("wardbook_outbox_events", "Committed events that Kafka has not acknowledged")
OUTBOX_OLDEST = Gauge("wardbook_outbox_oldest_age_seconds", "Age of the oldest of them, 0 if none")

EVENTS_FOLDED = Counter(
    "wardbook_events_folded_total",
    "Events read by the fold, by what became of them (applied, duplicate)",
    ["result"],
)
DEAD_LETTERS = Counter(
    "wardbook_dead_letters_total", "Records kept as dead letters, by reason", ["reason"]
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
REBALANCES = Counter("wardbook_fold_rebalances_total", "Assignments of partitions to this worker")
REPORT_SECONDS = Histogram(
    "wardbook_report_duration_seconds",
    "From the question for a report to its last byte, by form",
    ["form"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.4, 1, 5),
)
ANSWERS = Counter(
    "wardbook_report_answers_total",
    "Reports handed out: drawn for it, or kept since the unit's last event (decision 0024)",
    ["result"],
)
