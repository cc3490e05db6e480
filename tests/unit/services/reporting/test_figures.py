"""From tallies to figures: the formulas, and the kinds of nothing that are no zero."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.reporting.figure import Absence, Figure, Kind, Period
from services.reporting.figures import TallyFigures
from services.reporting.tally_reader import Dated, Sum, Tallies
from shared.indicators import INDICATORS
from shared.procedures import PROCEDURES

TERM = Period(start=date(2021, 6, 1), end=date(2023, 11, 30))


def a_sum(
    measure: str,
    within: int = 0,
    before: int = 0,
    *,
    end: int | None = None,
    procedure: str = "registry.birth",
    **dimensions: str,
) -> Sum:
    """Return a series as tally_reader reads it; its end is all of it unless told otherwise."""
    of = PROCEDURES[procedure]
    implied = {"procedure": procedure, "department": of.department, "field": of.field}
    told = before + within if end is None else end
    return Sum(measure, implied | dimensions, within, before, told)


def a_declaration(
    amount: int, year: int, indicator: str = "budget.revenue_actual", **dimensions: str
) -> Dated:
    told = {"indicator": indicator, "from": f"{year}-01-01"} | dimensions
    return Dated("declared", told, date(year, 10, 31), amount)


def figures(sums: Sequence[Sum] = (), dated: Sequence[Dated] = ()) -> TallyFigures:
    return TallyFigures(TERM, Tallies(sums=sums, dated=dated, folded={}))


def value(
    indicator: str,
    sums: Sequence[Sum] = (),
    dated: Sequence[Dated] = (),
    /,
    **dimensions: str,
) -> int | Decimal | str | Absence | None:
    """Return the value of a figure or the kind of nothing that it is."""
    found = figures(sums, dated).figure(indicator, dimensions)
    assert (found.value is None) != (found.absence is None)
    return found.value if found.absence is None else found.absence


YEAR = [
    a_sum("received", 7, 2, channel="online"),
    a_sum("received", 4, channel="in_person"),
    a_sum("received", 1, channel="post", procedure="registry.copy_certification"),
    a_sum("received", 50, channel="online", procedure="permits.land_file"),
    a_sum("closed", 3, 1, channel="online", status="resolved", timeliness="early"),
    a_sum("closed", 2, channel="in_person", status="resolved", timeliness="on_time"),
    a_sum("closed", 1, channel="online", status="resolved", timeliness="late"),
    a_sum("closed", 1, channel="online", status="refused"),
    a_sum("closed", 1, channel="in_person", status="withdrawn"),
    a_sum("overdue", 3),
]
"""14 received in all, 12 of them within; 9 closed; 5 are open, 3 of these overdue."""


@pytest.mark.parametrize(
    ("indicator", "dimensions", "expected"),
    [
        ("registry.applications_received", {}, 12),
        ("registry.applications_received", {"channel": "online"}, 7),
        ("registry.applications_received", {"channel": "direct"}, 5),
        ("registry.applications_received", {"field": "certification"}, 1),
        ("registry.applications_received", {"procedure": "registry.birth"}, 11),
        (
            "registry.applications_received",
            {"procedure": "registry.birth", "channel": "direct"},
            4,
        ),
        ("registry.applications_carried_over", {}, 1),
        ("registry.applications_resolved", {}, 6),
        ("registry.applications_resolved_early", {}, 3),
        ("registry.applications_resolved_on_time", {}, 2),
        ("registry.applications_resolved_late", {}, 1),
        ("registry.applications_refused", {}, 1),
        ("registry.applications_withdrawn", {}, 1),
        ("registry.applications_open", {}, 5),
        ("registry.applications_open_overdue", {}, 3),
        ("registry.applications_open_within", {}, 2),
        ("registry.births_registered", {}, 6),
        ("registry.births_registered", {"channel": "online"}, 4),
        ("permits.applications_received", {}, 50),
        ("registry.resolved_on_time_share", {}, Decimal("83.33")),
        ("registry.overdue_share", {}, Decimal("44.44")),
    ],
)
def test_a_figure_is_its_formula_over_the_tallies(
    indicator: str, dimensions: dict[str, str], expected: int | Decimal
) -> None:
    assert expected == value(indicator, YEAR, **dimensions)


def test_received_and_carried_over_are_closed_and_open() -> None:
    """The sums of Biểu số 06/VPCP/KSTT."""

    def registry(name: str) -> Any:
        return value(f"registry.applications_{name}", YEAR)

    came = registry("received") + registry("carried_over")
    closed = sum(registry(name) for name in ("resolved", "refused", "withdrawn"))
    assert came == closed + registry("open")


@pytest.mark.parametrize(
    ("timeliness", "expected"),
    [("early", 3), ("on_time", 2), ("late", 1), ("within_deadline", 2), ("overdue", 3)],
)
def test_a_split_leads_to_the_indicator_of_its_value(timeliness: str, expected: int) -> None:
    found = value("registry.applications_by_timeliness", YEAR, timeliness=timeliness)
    assert expected == found


def test_a_split_beside_a_formula_is_followed_only_where_it_is_asked_for() -> None:
    sums = [
        a_sum("received", 5, procedure="petitions.mediation", channel="in_person"),
        a_sum("closed", 2, procedure="petitions.mediation", outcome="reconciled"),
        a_sum("closed", 1, procedure="petitions.mediation", outcome="not_reconciled"),
    ]
    asked: list[dict[str, str]] = [
        {},
        {"outcome": "reconciled"},
        {"outcome": "not_reconciled"},
        {"outcome": "open"},
    ]
    found = [value("petitions.mediation_requests", sums, **each) for each in asked]

    assert found == [5, 2, 1, 2]


def test_a_figure_says_what_it_is_a_figure_of() -> None:
    found = figures(YEAR).figure("registry.births_registered", {"channel": "online"})
    expected = Figure(
        indicator="registry.births_registered",
        dimensions={"channel": "online"},
        label=INDICATORS["registry.births_registered"].label,
        unit_of_measure="trường hợp",
        kind=Kind.FLOW,
        period=TERM,
        value=4,
    )
    assert expected == found


def test_nothing_of_it_is_zero_where_its_department_has_told_anything() -> None:
    assert value("registry.deaths_registered", YEAR) == 0


def test_a_department_that_has_told_nothing_is_missing() -> None:
    assert value("petitions.visitors_received", YEAR) is Absence.MISSING
    assert value("registry.deaths_registered") is Absence.MISSING


def test_a_visit_shows_that_the_petitions_office_reports() -> None:
    sums = [Sum("visitors", {}, 9, 0, 9)]

    assert value("petitions.visitors_received", sums) == 9
    assert value("petitions.complaints_denunciations", sums) == 0


def test_a_share_of_nothing_is_not_applicable() -> None:
    """0 of 0 is neither 0 % nor 100 %."""
    sums = [a_sum("received", 1, channel="post")]

    assert value("registry.resolved_on_time_share", sums) is Absence.NOT_APPLICABLE


def test_a_share_of_what_is_missing_is_missing() -> None:
    assert value("registry.resolved_on_time_share") is Absence.MISSING


def test_none_of_some_is_a_share_of_zero() -> None:
    sums = [a_sum("closed", 3, status="resolved", timeliness="late")]

    assert value("registry.resolved_on_time_share", sums) == 0


@pytest.mark.parametrize(("late", "expected"), [(1, "99.88"), (7, "99.13"), (3, "99.63")])
def test_a_share_is_rounded_to_cents_and_halves_go_up(late: int, expected: str) -> None:
    """99.875 is 99.88, 99.125 is 99.13: not to the even neighbour."""
    sums = [
        a_sum("closed", 800 - late, status="resolved", timeliness="on_time"),
        a_sum("closed", late, status="resolved", timeliness="late"),
    ]
    assert Decimal(expected) == value("registry.resolved_on_time_share", sums)


def test_a_declared_absence_is_that_absence() -> None:
    for absence in (Absence.MISSING, Absence.NOT_APPLICABLE):
        dated = [a_declaration(0, 2023, absence=absence.value)]
        assert value("budget.revenue_actual", (), dated, year="2023") is absence


def test_a_declared_zero_is_zero() -> None:
    assert value("budget.revenue_actual", (), [a_declaration(0, 2023)], year="2023") == 0


def test_a_year_without_a_return_is_missing() -> None:
    dated = [a_declaration(9, 2023)]

    assert value("budget.revenue_actual", (), dated, year="2022") is Absence.MISSING


def test_a_declared_figure_is_of_the_period_of_its_return() -> None:
    dated = [a_declaration(9, 2023)]
    told = figures((), dated).figure("budget.revenue_actual", {"year": "2023"})
    missing = figures((), dated).figure("budget.revenue_actual", {"year": "2022"})

    assert told.period == Period(start=date(2023, 1, 1), end=date(2023, 10, 31))
    assert missing.period == Period(start=date(2022, 1, 1), end=date(2022, 12, 31))


def test_the_latest_return_of_a_year_holds() -> None:
    half = Dated(
        "declared",
        {"indicator": "budget.revenue_actual", "from": "2023-01-01"},
        date(2023, 6, 30),
        4,
    )
    dated = [half, a_declaration(9, 2023)]

    assert value("budget.revenue_actual", (), dated, year="2023") == 9


def test_the_years_are_those_with_returns_that_end_in_the_period() -> None:
    dated = [a_declaration(1, year) for year in (2020, 2021, 2023)]
    dated += [a_declaration(1, 2022, "budget.revenue_plan"), a_declaration(1, 2023)]

    assert figures((), dated).years("budget.revenue_actual") == [2021, 2023]
    assert figures().years("budget.revenue_actual") == []


def test_attainment_is_the_declared_amount_over_the_declared_plan() -> None:
    dated = [a_declaration(3, 2023), a_declaration(8, 2023, "budget.revenue_plan")]

    assert value("budget.revenue_plan_attainment", (), dated, year="2023") == Decimal("37.50")


@pytest.mark.parametrize(
    ("dated", "expected"),
    [
        ([a_declaration(3, 2023)], Absence.MISSING),
        ([a_declaration(8, 2023, "budget.revenue_plan")], Absence.MISSING),
        (
            [a_declaration(3, 2023), a_declaration(0, 2023, "budget.revenue_plan")],
            Absence.NOT_APPLICABLE,
        ),
        (
            [
                a_declaration(3, 2023),
                a_declaration(0, 2023, "budget.revenue_plan", absence="not_applicable"),
            ],
            Absence.NOT_APPLICABLE,
        ),
    ],
)
def test_attainment_of_no_plan_is_nothing(dated: list[Dated], expected: Absence) -> None:
    assert value("budget.revenue_plan_attainment", (), dated, year="2023") is expected


def test_the_reception_day_is_the_one_set_last() -> None:
    dated = [
        Dated("schedule", {"weekday": "tuesday"}, date(2021, 6, 1), 1),
        Dated("schedule", {"weekday": "friday"}, date(2022, 6, 1), 1),
    ]
    assert value("petitions.reception_day", (), dated) == "friday"


def test_a_reception_day_that_was_never_set_is_missing() -> None:
    sums = [Sum("visitors", {}, 9, 0, 9)]

    assert value("petitions.reception_day", sums) is Absence.MISSING


def test_an_unknown_indicator_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        value("registry.jokes_told", YEAR)


@pytest.mark.parametrize(
    ("indicator", "dimensions"),
    [
        ("registry.applications_received", {"weather": "rain"}),
        ("registry.births_registered", {"procedure": "registry.birth"}),
        ("registry.applications_by_timeliness", {"timeliness": "never"}),
        ("registry.applications_by_timeliness", {}),
        ("budget.revenue_actual", {}),
        ("budget.revenue_plan_attainment", {}),
        ("petitions.visitors_received", {"channel": "online"}),
    ],
)
def test_a_dimension_that_an_indicator_does_not_have_is_a_value_error(
    indicator: str, dimensions: dict[str, str]
) -> None:
    sums = [*YEAR, Sum("visitors", {}, 9, 0, 9)]
    with pytest.raises(ValueError, match=r"dimension|narrowed|no timeliness|declared by"):
        value(indicator, sums, **dimensions)


def test_every_indicator_of_the_file_can_be_asked_for() -> None:
    """Narrowed by its split or year where it must be; a department that is silent is missing."""
    for indicator in INDICATORS.values():
        dimensions: dict[str, str] = {}
        if indicator.split is not None:
            dimensions = {indicator.split.dimension: next(iter(indicator.split.values))}
        if indicator.department == "finance":
            dimensions = {"year": "2023"}
        assert value(indicator.id, **dimensions) is Absence.MISSING
