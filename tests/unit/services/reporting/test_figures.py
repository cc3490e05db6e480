"""From tallies to figures: the formulas, and the kinds of nothing that are no zero."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.reporting.figure import Absence, Figure, Kind, Period
from services.reporting.figures import TallyFigures
from services.reporting.projections.contributions import contributions
from services.reporting.statements import Statement
from services.reporting.sums import Series
from shared.events.examples import DAY, EXAMPLES
from shared.indicators import INDICATORS
from shared.quantity import Qualifier
from tests.support.told import LONG_AFTER, Cell, a_cell, a_line, a_return, an_entry, tallies

TERM = Period(start=date(2021, 6, 1), end=date(2023, 11, 30))
VISITS = Cell(Series("visitors", {}), date(2022, 1, 4), 9)


def a_sum(
    measure: str, within: int = 0, before: int = 0, procedure: str = "registry.birth", **of: str
) -> list[Cell]:
    """Return a series with amounts within the term and before it; at the end it is all of it."""
    told = {TERM.start: within, date(2020, 1, 1): before}
    return [a_cell(measure, day, amount, procedure, **of) for day, amount in told.items()]


def a_declaration(
    amount: int, year: int, indicator: str = "budget.revenue_actual", **more: str
) -> Statement:
    line = {**a_line(indicator), **more} if more else a_line(indicator, amount)
    return a_return(date(year, 1, 1), date(year, 10, 31), line)


def figures(
    sums: Iterable[Sequence[Cell]] = (),
    statements: Iterable[Statement] = (),
    as_of: date = LONG_AFTER,
) -> TallyFigures:
    cells = [cell for each in sums for cell in each]
    return TallyFigures(TERM, tallies(cells, statements, as_of))


def value(
    indicator: str,
    sums: Iterable[Sequence[Cell]] = (),
    statements: Iterable[Statement] = (),
    /,
    **dimensions: str,
) -> int | Decimal | str | Absence | None:
    """Return the value of a figure or the kind of nothing that it is."""
    found = figures(sums, statements).figure(indicator, dimensions)
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
    sums = [[VISITS]]

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


def test_the_longest_return_of_a_year_holds() -> None:
    half = a_return(date(2023, 1, 1), date(2023, 6, 30), a_line("budget.revenue_actual", 4))

    assert value("budget.revenue_actual", (), [half, a_declaration(9, 2023)], year="2023") == 9


def test_the_years_are_those_with_returns_that_end_in_the_period() -> None:
    told = [a_declaration(1, year) for year in (2020, 2021, 2023)]
    told += [a_declaration(1, 2022, "budget.revenue_plan"), a_declaration(1, 2023)]

    assert figures((), told).values("budget.revenue_actual", "year") == ["2021", "2023"]
    assert figures().values("budget.revenue_actual", "year") == []
    assert figures((), told).values("budget.revenue_plan_attainment", "year") == ["2021", "2023"]
    assert figures().values("registry.births_registered", "year") == ["2021", "2022", "2023"]


def test_the_years_of_what_a_register_says_are_those_of_its_entries() -> None:
    """What an entry counts for has a figure, perhaps zero, in every year of the period."""
    told = [
        an_entry("titles", date(year, 12, 31), title=title)
        for year, title in [(2020, "legal_access"), (2021, "legal_access"), (2022, "other")]
    ]

    assert figures((), told).values("justice.legal_access_standard", "year") == ["2021"]
    assert figures((), told).values("council.sessions_held", "year") == ["2021", "2022", "2023"]


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
def test_attainment_of_no_plan_is_nothing(dated: list[Statement], expected: Absence) -> None:
    assert value("budget.revenue_plan_attainment", (), dated, year="2023") is expected


def test_the_reception_day_is_the_one_set_last() -> None:
    sets = [
        Cell(Series("schedule", {"weekday": "tuesday"}), date(2021, 6, 1), 1),
        Cell(Series("schedule", {"weekday": "friday"}), date(2022, 6, 1), 1),
        Cell(Series("schedule", {"weekday": "monday"}), date(2023, 12, 1), 1),
    ]
    assert value("petitions.reception_day", [sets]) == "friday"
    assert value("petitions.reception_day", [sets], year="2021") == "tuesday"


def test_a_reception_day_that_was_never_set_is_missing() -> None:
    sums = [[VISITS]]

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
        ("budget.revenue_actual", {"school": "x"}),
        ("budget.revenue_plan_attainment", {"channel": "online"}),
        ("petitions.visitors_received", {"channel": "online"}),
    ],
)
def test_a_dimension_that_an_indicator_does_not_have_is_a_value_error(
    indicator: str, dimensions: dict[str, str]
) -> None:
    sums = [*YEAR, [VISITS]]
    with pytest.raises(ValueError, match=r"dimension|narrowed|no timeliness"):
        value(indicator, sums, **dimensions)


def test_every_indicator_of_the_files_can_be_asked_for() -> None:
    """Narrowed by its split where it must be; a department that is silent is missing."""
    for indicator in INDICATORS.values():
        dimensions: dict[str, str] = {}
        if indicator.split is not None:
            dimensions = {indicator.split.dimension: next(iter(indicator.split.values))}
        if indicator.heading is None:
            assert value(indicator.id, **dimensions) is Absence.MISSING


CASES = [
    [a_cell("received", date(2021, 3, 1), 1)],
    [a_cell("received", date(2021, 7, 1), 2)],
    [a_cell("received", date(2021, 12, 1), 4)],
    [a_cell("received", date(2022, 1, 1), 8, channel="online")],
    [a_cell("received", date(2023, 11, 30), 16)],
    [a_cell("received", date(2023, 12, 1), 32)],
    [a_cell("closed", date(2022, 5, 5), 5, status="resolved", timeliness="early")],
]


@pytest.mark.parametrize(
    ("selector", "expected", "start", "end"),
    [
        ({}, 30, TERM.start, TERM.end),
        ({"year": "2021"}, 7, date(2021, 1, 1), date(2021, 12, 31)),
        ({"year": "2022"}, 8, date(2022, 1, 1), date(2022, 12, 31)),
        ({"year": "2023"}, 16, date(2023, 1, 1), date(2023, 11, 30)),
        ({"months": "24"}, 28, date(2021, 12, 1), date(2023, 11, 30)),
        ({"months": "1"}, 16, date(2023, 11, 1), date(2023, 11, 30)),
        ({"year": "2022", "channel": "direct"}, 0, date(2022, 1, 1), date(2022, 12, 31)),
    ],
)
def test_any_figure_may_be_of_a_year_or_of_the_last_months(
    selector: dict[str, str], expected: int, start: date, end: date
) -> None:
    """A year is not cut where the period begins, but where it ends."""
    found = figures(CASES).figure("registry.applications_received", selector)

    assert (found.value, found.period) == (expected, Period(start=start, end=end))


def test_a_year_after_the_period_is_missing() -> None:
    assert value("registry.applications_received", CASES, year="2024") is Absence.MISSING


def test_a_figure_may_be_of_another_period_than_the_report() -> None:
    spring = Period(start=date(2021, 1, 1), end=date(2021, 7, 1))
    told = figures(CASES)

    assert told.figure("registry.applications_received", {}, spring).value == 3
    assert told.figure("registry.applications_carried_over", {}, spring).value == 0
    assert told.figure("registry.applications_open", {}, spring).value == 3
    assert told.figure("registry.applications_open", {"year": "2022"}).value == 10


def test_what_falls_due_after_the_day_of_knowledge_is_not_overdue_yet() -> None:
    due = [[a_cell("overdue", date(2023, 11, 20), 3)], [a_cell("received", date(2023, 11, 1), 9)]]
    open_overdue = "registry.applications_open_overdue"

    assert figures(due, as_of=date(2023, 11, 19)).figure(open_overdue, {}).value == 0
    assert figures(due, as_of=date(2023, 11, 20)).figure(open_overdue, {}).value == 3


def test_the_last_months_of_a_period_that_ends_in_the_middle_of_one() -> None:
    statutory = Period(start=date(2022, 12, 15), end=date(2023, 12, 30))
    found = figures(CASES).figure("registry.applications_received", {"months": "10"}, statutory)

    assert found.period == Period(start=date(2023, 2, 28), end=date(2023, 12, 30))


def test_a_formula_of_what_is_not_exact_is_about() -> None:
    told = [
        a_return(
            date(2023, 1, 1),
            date(2023, 10, 31),
            a_line("budget.revenue_actual", "trên 30"),
            a_line("budget.revenue_plan", "40"),
        )
    ]
    found = figures((), told).figure("budget.revenue_plan_attainment", {"year": "2023"})

    assert (found.value, found.qualifier) == (Decimal(75), Qualifier.ABOUT)
    assert found.sources == ("some 2023-10-31",)


def test_a_declared_figure_keeps_qualifier_range_and_sources() -> None:
    told = [
        a_return(TERM.start, TERM.end, a_line("economy.income_per_capita", "60 - 65")),
        a_return(TERM.start, TERM.end, a_line("police.chip_id_cards_issued", "khoảng 4.100")),
    ]
    income = figures((), told).figure("economy.income_per_capita", {})
    cards = figures((), told).figure("police.chip_id_cards_issued", {})

    assert (income.value, income.upper, income.qualifier) == (60, 65, None)
    assert (cards.value, cards.upper, cards.qualifier) == (4100, None, Qualifier.ABOUT)
    assert cards.sources == ("some 2023-11-30",)


def test_a_figure_of_a_register_is_of_the_day_of_its_entry() -> None:
    entry = an_entry(
        "decisions",
        date(2021, 9, 7),
        subject="working_regulation",
        action="issued",
        number="7/QĐ-UBND",
    )
    found = figures((), [entry]).figure(
        "committee.working_regulation_decision", {"action": "issued"}
    )

    assert (found.value, found.period.end) == ("7/QĐ-UBND", date(2021, 9, 7))


@pytest.mark.parametrize(
    ("first", "years", "qualifier"),
    [
        (date(2021, 6, 25), 2, Qualifier.MORE_THAN),
        (date(2021, 11, 30), 2, None),
        (date(2021, 12, 1), 1, Qualifier.MORE_THAN),
        (date(2020, 11, 29), 3, Qualifier.MORE_THAN),
    ],
)
def test_years_in_office_are_whole_ones_and_mostly_more(
    first: date, years: int, qualifier: Qualifier | None
) -> None:
    """From the first session of the council, which may lie before the period."""
    session = an_entry("meetings", first, type="council_session", number="1")
    found = figures((), [session]).figure("report.years_in_office", {})

    assert (found.value, found.qualifier) == (years, qualifier)


def test_the_values_of_a_dimension_are_those_that_occur() -> None:
    """Open ones as the latest return has them, codes in the order of the catalogue."""
    schools = {2022: ["C", "A"], 2023: ["B", "A"]}
    told = [
        a_return(
            date(year, 1, 1),
            date(year, 10, 31),
            *(a_line("education.pupils", 1, {"school": name}) for name in names),
            a_line("personnel.posts", 2, {"group": "civil_servant"}),
            a_line("personnel.posts", 2, {"group": "cadre"}),
        )
        for year, names in schools.items()
    ]
    found = figures(YEAR, [*told, an_entry("meetings", TERM.start, type="leadership")])

    assert found.values("education.pupils", "school") == ["B", "A", "C"]
    assert found.values("personnel.posts", "group") == ["cadre", "civil_servant"]
    assert found.values("committee.meetings_held", "type") == ["leadership"]
    assert found.values("registry.applications_received", "channel") == [
        "online",
        "in_person",
        "post",
    ]
    assert found.values("petitions.mediation_requests", "outcome") == [
        "reconciled",
        "not_reconciled",
        "open",
    ]
    with pytest.raises(ValueError, match="no dimension street"):
        found.values("education.pupils", "street")


def test_every_measure_tells_which_department_told_it() -> None:
    """Whatever an event counts as, the figures of its unit can be drawn."""
    counted = {one.series for event in EXAMPLES.values() for one in contributions(event)}
    for one in counted:
        if "procedure" not in dict(one.dimensions):
            cell = Cell(Series(one.measure, dict(one.dimensions)), DAY, 1)
            assert value("permits.applications_received", [[cell]]) is not None
