"""The 205 figures of the model report, as our indicators know them.

`model_report.csv` holds its facts alone: section, indicator, value, period, dimensions.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

_NOTES = frozenset(
    {"implied", "mention", "window", "bound", "role", "part", "per", "base", "plan", "birth_order"}
    | {"subset_of", "school_attribution", "legislature", "cumulative", "class", "month", "session"}
    | {"age", "issuer", "service_year", "streets", "residential_area", "day", "months"}
)
"""Dimensions of the file that are remarks on the statement, not dimensions of the ward."""

_SECTIONS: Mapping[str, str] = {"Kết": "closing", "Phần thứ hai": "Phần II"}
"""Sections that are named otherwise in our reports."""

_INDICATORS: Mapping[str, str] = {"covid.f0_cases": "covid.cases"}
"""Ids of ours have no digits."""

_SPLIT: Mapping[tuple[str, str], str] = {
    ("economy.structure_share", "handicraft"): "economy.handicraft_share",
    ("economy.structure_share", "trade_service"): "economy.trade_service_share",
    ("economy.structure_share_target", "handicraft"): "economy.handicraft_share_target",
    ("economy.structure_share_target", "trade_service"): "economy.trade_service_share_target",
}
"""Shares of which one follows from the other are indicators of their own."""

_DOSES = {"any": "any", "1": "one", "2": "two", "3": "three", "4": "four"}

_DROPPED: Mapping[str, frozenset[str]] = {
    # The street, the number of doses, the kind of outcome are part of the indicator's own meaning.
    "culture.advertising_boards_guided": frozenset({"street"}),
    "culture.advertising_board_stretches": frozenset({"street"}),
    "culture.advertising_board_houses_per_stretch": frozenset({"street"}),
    "culture.advertising_board_detached_houses": frozenset({"street"}),
    "covid.cases_recovered": frozenset({"outcome"}),
    "health.children_fully_immunised": frozenset({"doses"}),
    "health.full_immunisation_rate": frozenset({"doses"}),
    "education.preschool_age_requirement_rate": frozenset({"school"}),
    "education.preschool_completion_age": frozenset({"school"}),
    "military.training_person_days": frozenset({"force"}),
    "budget.salary_arrears": frozenset({"year"}),
    "population.natural_growth_rate": frozenset({"year"}),
    "covid.support_paid_amount": frozenset({"year"}),
}

_MILLIONS = frozenset({"economy.income_per_capita"})
"""Declared and printed in millions of đồng."""

_TERM = date(2021, 6, 1), date(2023, 11, 30)
_YEARS = date(2021, 1, 1), date(2023, 11, 30)
_TARGETS = date(2023, 1, 1), date(2023, 12, 31)
_DAYS: Mapping[str, tuple[date, date]] = {
    # Elections count in the period, and personnel in whole years; a target is of the year for which
    # it was set; the plan of a year stands beside what has been collected of it so far.
    **dict.fromkeys(("F006", "F007", "F008", "F009"), _TERM),
    **dict.fromkeys(("F152", "F153", "F154"), _YEARS),
    **dict.fromkeys(("F105", "F191", "F193"), _TARGETS),
    "F030": (date(2023, 1, 1), date(2023, 11, 30)),
}
"""Other days than the file gives, with the reason."""

_TEXTS: Mapping[str, str] = {"F157": "2021", "F158": "2022", "F175": "tuesday"}
_RATINGS = {"Giỏi": "excellent"}

WORDS_OF_THE_REPORT = frozenset({"F001", "F003"})
"""Said by the report about itself: month of issue, day of the last figure."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure as it has to come out."""

    id: str
    section: str
    indicator: str
    dimensions: Mapping[str, str]
    value: int | Decimal | str
    upper: int | Decimal | None
    qualifier: str | None
    start: date | None
    end: date | None


def rows() -> Sequence[Row]:
    """Return the figures in the order of the report; the two ends of a range are one figure."""
    with Path(__file__).with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        told = list(csv.DictReader(file))
    uppers = {
        low["id"]: high["value"]
        for low, high in pairwise(told)
        if high["qualifier"] == "range_high"
    }
    return [
        _row(one, uppers.get(one["id"]))
        for one in told
        if one["id"] not in WORDS_OF_THE_REPORT and one["qualifier"] != "range_high"
    ]


def _row(told: Mapping[str, str], upper: str | None = None) -> Row:
    indicator = _INDICATORS.get(told["indicator"], told["indicator"])
    dimensions = dict(part.split("=", 1) for part in told["dimensions"].split(";") if part)
    left_out = _NOTES | _DROPPED.get(indicator, frozenset())
    dimensions = {name: value for name, value in dimensions.items() if name not in left_out}
    if (indicator, dimensions.get("sector", "")) in _SPLIT:
        indicator = _SPLIT[indicator, dimensions.pop("sector")]
    if dimensions.get("channel") == "in_person":
        # Biểu 06 counts what comes by post as handed in.
        dimensions["channel"] = "direct"
    if "doses" in dimensions:
        dimensions["doses"] = _DOSES[dimensions["doses"]]
    if dimensions.get("channel") == "in_person":
        dimensions["channel"] = "direct"  # Handed in or sent by post: whatever is not online.
    if "window=2_years" in told["dimensions"]:
        dimensions["months"] = "24"
    start, end = _DAYS.get(told["id"], (_day(told["period_start"]), _day(told["period_end"])))
    return Row(
        id=told["id"],
        section=_SECTIONS.get(told["section"], told["section"]),
        indicator=indicator,
        dimensions=dimensions,
        value=_value(told, indicator),
        upper=None if upper is None else _number(upper, indicator),
        qualifier=told["qualifier"] if told["qualifier"] in _QUALIFIERS else None,
        start=start,
        end=end,
    )


_QUALIFIERS = {"about", "more_than", "less_than"}


def _value(told: Mapping[str, str], indicator: str) -> int | Decimal | str:
    if told["id"] in _TEXTS:
        return _TEXTS[told["id"]]
    if told["kind"] == "text" and told["id"] != "F205":
        return _RATINGS.get(told["value"], told["value"])
    return _number(told["value"], indicator)


def _number(text: str, indicator: str) -> int | Decimal:
    number = Decimal(text) / (1_000_000 if indicator in _MILLIONS else 1)
    return int(number) if number == int(number) else number


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
