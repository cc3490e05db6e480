"""The sample's returns and entries are what their forms and registers ask, figure by figure."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

import deploy.sample
from shared.forms import FORMS
from shared.indicators import CATALOGUE
from shared.quantity import parse
from shared.registers import REGISTERS
from shared.slots import FigureSlot
from tests.support.model_report import Row, rows

FOLDER = Path(deploy.sample.__file__).parent


def read(name: str) -> list[dict[str, Any]]:
    content = tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))
    return [entry for entries in content.values() for entry in entries]


RETURNS = read("returns.toml") + read("narrative.toml")


@pytest.mark.parametrize("told", RETURNS, ids=lambda told: f"{told['form']}-{told['from']}")
def test_a_return_holds_what_its_form_asks(told: dict[str, Any]) -> None:
    asked = {line.indicator for line in FORMS[told["form"]].lines}
    for line in told["lines"]:
        assert line["indicator"] in asked
        assert CATALOGUE.check(FigureSlot(line["indicator"], line.get("dimensions", {}))) is None
        if "text" not in line:
            parse(line["value"])


@pytest.mark.parametrize("entry", read("entries.toml"), ids=lambda entry: entry["register"])
def test_an_entry_has_the_fields_of_its_register(entry: dict[str, Any]) -> None:
    register = REGISTERS[entry["register"]]

    assert entry["values"].keys() <= register.fields.keys()
    for name, value in entry["values"].items():
        codes = register.codes(name)
        assert codes is None or value in codes


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.id)
def test_every_figure_of_the_model_report_is_one_of_ours(row: Row) -> None:
    assert CATALOGUE.check(FigureSlot(row.indicator, row.dimensions)) is None
