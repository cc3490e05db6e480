"""What stands behind a figure: the figures it is calculated from, or the events it counts.

The amounts of a figure's events add up to it. Returns and entries are named by the event in which
they stood as of the day.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from urllib.parse import quote

from services.reporting import projection
from services.reporting.drawing import figures_of, is_rolled, members
from services.reporting.evidence_events import Asked, Events, events_of
from services.reporting.figure import Absence, Figure, Figures, Period
from services.reporting.known_lineage import read_lineage
from services.reporting.report import Borders, ReportHeading, numbers
from services.reporting.report.book import FigureBook, label_of
from services.reporting.report.keys import figure_key, read_key
from services.reporting.rolled import Part, part
from services.reporting.tally_reader import tallies_of_each
from shared import units
from shared.database import Connection, Pool
from shared.frozen import EARLIEST_DAY, Frozen
from shared.indicators import CATALOGUE, Selection
from shared.refusal import Refused
from shared.slots import FigureSlot


class Addend(Frozen):
    """What one unit puts into a figure that adds up units; `weight` of it counts (1, 1/2).

    `evidence` is the address of what stands behind its own figure.
    """

    unit: str
    name: str
    weight: str
    value: int | Decimal | str | None
    display: str
    evidence: str


class Evidence(Events):
    """What stands behind a figure; `display` is its form in a sentence.

    `operands` are the keys of the figures that `formula` calculates it from, `labels` what they are
    called; `events` are those of one page, of `total` in all, whose amounts add up to `amount`.
    What adds up several units has `addends` and no events.
    """

    figure: str
    label: str
    unit_of_measure: str
    period: Period
    value: int | Decimal | str | None
    upper: int | Decimal | None
    absence: Absence | None
    display: str
    formula: str | None
    operands: tuple[str, ...]
    labels: tuple[str, ...]
    addends: tuple[Addend, ...] = ()


async def evidence(pool: Pool, about: ReportHeading, key: str, page: int) -> Evidence:
    """Return what stands behind the figure named `key` of the report that is `about` this.

    Events come in the order in which they were recorded, a page at a time from 0. Figure and events
    are of one moment. Refuses a figure that does not exist.
    """
    async with projection.snapshot(pool) as conn:
        return await _evidence(conn, about, key, page)


async def _evidence(conn: Connection, about: ReportHeading, key: str, page: int) -> Evidence:
    mine = members(about, await read_lineage(conn))
    tallies = await tallies_of_each(conn, [one.unit for one in mine], about.as_of)
    parts = [part(one, about.period, tallies[one.unit]) for one in mine]
    figures = figures_of(about, parts)
    try:
        slot, span = read_key(key)
        added = [replace(slot, indicator=one) for one in slot.indicator.split(" + ")]
        if len(added) > 1:
            return _sum(figures, key, added, span)
        period = span or about.period
        chosen = CATALOGUE.resolve(slot.indicator, slot.dimensions)
        figure = figures.figure(slot.indicator, slot.dimensions, period)
    except (KeyError, ValueError, OverflowError):
        raise Refused("unknown_figure", "figure", status=404, figure=key) from None
    if period.start < EARLIEST_DAY:
        raise Refused("unknown_figure", "figure", status=404, figure=key)
    found = _shown(key, label_of(slot, figure.label), figure, chosen)
    if chosen.indicator.formula is not None:
        formula = CATALOGUE.formula_of(chosen)
        keys = (figure_key(one.indicator, one.dimensions, span) for one in formula.operands)
        told = {
            "formula": formula.text(_label),
            "operands": tuple(keys),
            "labels": tuple(map(_label, formula.operands)),
        }
        return found.model_copy(update=told)
    if is_rolled(about, mine):
        own = partial(_addend, about, key, slot, period)
        return found.model_copy(update={"addends": tuple(map(own, parts))})
    [of_unit] = tallies.values()
    asked = Asked(chosen, period, figure, page)
    events = await events_of(conn, about, parts[0], of_unit, asked)
    return found.model_copy(update=dict(events))


def _shown(key: str, label: str, figure: Figure, chosen: Selection) -> Evidence:
    return Evidence(
        figure=key,
        label=label,
        unit_of_measure=figure.unit_of_measure,
        period=figure.period,
        value=figure.value,
        upper=figure.upper,
        absence=figure.absence,
        display=numbers.in_prose(figure, chosen.indicator),
        formula=None,
        operands=(),
        labels=(),
    )


def _addend(about: ReportHeading, key: str, slot: FigureSlot, period: Period, one: Part) -> Addend:
    figure = one.figures.figure(slot.indicator, slot.dimensions, period)
    own = about.model_copy(update={"unit_id": one.member.unit, "borders": Borders.OWN})
    chosen = CATALOGUE.resolve(slot.indicator, slot.dimensions)
    return Addend(
        unit=one.member.unit,
        name=units.called(one.member.unit),
        weight=str(one.member.weight),
        value=figure.value,
        display=numbers.in_prose(figure, chosen.indicator),
        evidence=own.evidence + quote(key, safe=""),
    )


def _sum(figures: Figures, key: str, added: Sequence[FigureSlot], span: Period | None) -> Evidence:
    """Return what a cell of a table adds up. Raises KeyError where none would be named so."""
    book = FigureBook(figures)
    book.cell(added, span)
    entry = book.entries()[key]
    labels = tuple(map(_label, added))
    return Evidence(
        figure=key,
        label=entry.label,
        unit_of_measure=entry.unit_of_measure,
        period=entry.period,
        value=entry.value,
        upper=entry.upper,
        absence=entry.absence,
        display=entry.display,
        formula=" + ".join(labels),
        operands=entry.parts,
        labels=labels,
    )


def _label(slot: FigureSlot) -> str:
    return label_of(slot, CATALOGUE.resolve(slot.indicator, slot.dimensions).indicator.label)
