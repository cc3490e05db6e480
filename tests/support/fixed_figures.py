"""A hand-written source of figures: those of the model report of phường Trần Hưng Đạo."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import deploy.sample
from services.reporting.figure import Absence, Figure, Period
from services.reporting.report.keys import figure_key, read_key
from services.reporting.report.model import ReportHeading
from shared.indicators import CATALOGUE, Selection
from shared.quantity import Qualifier
from tests.support.model_report import rows

type Number = int | Decimal
type Value = Number | str | Absence | Told

TERM_PERIOD = Period(start=date(2021, 6, 1), end=date(2023, 11, 30))
HEADING = ReportHeading(
    unit_id="2004-10525",
    unit_code="10525",
    unit_name="Phường Trần Hưng Đạo",
    parent_name="Thành phố Hải Dương",
    period=TERM_PERIOD,
    as_of=date(2023, 12, 5),
)

SOUND: Mapping[str, Value] = {
    "economy.craft_trade_service_households": 1,
    "covid.vaccination_result": 5000,
    "covid.vaccination_base": 5000,
    "covid.cases_recovered": 986,
    "covid.vaccinated_share?doses=any": 100,
    "personnel.staff": 17,
}
"""What the model report would have to say for none of its errors to be broken."""


@dataclass(frozen=True)
class Told:
    """A value with what is said beside it: the other end, how it is meant, of which days it is."""

    value: Number | str | None
    upper: Number | None = None
    qualifier: Qualifier | None = None
    period: Period | None = None


def _dossiers(service: str, field: str, counts: str) -> dict[str, Value]:
    """Return a row of Biểu 06: online, direct, early, on time, within the deadline, withdrawn."""
    online, direct, early, on_time, within, withdrawn = map(int, counts.split())
    values = {
        "applications_received": online + direct,
        "applications_received?channel=online": online,
        "applications_received?channel=direct": direct,
        "applications_by_timeliness?timeliness=early": early,
        "applications_by_timeliness?timeliness=on_time": on_time,
        "applications_by_timeliness?timeliness=within_deadline": within,
        "applications_resolved": early + on_time,
        "applications_open": within,
        "applications_withdrawn": withdrawn,
    }
    return {_with_field(f"{service}.{key}", field): value for key, value in values.items()}


def _with_field(key: str, field: str) -> str:
    indicator, _, narrowing = key.partition("?")
    pairs = dict(pair.split("=") for pair in narrowing.split("&") if pair)
    return figure_key(indicator, pairs | ({"field": field} if field else {}))


def model_values() -> dict[str, Value]:
    """Return the figures of the model report, some of them by field, and the sample's texts."""
    return {
        **_model_report(),
        **_texts(),
        "report.years": Decimal("2.5"),
        **_dossiers("registry", "", "1183 2173 3288 31 2 35"),
        **_dossiers("registry", "civil_status", "220 479 690 6 1 2"),
        **_dossiers("registry", "certification", "963 1694 2598 25 1 33"),
        **_dossiers("permits", "", "100 57 150 7 0 0"),
        **_dossiers("permits", "construction", "40 25 60 5 0 0"),
        **_dossiers("permits", "land", "60 32 90 2 0 0"),
        "registry.signature_certifications": 154,
        "registry.electronic_certifications": 1516,
        "registry.copy_certifications": 950,
        "registry.births_registered": 302,
        "registry.marriages_registered": 72,
        "registry.deaths_registered": 128,
        "registry.marital_status_confirmations": 197,
        "permits.construction_permit_files_completed": 65,
        "permits.repair_applications_received": 24,
        "permits.construction_start_notices": 65,
        "permits.boundary_markings": 65,
        "land.land_files_completed": 92,
        "petitions.reception_day": "tuesday",
        "petitions.visitors_received": 8,
        "petitions.mediation_requests": 5,
        "petitions.mediation_requests?outcome=reconciled": 4,
        "petitions.mediation_requests?outcome=not_reconciled": 1,
    }


def _model_report() -> dict[str, Value]:
    return {
        figure_key(row.indicator, row.dimensions): Told(
            row.value,
            row.upper,
            None if row.qualifier is None else Qualifier(row.qualifier),
            None if row.end is None else Period(start=row.start or row.end, end=row.end),
        )
        for row in rows()
    }


def _texts() -> dict[str, Value]:
    path = Path(deploy.sample.__file__).with_name("narrative.toml")
    (narrative,) = tomllib.loads(path.read_text(encoding="utf-8"))["return"]
    return {line["indicator"]: line["text"] for line in narrative["lines"]}


class FixedFigures:
    """Figures from a dict by key; cases that are not in it are zero, all else is missing.

    What a formula gives is calculated from the others unless it is in the dict. `course` tells what
    an indicator was in a span other than the report's.
    """

    def __init__(
        self,
        changes: Mapping[str, Value] | None = None,
        course: Callable[[str, Period], Value] = lambda _indicator, _span: Absence.MISSING,
    ) -> None:
        told = model_values() | {_key(key): value for key, value in (changes or {}).items()}
        self._values: Mapping[str, Value] = {_key(key): value for key, value in told.items()}
        self._course = course

    def figure(
        self, indicator: str, dimensions: Mapping[str, str], period: Period | None = None
    ) -> Figure:
        """Return the figure of an indicator narrowed to `dimensions`."""
        chosen = CATALOGUE.resolve(indicator, dimensions)
        value = self._value(indicator, dimensions, period)
        absence = value if isinstance(value, Absence) else None
        told = value if isinstance(value, Told) else Told(None if absence else value)
        return Figure(
            indicator=indicator,
            dimensions=dimensions,
            label=chosen.indicator.label,
            unit_of_measure=chosen.indicator.unit_of_measure,
            kind=chosen.indicator.kind,
            period=told.period or period or _days(chosen.span),
            value=told.value,
            absence=absence,
            upper=told.upper,
            qualifier=told.qualifier,
        )

    def values(self, indicator: str, dimension: str) -> list[str]:
        """Return the values of a dimension of the keys that have it."""
        slots = (read_key(key)[0] for key in self._values)
        found = {one.dimensions.get(dimension) for one in slots if one.indicator == indicator}
        return sorted(value for value in found if value is not None)

    def _value(self, indicator: str, dimensions: Mapping[str, str], period: Period | None) -> Value:
        if period is not None:
            return self._course(indicator, period)
        key = _key(figure_key(indicator, dimensions))
        if key in self._values:
            return self._values[key]
        chosen = CATALOGUE.resolve(indicator, dimensions)
        if chosen.indicator.formula is not None:
            return self._calculated(chosen)
        return 0 if chosen.indicator.terms else Absence.MISSING

    def _calculated(self, chosen: Selection) -> Value:
        formula = CATALOGUE.formula_of(chosen)
        parts = [self.figure(slot.indicator, slot.dimensions) for slot in formula.operands]
        for part in parts:
            if part.absence is not None:
                return part.absence
        numbers = iter(parts)
        try:
            result = formula.value(lambda _: Fraction(Decimal(str(next(numbers).value))))
        except ZeroDivisionError:
            return Absence.NOT_APPLICABLE
        if result.denominator == 1:
            return int(result)
        return Decimal(result.numerator) / result.denominator


def _key(key: str) -> str:
    """Return the key of the indicator to which a split leads."""
    slot, _ = read_key(key)
    chosen = CATALOGUE.resolve(slot.indicator, slot.dimensions)
    span = {name: str(value) for name, value in chosen.span.items()}
    return figure_key(chosen.indicator.id, {**chosen.narrowing, **span})


def _days(span: Mapping[str, int]) -> Period:
    if "year" not in span:
        return TERM_PERIOD
    year = span["year"]
    return Period(start=date(year, 1, 1), end=min(date(year, 12, 31), TERM_PERIOD.end))
