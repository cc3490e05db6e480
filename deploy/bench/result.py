"""What was measured: every value of every run, and the machine that it was measured on."""

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg
import psutil

from deploy.embedded.jars import KAFKA_VERSION

type Values = dict[str, dict[str, list[float]]]
"""For each subject and metric the values of all runs."""


@dataclass(slots=True)
class Section:
    """One section's measures. `about` says what was done, in a sentence for the reader."""

    about: str
    values: Values = field(default_factory=dict)

    def add(self, subject: str, **metrics: float) -> None:
        """Add the values of one run."""
        for metric, value in metrics.items():
            self.values.setdefault(subject, {}).setdefault(metric, []).append(value)

    def median(self, subject: str, metric: str) -> float:
        """Return the median of the runs."""
        return median(self.values[subject][metric])


def quantiles(seconds: list[float], *percents: int) -> Mapping[str, float]:
    """Return percentiles in milliseconds, by their names as metrics."""
    ordered = sorted(seconds)
    return {
        f"p{percent}_ms": ordered[min(len(ordered) * percent // 100, len(ordered) - 1)] * 1_000
        for percent in percents
    }


async def machine(postgres: str) -> Mapping[str, Any]:
    """Return what the numbers depend on, and nothing of where it stands."""
    conn = await asyncpg.connect(postgres)
    try:
        version = await conn.fetchval("SHOW server_version")
    finally:
        await conn.close()
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 1024**3, 1),
        "python": platform.python_version(),
        "postgresql": version,
        "kafka": KAFKA_VERSION,
        "date": datetime.now(UTC).date().isoformat(),
    }


def _cpu() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def keep(
    file: Path, machine: Mapping[str, Any], options: Mapping[str, Any], new: Mapping[str, Section]
) -> Mapping[str, Any]:
    """Write the sections to `file`, beside those of other calls; return all that it then holds."""
    kept: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    for name, section in new.items():
        measures = [
            {"subject": subject, "metric": metric, **_summary(values)}
            for subject, metrics in section.values.items()
            for metric, values in metrics.items()
        ]
        kept[name] = {
            "about": section.about,
            "machine": machine,
            "options": options,
            "measures": measures,
        }
    file.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    return kept


def _summary(values: list[float]) -> Mapping[str, Any]:
    return {
        "median": _short(median(values)),
        "low": _short(min(values)),
        "high": _short(max(values)),
        "runs": [_short(value) for value in values],
    }


def _short(value: float) -> float:
    """Return a value with four digits at least that mean something."""
    return round(value) if abs(value) >= 1_000 else float(f"{value:.4g}")  # noqa: PLR2004
