"""The figures of one report: taken from their source once each, kept in order of first use."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache

from services.reporting.figure import Absence, Figure, Figures, Period
from services.reporting.report import numbers
from services.reporting.report.content import FigureSpan
from services.reporting.report.keys import figure_key
from services.reporting.report.model import FigureEntry
from shared.indicators import CATALOGUE, INDICATORS
from shared.indicators.model import Indicator
from shared.registers import Codes
from shared.slots import FigureSlot

_MISSING = Absence.MISSING
_NEIGHBOURHOODS = {
    "tdp": "tổ dân phố",
    "kp": "khu phố",
    "kdc": "khu dân cư",
    "thon": "thôn",
}


class Absent(Exception):
    """A figure that is to be calculated with is absent, and why."""

    def __init__(self, absence: Absence) -> None:
        super().__init__(absence)
        self.absence = absence


class FigureBook:
    """Gives printed figures to the sentences and cells of a report, and their list at the end.

    `section` is where what is taken next is printed, empty where it is not; `unwritten` are the
    authored texts that are not there.
    """

    def __init__(self, source: Figures, *, is_of_several: bool = False) -> None:
        self.section = ""
        self.unwritten = list[Figure]()
        self._source = source
        self._is_of_several = is_of_several
        self._taken = dict[str, tuple[FigureSlot, Figure]]()
        self._parts = dict[str, tuple[str, ...]]()
        self._sections = dict[str, dict[str, None]]()

    def values(self, slot: FigureSlot, dimension: str) -> list[str]:
        """Return the values of a dimension, or the years, for which an indicator has figures."""
        return self._source.values(slot.indicator, dimension)

    def take(self, slot: FigureSlot, span: Period | None = None) -> Figure:
        """Return the figure for a slot, of the report's period or of another span."""
        return self._take(slot, span)[1]

    def prose(self, slot: FigureSlot) -> str | None:
        """Return an authored text, which is no figure to be listed, or nothing: it is unwritten.

        Of several units together there is none to be written: it is empty.
        """
        if self._is_of_several:
            return ""
        told = self._source.figure(slot.indicator, slot.dimensions)
        if isinstance(told.value, str):
            return told.value
        self.unwritten.append(told)
        return None

    def label(self, slot: FigureSlot) -> str:
        """Return the name of a figure with what it is narrowed to."""
        return label_of(slot, self.take(slot).label)

    def number(self, slot: FigureSlot) -> Fraction:
        """Return the number of a figure; raises Absent where it has none."""
        return number_of(self.take(slot))

    def phrase(self, slot: FigureSlot) -> FigureSpan:
        """Return the figure of a slot, or the part that it asks for, as part of a sentence."""
        key, figure = self._take(slot, None)
        return self._printed(key, _part(slot, figure))

    def cell(self, slots: Sequence[FigureSlot], span: Period | None = None) -> FigureSpan:
        """Return a cell: a figure, or the sum of figures that are narrowed alike."""
        key, figure = self._take(slots[0], span) if len(slots) == 1 else self._sum(slots, span)
        return self._printed(key, numbers.in_cell(figure, printed_as(slots[0])))

    def missing(self) -> tuple[str, ...]:
        """Return the keys of the figures that are printed and not reported at all."""
        return tuple(key for key in self._sections if self._taken[key][1].absence is _MISSING)

    def entries(self) -> Mapping[str, FigureEntry]:
        """Return every figure taken so far, by key, in order of first use."""
        return {key: self._entry(key, slot, one) for key, (slot, one) in self._taken.items()}

    def _take(self, slot: FigureSlot, span: Period | None) -> tuple[str, Figure]:
        key = figure_key(slot.indicator, slot.dimensions, span)
        if key not in self._taken:
            figure = self._source.figure(slot.indicator, slot.dimensions, span)
            self._taken[key] = slot, figure
        return key, self._taken[key][1]

    def _sum(self, slots: Sequence[FigureSlot], span: Period | None) -> tuple[str, Figure]:
        told = [self._take(slot, span) for slot in slots]
        key = figure_key(" + ".join(slot.indicator for slot in slots), slots[0].dimensions, span)
        if key not in self._taken:
            figures = [figure for _, figure in told]
            self._parts[key] = tuple(part for part, _ in told)
            self._taken[key] = slots[0], _total(figures)
        return key, self._taken[key][1]

    def _printed(self, key: str, text: str) -> FigureSpan:
        if self.section:
            self._sections.setdefault(key, {})[self.section] = None
        return FigureSpan(text=text, figure=key)

    def _entry(self, key: str, slot: FigureSlot, figure: Figure) -> FigureEntry:
        indicator = printed_as(slot)
        return FigureEntry(
            indicator=figure.indicator,
            dimensions=dict(sorted(figure.dimensions.items())),
            label=label_of(slot, figure.label),
            value=figure.value,
            upper=figure.upper,
            qualifier=figure.qualifier,
            absence=figure.absence,
            display=numbers.in_cell(figure, indicator),
            unit_of_measure=numbers.unit_of(indicator),
            kind=figure.kind,
            period=figure.period,
            parts=self._parts.get(key, ()),
            sections=tuple(self._sections.get(key, ())),
        )


def printed_as(slot: FigureSlot) -> Indicator:
    """Return the indicator that says how a figure is printed: that to which a split leads."""
    indicator = INDICATORS[slot.indicator]
    split = indicator.split
    if split is None or split.dimension not in slot.dimensions:
        return indicator
    return INDICATORS[split.values[slot.dimensions[split.dimension]]]


def words_of(slot: FigureSlot, dimension: str, value: str) -> str:
    """Return the printed words of a value by which a figure may be narrowed."""
    if dimension == "year":
        return f"năm {value}"
    if dimension == "months":
        return f"{value} tháng"
    if dimension == "neighbourhood":
        kind, _, number = value.partition("-")
        return f"{_NEIGHBOURHOODS.get(kind, kind)} {number}"
    return (_dimensions(slot.indicator).get(dimension) or {}).get(value, value)


def number_of(figure: Figure) -> Fraction:
    """Return the number of a figure (the lower one of a range); raises Absent."""
    if figure.absence is not None:
        raise Absent(figure.absence)
    if isinstance(figure.value, str | None):
        raise Absent(Absence.NOT_APPLICABLE)
    return Fraction(figure.value)


def _part(slot: FigureSlot, figure: Figure) -> str:
    indicator = printed_as(slot)
    match slot.part:
        case "day" if figure.absence is not Absence.MISSING:
            return numbers.day(figure.period.end)
        case "label":
            return figure.label
        case "number":
            return numbers.in_cell(figure, indicator)
        case "value":
            return numbers.without_unit(figure, indicator)
        case "lower":
            text = numbers.in_prose(figure, indicator)
            return text[:1].lower() + text[1:]
        case _:
            return numbers.in_prose(figure, indicator)


def label_of(slot: FigureSlot, label: str) -> str:
    """Return the label of a figure's indicator with, in words, what that is narrowed to."""
    if not slot.dimensions:
        return label
    told = (words_of(slot, name, value) for name, value in sorted(slot.dimensions.items()))
    narrowing = ", ".join(filter(None, told))
    return f"{label}: {narrowing}" if narrowing else label


@cache
def _dimensions(indicator: str) -> Mapping[str, Codes | None]:
    return CATALOGUE.dimensions_of(INDICATORS[indicator])


def _total(figures: Sequence[Figure]) -> Figure:
    absent = next((figure.absence for figure in figures if figure.absence is not None), None)
    values = [figure.value for figure in figures if isinstance(figure.value, int | Decimal)]
    return replace(
        figures[0],
        indicator=" + ".join(figure.indicator for figure in figures),
        label=" + ".join(figure.label for figure in figures),
        value=None if absent else sum(values),
        absence=absent,
    )
