"""Results are kept beside those of other calls, and the page around them stays as written."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

from deploy.bench.page import BEGIN, END, write_page
from deploy.bench.ratios import ratios
from deploy.bench.result import Section, keep, quantiles

MACHINE = {
    "cpu": "a CPU",
    "cores": 2,
    "memory_gib": 8.0,
    "python": "3.13",
    "postgresql": "18",
    "kafka": "4.3.1",
    "date": "2026-11-24",
}
OPTIONS = {"events": 1_000, "seed": 1, "case_ids": "random", "cells": 700}


def a_section(subject: str, *rates: float) -> Section:
    section = Section("Something was measured.")
    for rate in rates:
        section.add(subject, events_per_s=rate)
    return section


def test_a_measure_holds_every_run_with_median_and_range(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    keep(file, MACHINE, OPTIONS, {"fold": a_section("1 worker", 30_000, 10_000, 20_000.4)})

    assert json.loads(file.read_text())["fold"]["measures"] == [
        {
            "subject": "1 worker",
            "metric": "events_per_s",
            "median": 20_000,
            "low": 10_000,
            "high": 30_000,
            "runs": [30_000, 10_000, 20_000],
        }
    ]


def test_a_call_replaces_its_own_sections_only(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    keep(file, MACHINE, OPTIONS, {"fold": a_section("1 worker", 1), "curve": a_section("to 1", 1)})
    kept = keep(file, MACHINE, OPTIONS, {"fold": a_section("1 worker", 2)})

    assert {name: section["measures"][0]["median"] for name, section in kept.items()} == {
        "fold": 2,
        "curve": 1,
    }


def test_the_page_keeps_what_is_written_around_the_results(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(f"Before.\n{BEGIN}\nof an earlier call\n{END}\nAfter.\n")
    sections = {
        "fold": a_section("1 worker", 90_000, 110_000, 100_000),
        "curve": a_section("to 1,000", 7),
    }
    write_page(tmp_path, keep(tmp_path / "results.json", MACHINE, OPTIONS, sections))
    text = page.read_text()

    assert text.startswith(f"Before.\n{BEGIN}\n\n## Fold\n")
    assert text.endswith(f"{END}\nAfter.\n")
    assert "| 1 worker | 100,000 (90,000 to 110,000) |" in text
    assert "of an earlier call" not in text
    for chart in ("rates.svg", "curve-events.svg"):
        assert f"]({chart})" in text
        assert ET.parse(tmp_path / chart).getroot() is not None  # noqa: S314 - just written


def test_ratios_divide_medians() -> None:
    found = ratios(a_section("1 worker", 100, 300, 200), a_section("other", 10, 20, 30))
    assert found.values == {"other": {"1 worker (times)": [10.0]}}


def test_quantiles_are_values_that_were_measured() -> None:
    assert quantiles([n / 1_000 for n in range(1, 101)], 50, 99) == {
        "p50_ms": 51.0,
        "p99_ms": 100.0,
    }
