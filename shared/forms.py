"""Forms as data: which figures a department owes for which kind of period, and by when.

Read from forms.toml.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from shared.events.returns import Name
from shared.frozen import Closed
from shared.indicators import CATALOGUE, Catalogue
from shared.periods import PERIOD_KINDS, Due
from shared.slots import FigureSlot
from shared.toml_files import BadFile, TomlFile, read

OWN_SPAN = "report"
"""Instead of a kind of period: whatever span a report has."""


class Line(Closed):
    """One figure of a form."""

    indicator: str
    dimensions: Mapping[str, str] = Field(default_factory=dict)
    required: bool = True


class Form(Closed):
    """A form of a department. Its `lines` are the short ones and then the long ones of the file.

    A line is repeated for each value of those `rows` that its indicator has: open dimensions, each
    with the heading of its column. The form is owed for the periods since `since` on, for ever
    where that is None. One that looks `ahead` is of a period to come (a plan): it is owed when that
    has begun, others when it is over.
    """

    code: Name
    department: str
    label: str
    period: str
    due: Due | None = None
    since: date | None = Field(alias="from", default=None)
    ahead: bool = False
    rows: Mapping[Name, str] = Field(default_factory=dict)
    short_lines: tuple[str, ...] = Field(alias="lines", default=())
    long_lines: tuple[Line, ...] = Field(alias="line", default=())

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every line of the form, in its order."""
        return (*(Line(indicator=one) for one in self.short_lines), *self.long_lines)

    def rows_of(self, line: Line) -> tuple[str, ...]:
        """Return the open dimensions of a line, whose values the reporter names."""
        return tuple(name for name in _open(line, CATALOGUE) if name in self.rows)


def _open(line: Line, catalogue: Catalogue) -> Iterator[str]:
    """Yield the dimensions of a line that take any value and are not fixed by it."""
    indicator = catalogue.indicators.get(line.indicator)
    for name, codes in catalogue.dimensions_of(indicator).items() if indicator else ():
        if codes is None and name not in line.dimensions:
            yield name


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from None
    return text


class Forms(Closed):
    """A file of forms, and what numbers may be typed in authored text."""

    forms: tuple[Form, ...] = Field(alias="form", min_length=1)
    allowed_numbers: tuple[Annotated[str, AfterValidator(_pattern)], ...] = ()


def load(path: Path, catalogue: Catalogue) -> Forms:
    """Read and check a file of forms. Raises BadFile with all that is wrong."""
    file = read(path, Forms)
    if faults := list(_faults(file, catalogue)):
        raise BadFile("\n".join(faults))
    return file.content


def _faults(file: TomlFile[Forms], catalogue: Catalogue) -> Iterator[str]:
    seen: dict[object, str] = {}
    for place, form in enumerate(file.content.forms):
        where = file.at("form", place)
        if form.code in seen:
            yield f"{where}: stands in {seen[form.code]} already"
        seen[form.code] = where
        if form.period != OWN_SPAN and form.period not in PERIOD_KINDS:
            yield f"{where}: there is no kind of period {form.period}"
        rows = {name for line in form.lines for name in _open(line, catalogue)}
        yield from (
            f"{where}: no line has the open dimension {one}" for one in form.rows.keys() - rows
        )
        for number, line in enumerate(form.lines):
            short = len(form.short_lines)
            step = ("lines", number) if number < short else ("line", number - short)
            at = file.at("form", place, *step)
            figure = (line.indicator, *sorted(line.dimensions.items()))
            if figure in seen:
                yield f"{at}: stands in {seen[figure]} already"
            seen[figure] = at
            yield from (f"{at}: {fault}" for fault in _faults_of_line(line, catalogue))


def _faults_of_line(line: Line, catalogue: Catalogue) -> Iterator[str]:
    if fault := catalogue.check(FigureSlot(line.indicator, line.dimensions)):
        yield fault
        return
    chosen = catalogue.resolve(line.indicator, line.dimensions).indicator
    if chosen.id != line.indicator:
        yield f"leads to {chosen.id}: name that one"
    if chosen.line is None:
        yield f"{chosen.id} has no line: it is found in another way"


_FORMS = load(Path(__file__).with_suffix(".toml"), CATALOGUE)
FORMS: Mapping[str, Form] = {form.code: form for form in _FORMS.forms}
"""Every form by its code."""
ALLOWED_NUMBERS: tuple[str, ...] = _FORMS.allowed_numbers
"""Regular expressions of numbers that may be typed in authored text."""
