"""The 205 figures of the model report, row by row: in JSON, and in print in their own sections.

A form is cut into its sections at their headings; each row is looked for in the text of its own.
"""

import re
from decimal import Decimal
from functools import cache

import pytest

from services.reporting.report import TERM, build, load
from services.reporting.report.keys import figure_key
from shared.quantity import Qualifier
from tests.support.fixed_figures import HEADING, FixedFigures
from tests.support.forms_of_reports import FORMS
from tests.support.model_report import WORDS_OF_THE_REPORT, Row, rows
from tests.support.printed import flat, printed

REPORT = build(load(TERM), HEADING, FixedFigures())
ROWS = rows()
TWO_ENDS = 4
"""Ranges (income, emulation, two of training): both of their rows are one figure."""


def key(row: Row) -> str:
    return figure_key(row.indicator, row.dimensions)


def test_every_row_is_there() -> None:
    """The two that are not are words of the report about itself: its month, its last day."""
    assert len(ROWS) + TWO_ENDS + len(WORDS_OF_THE_REPORT) == 205
    assert {row.id for row in ROWS if key(row) not in REPORT.figures} == set()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_is_in_json_with_value_qualifier_and_section(row: Row) -> None:
    figure = REPORT.figures[key(row)]

    told = figure.value
    expected = row.value
    assert told == (expected if isinstance(expected, str) else pytest.approx(expected))
    assert figure.upper == row.upper
    assert figure.qualifier == (None if row.qualifier is None else Qualifier(row.qualifier))
    assert row.section in figure.sections


@cache
def sections(form: str) -> dict[str, str]:
    """Return the text of each section by its id, cut at the headings in the report's order."""
    text = printed(form, FORMS[form].render(REPORT))
    heads = [("header", REPORT.header.superior[0])]
    for part in REPORT.parts:
        heads.append((part.label, flat(f"{part.label} {part.title}")))
        heads += [(section.id, flat(section.heading)) for section in part.sections]
    heads += [("closing", "Trên đây là báo cáo kết quả"), ("annexes", "Phụ lục I ")]
    places = list[tuple[str, int]]()
    at = 0
    for name, head in heads:
        at = text.index(head, at)
        places.append((name, at))
    ends = [place for _, place in places[1:]] + [len(text)]
    return {name: text[start:end] for (name, start), end in zip(places, ends, strict=True)}


def words(row: Row) -> list[str]:
    """Return the ways in which the value of a row may stand in print."""
    entry = REPORT.figures[key(row)]
    if row.value == 0:
        return ["không phát sinh"]
    if isinstance(row.value, Decimal | int) and row.value < 10 and row.value == int(row.value):
        return [entry.display, re.sub(r"\b(\d)\b", r"0\1", entry.display)]
    return [entry.display]


@pytest.mark.parametrize("form", ["docx", "pdf", "html"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_is_printed_in_its_section(row: Row, form: str) -> None:
    section = sections(form)[row.section]

    # Typst may part a number of a document at its strokes.
    text = section.replace("/ ", "/").replace("- ", "-")
    found = [word for word in words(row) if word.replace("- ", "-") in text]
    assert found, f"{words(row)} in {section}"
