"""The page of results, written between two marks of docs/bench/README.md, and its charts."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from deploy.bench.chart import bars, line

BEGIN, END = "<!-- results -->", "<!-- end of results -->"

_SPELLINGS = {
    "cpu": "CPU",
    "wal": "WAL",
    "postgresql": "PostgreSQL",
    "kafka": "Kafka",
    "mib": "MiB",
}


def write_page(folder: Path, kept: Mapping[str, Any]) -> None:
    """Write tables and charts of all that is kept; the text around the marks stays as it is."""
    page = folder / "README.md"
    text = page.read_text() if page.exists() else f"# Benchmarks\n\n{BEGIN}\n{END}\n"
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    parts = [part for name, section in kept.items() for part in _section(name, section)]
    for name, picture in _charts(kept):
        (folder / name).write_text(picture)
        parts.append(f"![{name.removesuffix('.svg')}]({name})")
    page.write_text(f"{before}{BEGIN}\n\n{'\n\n'.join(parts)}\n\n{END}{after}")


def _section(name: str, section: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {name.replace('-', ' ').capitalize()}"
    yield section["about"]
    rows: dict[str, dict[str, str]] = {}
    for measure in section["measures"]:
        rows.setdefault(measure["subject"], {})[measure["metric"]] = _cell(measure)
    columns = list(dict.fromkeys(metric for row in rows.values() for metric in row))
    lines = [["", *(_label(column) for column in columns)], ["---", *("---:" for _ in columns)]]
    lines += [[subject, *(row.get(c, "") for c in columns)] for subject, row in rows.items()]
    yield "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    on, what = section["machine"], section["options"]
    yield (
        f"{on['date']}, {on['cpu']}, {on['cores']} cores, {on['memory_gib']} GiB; Python"
        f" {on['python']}, PostgreSQL {on['postgresql']}, Kafka {on['kafka']}; "
        f"{what['events']:,} events, {what['cells']:,} cells, case ids {what['case_ids']}."
    )


def _cell(measure: Mapping[str, Any]) -> str:
    """Return the median, and where there were several runs the range."""
    middle, low, high = (f"{measure[key]:,}" for key in ("median", "low", "high"))
    return middle if low == high else f"{middle} ({low} to {high})"


def _label(metric: str) -> str:
    words = metric.replace("_per_", "_/_").split("_")
    return " ".join(_SPELLINGS.get(word, word) for word in words).replace(" / ", "/")


def _charts(kept: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    rates = {
        measure["subject"]: measure["median"]
        for name in ("baselines", "fold")
        for measure in kept.get(name, {"measures": ()})["measures"]
        if measure["metric"] == "events_per_s"
    }
    if rates:
        yield "rates.svg", bars("Events a second (logarithmic)", rates)
    for metric, title in (
        ("events_per_s", "Events a second as facts grow"),
        ("postgresql_cpu_s_per_million", "PostgreSQL CPU-seconds per million as facts grow"),
    ):
        steps = {
            measure["subject"]: measure["median"]
            for measure in kept.get("curve", {"measures": ()})["measures"]
            if measure["metric"] == metric
        }
        if steps:
            yield f"curve-{metric.partition('_')[0]}.svg", line(title, steps)
