"""The figures of one report: taken from their source once each, kept in order of first use."""

from collections.abc import Mapping
from decimal import Decimal

from services.reporting.figure import Figure, Figures
from services.reporting.report import numbers
from services.reporting.report.model import FigureEntry, FigureSpan, figure_key
from services.reporting.report.outline import Outline, OutlineError
from shared.slots import FigureSlot


class FigureBook:
    """Gives printed figures to the sentences and cells of a report, and their list at the end."""

    def __init__(self, outline: Outline, source: Figures) -> None:
        self._outline = outline
        self._source = source
        self._taken = dict[str, Figure]()
        self._parts = dict[str, tuple[str, ...]]()

    def years(self, indicator: str) -> list[int]:
        """Return the years of an indicator's returns."""
        try:
            return [int(year) for year in self._source.values(indicator, "year")]
        except (KeyError, ValueError) as error:
            raise OutlineError(f"{indicator}: {error}") from error

    def take(self, slot: FigureSlot) -> Figure:
        """Return the figure for a slot; raises OutlineError when there is no such figure."""
        key = figure_key(slot.indicator, slot.dimensions)
        if key not in self._taken:
            try:
                self._taken[key] = self._source.figure(slot.indicator, slot.dimensions)
            except (KeyError, ValueError) as error:
                raise OutlineError(f"{key}: {error}") from error
        return self._taken[key]

    def phrase(self, slot: FigureSlot) -> FigureSpan:
        """Return the figure of a slot as part of a sentence."""
        text = numbers.in_prose(self.take(slot), self._outline.text_words)
        return FigureSpan(text=text, figure=figure_key(slot.indicator, slot.dimensions))

    def cell(self, slots: tuple[FigureSlot, ...]) -> FigureSpan:
        """Return a cell: a figure, or the sum of figures that are narrowed alike."""
        indicator = " + ".join(slot.indicator for slot in slots)
        key = figure_key(indicator, slots[0].dimensions)
        figures = [self.take(slot) for slot in slots]
        if len(slots) > 1 and key not in self._taken:
            self._parts[key] = tuple(figure_key(s.indicator, s.dimensions) for s in slots)
            self._taken[key] = _sum(figures, indicator)
        text = numbers.in_cell(self._taken[key], self._outline.text_words)
        return FigureSpan(text=text, figure=key)

    def entries(self) -> Mapping[str, FigureEntry]:
        """Return every figure taken so far, by key, in order of first use."""
        return {key: self._entry(key, figure) for key, figure in self._taken.items()}

    def _entry(self, key: str, figure: Figure) -> FigureEntry:
        words = self._outline.dimension_words
        dimensions = dict(sorted(figure.dimensions.items()))
        narrowing = [words.get(f"{name}={value}", value) for name, value in dimensions.items()]
        label = ": ".join(filter(None, (figure.label, ", ".join(filter(None, narrowing)))))
        return FigureEntry(
            indicator=figure.indicator,
            dimensions=dimensions,
            label=label,
            value=figure.value,
            absence=figure.absence,
            display=numbers.in_cell(figure, self._outline.text_words),
            unit_of_measure=numbers.unit(figure),
            kind=figure.kind,
            period=figure.period,
            parts=self._parts.get(key, ()),
        )


def amount(figures: list[Figure]) -> int | Decimal | None:
    """Return the sum of figures, or nothing when one of them is absent or no number."""
    values = [figure.value for figure in figures if isinstance(figure.value, int | Decimal)]
    return sum(values) if len(values) == len(figures) else None


def _sum(figures: list[Figure], indicator: str) -> Figure:
    absent = next((figure.absence for figure in figures if figure.absence is not None), None)
    value = amount(figures)
    if value is None and absent is None:
        raise OutlineError(f"{indicator}: texts cannot be summed")
    label = " + ".join(figure.label for figure in figures)
    named = {"indicator": indicator, "label": label, "value": value, "absence": absent}
    return figures[0].model_copy(update=named)
