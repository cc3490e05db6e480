"""Figures of several units together: those of a city, or of a unit in other borders. Pure.

What is counted or declared is added up; a ratio is worked out anew from what it is a ratio of, and
never a mean of ratios. What holds of one unit alone (a text, a target, a level that is no number of
things) is of none of them together, but for a unit that others went into: it has its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

import numpy as np

from services.reporting.calculating import as_figure, calculated, rounded
from services.reporting.counted import Counting, is_counted
from services.reporting.figure import Absence, Figure, Figures, Found, Kind, Period
from services.reporting.figures import TallyFigures, chosen_of, span_chosen
from services.reporting.report.model import ReportHeading
from services.reporting.tally_reader import Tallies
from shared.indicators import CATALOGUE, Selection
from shared.lineage import Member
from shared.quantity import Qualifier
from shared.record import record
from shared.units import REFORM, is_of_2004

_ADDED = (Kind.FLOW, Kind.LEVEL)


@record()
class Part:
    """A unit and what it counts for, with its own figures."""

    member: Member
    figures: Figures
    is_silent: bool = False


def part(member: Member, period: Period, tallies: Tallies) -> Part:
    """Return a unit's part; one of which nothing was told as of that day is silent."""
    return Part(member, TallyFigures(period, tallies), tallies.is_empty)


class RolledFigures:
    """The figures of several units for a period, as Figures in figure.py.

    One is missing where it is missing of every unit, else it is of those that have it: `lacking`
    tells how many have not. Of units that count in part, it is an estimate.
    """

    def __init__(
        self,
        period: Period,
        parts: Sequence[Part],
        counted: Counting | None = None,
        holder: str = "",
    ) -> None:
        """Take the parts, one at least, each with figures of this period.

        What is `counted` of the units of these parts, in their order, is added up at once. Where
        they are the `holder`'s, a unit that others went into, what holds of one unit is that one's.
        """
        self.period = period
        self.parts = parts
        self._counted = counted
        self._members = [one.member for one in parts]
        self._own = next((one.figures for one in parts if one.member.unit == holder), None)

    def figure(
        self, indicator: str, dimensions: Mapping[str, str], period: Period | None = None
    ) -> Figure:
        """Return a figure; see Figures in figure.py."""
        chosen = chosen_of(indicator, tuple(dimensions.items()))
        found = self._found(chosen, indicator, dimensions, period)
        return as_figure(indicator, dimensions, chosen.indicator, found)

    def lacking(self, indicator: str, dimensions: Mapping[str, str]) -> Sequence[str]:
        """Return the units of which a figure, or one that it is calculated from, is missing."""
        chosen = chosen_of(indicator, tuple(dimensions.items()))
        if chosen.indicator.formula is not None:
            operands = CATALOGUE.formula_of(chosen).operands
            told = [self.lacking(one.indicator, one.dimensions) for one in operands]
            return list(dict.fromkeys(unit for units in told for unit in units))
        if self._counted is not None and is_counted(chosen):
            _, has_told = self._counted.of_each(chosen, self.period)
            return [self._members[at].unit for at in np.flatnonzero(~has_told)]
        figures = (
            (one.member.unit, one.figures.figure(indicator, dimensions, self.period))
            for one in self.parts
        )
        return [unit for unit, figure in figures if figure.absence is Absence.MISSING]

    def values(self, indicator: str, dimension: str) -> list[str]:
        """Return the values of a dimension; see Figures in figure.py."""
        told = [value for one in self.parts for value in one.figures.values(indicator, dimension)]
        if dimension == "year":
            return sorted(set(told))
        codes = CATALOGUE.dimensions_of(CATALOGUE.indicators[indicator])[dimension]
        occurring = dict.fromkeys(told)
        return list(occurring) if codes is None else [one for one in codes if one in occurring]

    def _found(
        self,
        chosen: Selection,
        indicator: str,
        dimensions: Mapping[str, str],
        period: Period | None,
    ) -> Found:
        wanted = chosen.indicator
        period = period or self.period
        span = span_chosen(chosen, period)
        if wanted.formula is not None:
            return calculated(chosen, period, self.figure)
        if "heading" in wanted.ways:
            first = self.parts[0].figures.figure(indicator, dimensions, period)
            assert first.value is not None
            return Found(first.value, first.period)
        if wanted.kind not in _ADDED or wanted.of_one_unit or "elapsed" in wanted.ways:
            return self._of_one(indicator, dimensions, period, span)
        if self._counted is not None and is_counted(chosen):
            return self._all(chosen, period, span, self._counted)
        told = [
            (one.member, one.figures.figure(indicator, dimensions, period)) for one in self.parts
        ]
        present = [(member, figure) for member, figure in told if figure.absence is None]
        if not present:
            absences = {figure.absence for _, figure in told}
            is_missing = Absence.MISSING in absences
            return Found(Absence.MISSING if is_missing else Absence.NOT_APPLICABLE, span)
        return _sum(chosen, span, present)

    def _of_one(
        self, indicator: str, dimensions: Mapping[str, str], period: Period, span: Period
    ) -> Found:
        if self._own is None:
            return Found(Absence.NOT_APPLICABLE, span)
        own = self._own.figure(indicator, dimensions, period)
        value = own.absence if own.value is None else own.value
        assert value is not None
        return Found(value, own.period, own.upper, own.qualifier, own.sources)

    def _all(self, chosen: Selection, period: Period, span: Period, counted: Counting) -> Found:
        amounts, told = counted.of_each(chosen, period)
        if not told.any():
            return Found(Absence.MISSING, span)
        partly = [at for at in self._partly if told[at]]
        parts = (self._members[at].weight * int(amounts[at]) for at in partly)
        whole = int(amounts.sum()) - sum(int(amounts[at]) for at in partly)
        return Found(
            value=rounded(sum(parts, Fraction(whole)), chosen.indicator),
            period=span,
            qualifier=Qualifier.ABOUT if partly else None,
        )

    @cached_property
    def _partly(self) -> Sequence[int]:
        return [at for at, one in enumerate(self._members) if one.weight != 1]


def _sum(chosen: Selection, span: Period, told: Sequence[tuple[Member, Figure]]) -> Found:
    lower = sum((member.weight * _number(one.value) for member, one in told), Fraction(0))
    upper = sum((member.weight * _number(_upper(one)) for member, one in told), Fraction(0))
    is_whole = all(member.weight == 1 for member, _ in told)
    is_exact = is_whole and not any(one.qualifier for _, one in told)
    found = Found(
        value=rounded(lower, chosen.indicator),
        period=span,
        qualifier=None if is_exact else Qualifier.ABOUT,
        sources=tuple(dict.fromkeys(source for _, one in told for source in one.sources)),
    )
    if any(one.upper is not None for _, one in told):
        return replace(found, upper=rounded(upper, chosen.indicator))
    return found


def _upper(figure: Figure) -> int | Decimal | str | None:
    return figure.value if figure.upper is None else figure.upper


def _number(value: int | Decimal | str | None) -> Fraction:
    assert isinstance(value, int | Decimal), value
    return Fraction(value)


def note_on(about: ReportHeading, parts: Sequence[Part]) -> str:
    """Return what a report says of the units that it adds up.

    It says in which borders, of how many units nothing was told, and what is an estimate.
    """
    said = [f"Số liệu được cộng từ số liệu của {len(parts)} đơn vị hành chính cấp xã"]
    if about.period.start < REFORM <= about.period.end or about.borders:
        which = "trước" if is_of_2004(about.unit_id) else "từ"
        said[0] += f", theo địa giới hành chính {which} ngày 01/7/2025"
    if any(one.member.is_estimate for one in parts):
        estimated = sum(one.member.is_estimate for one in parts)
        said.append(
            f"{estimated} đơn vị chỉ thuộc địa giới này một phần: phần số liệu tính vào báo cáo là"
            " số ước tính"
        )
    if silent := sum(one.is_silent for one in parts):
        said.append(f"{silent} đơn vị chưa có số liệu, nên số cộng chưa đầy đủ")
    return "; ".join(said) + "."
