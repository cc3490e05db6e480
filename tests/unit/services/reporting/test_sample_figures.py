"""What the sample ward files comes out as the figures of the model report, one by one."""

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import deploy.sample
from services.reporting.figure import Period
from services.reporting.figures import TallyFigures
from shared.indicators import CATALOGUE
from tests.support.model_report import Row, rows
from tests.support.told import a_line, a_return, an_entry, tallies

FOLDER = Path(deploy.sample.__file__).parent
TERM = Period(start=date(2021, 6, 1), end=date(2023, 11, 30))

FILED = [
    row
    for row in rows()
    if not {"terms", "schedule"}
    & {*CATALOGUE.resolve(row.indicator, row.dimensions).indicator.ways}
]


def _read(name: str) -> list[dict[str, Any]]:
    content = tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))
    return [entry for entries in content.values() for entry in entries]


def _line(told: dict[str, Any]) -> Mapping[str, Any]:
    known = ("text", "until", "absence")
    more: dict[str, Any] = {name: told[name] for name in known if name in told}
    return {**a_line(told["indicator"], told.get("value"), told.get("dimensions")), **more}


@pytest.fixture(scope="module")
def figures() -> TallyFigures:
    returns = [
        a_return(one["from"], one["to"], *map(_line, one["lines"]), form=one["form"])
        for one in _read("returns.toml") + _read("narrative.toml")
    ]
    entries = [
        an_entry(one["register"], day, **one["values"])
        for one in _read("entries.toml")
        for day in one["days"]
    ]
    return TallyFigures(TERM, tallies(statements=returns + entries))


def test_most_figures_of_the_model_report_are_filed() -> None:
    assert len(FILED) > 170


@pytest.mark.parametrize("row", FILED, ids=lambda row: row.id)
def test_a_filed_figure_comes_out(figures: TallyFigures, row: Row) -> None:
    found = figures.figure(row.indicator, row.dimensions)

    assert (found.value, found.upper, found.qualifier) == (row.value, row.upper, row.qualifier)
    assert found.sources
