"""Declared figures: which returns count for a span of days, and what their lines come to."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.reporting.declared import declarations, declared
from services.reporting.figure import Absence, Found, Period
from services.reporting.statements import Statement
from shared.indicators.model import Indicator
from shared.quantity import Qualifier
from tests.support.told import a_line, a_return, of_years

TERM = Period(start=date(2021, 6, 1), end=date(2023, 11, 30))
ABOUT, MORE, LESS = Qualifier.ABOUT, Qualifier.MORE_THAN, Qualifier.LESS_THAN
ID = "a.b"


def line(told: str | float | None = None, **dimensions: str) -> Mapping[str, Any]:
    return a_line(ID, told, dimensions)


def find(
    returns: Sequence[Statement],
    kind: str = "flow",
    combine: str | None = None,
    span: Period = TERM,
    years: bool = False,  # noqa: FBT001, FBT002 - of the indicator
    **narrowing: str,
) -> Found:
    """Return the figure of an indicator that is narrowed by a street and a group."""
    how = {"combine": combine, "span": "years" if years else "period"}
    indicator = Indicator.model_validate(
        {
            "id": ID,
            "label": "Chỉ tiêu",
            "kind": kind,
            "department": "some",
            "dimensions": {"street": "open", "group": {"cadre": "", "civil_servant": ""}},
            "line": how,
        }
    )
    in_order = sorted(returns, key=lambda one: (one.period.end, one.period.start))
    return declared(indicator, narrowing, span, declarations(in_order).get(ID, ()))


def day(text: str) -> date:
    return date.fromisoformat(text)


def ret(start: str, end: str, *lines: Mapping[str, Any], form: str = "some") -> Statement:
    return a_return(day(start), day(end), *lines, form=form)


def span(start: str, end: str) -> Period:
    return Period(start=day(start), end=day(end))


THREE = [
    ret("2021-06-01", "2021-12-31", line(3)),
    ret("2022-01-01", "2022-12-31", line(4)),
    ret("2023-01-01", "2023-11-30", line(5)),
]
"""Three returns that cover the term."""


def test_a_flow_is_the_sum_of_the_returns_that_cover_the_span() -> None:
    found = find(THREE)

    assert found.value == 12
    assert found.period == TERM
    assert found.sources == ("some 2021-12-31", "some 2022-12-31", "some 2023-11-30")


def test_a_text_of_a_report_is_the_one_that_was_written_for_its_days() -> None:
    """Not the latest before it: what was said of a term is not said of a quarter."""
    returns = [*THREE, ret("2021-06-01", "2023-11-30", line(9))]

    assert find(returns, kind="level", combine="exact").value == 9
    assert find(returns, combine="exact", span=span("2022-01-01", "2022-12-31")).value == 4
    missing = find(returns, combine="exact", span=span("2022-01-01", "2022-12-30"))
    assert (missing.value, missing.sources) == (Absence.MISSING, ())


def test_a_return_that_reaches_beyond_the_span_does_not_count() -> None:
    early = ret("2021-01-01", "2021-12-31", line(90))
    late = ret("2023-01-01", "2023-12-31", line(90))
    found = find([early, THREE[1], late])

    assert (found.value, found.period) == (4, span("2022-01-01", "2022-12-31"))


def test_a_figure_of_years_takes_the_whole_first_year() -> None:
    returns = [*of_years({2020: [line(1)], 2021: [line(2)], 2022: [line(4)]}), THREE[2]]
    found = find(returns, years=True)

    assert (found.value, found.period) == (11, span("2021-01-01", "2023-11-30"))


def test_a_hole_between_returns_leaves_the_sum_missing() -> None:
    found = find([THREE[0], THREE[2]])

    assert found.value is Absence.MISSING
    assert found.period == TERM


def test_a_longer_return_takes_the_place_of_those_within_it() -> None:
    quarters = [
        ret("2022-01-01", "2022-03-31", line(70)),
        ret("2022-04-01", "2022-06-30", line(70)),
    ]
    assert find([*THREE, *quarters]).value == 12


def test_returns_of_quarters_go_on_where_a_year_ends() -> None:
    quarters = [
        ret("2023-01-01", "2023-03-31", line(1)),
        ret("2023-04-01", "2023-06-30", line(2)),
    ]
    found = find([*THREE[:2], *quarters])

    assert (found.value, found.period.end) == (10, day("2023-06-30"))


@pytest.mark.parametrize("status", ["submitted", "sent_back"])
def test_only_accepted_returns_count(status: str) -> None:
    waiting = a_return(day("2022-01-01"), day("2022-12-31"), line(4), status=status)

    assert find([waiting]).value is Absence.MISSING


def test_nothing_declared_is_missing_and_zero_is_zero() -> None:
    assert find([]) == Found(Absence.MISSING, TERM)
    assert find(of_years({2022: [line(0)]})).value == 0


@pytest.mark.parametrize(
    ("absences", "expected"),
    [
        ([None, "missing"], Absence.MISSING),
        (["not_applicable", None], 4),
        (["not_applicable", "not_applicable"], Absence.NOT_APPLICABLE),
        (["not_applicable", "missing"], Absence.MISSING),
    ],
)
def test_absences_of_some_years(absences: list[str | None], expected: object) -> None:
    """What does not apply adds nothing; what is missing leaves the sum missing."""
    years = {
        2021 + n: [line(4) if absence is None else {**line(), "absence": absence}]
        for n, absence in enumerate(absences)
    }
    assert find(of_years(years), years=True).value == expected


@pytest.mark.parametrize(
    ("told", "value", "upper", "qualifier"),
    [
        (["khoảng 10", "2"], 12, None, ABOUT),
        (["trên 10", "trên 2"], 12, None, MORE),
        (["trên 10", "dưới 2"], 12, None, ABOUT),
        (["9,3", "0,25"], Decimal("9.55"), None, None),
        (["1 - 2", "3"], 4, 5, None),
        (["1 - 2", "1,5 - 4"], Decimal("2.5"), 6, None),
        (["1 - 2", "khoảng 3"], 4, None, ABOUT),
    ],
)
def test_a_sum_is_as_exact_as_its_parts(
    told: list[str], value: object, upper: object, qualifier: Qualifier | None
) -> None:
    found = find(of_years({2021 + n: [line(one)] for n, one in enumerate(told)}), years=True)

    assert (found.value, found.upper, found.qualifier) == (value, upper, qualifier)


@pytest.mark.parametrize(
    ("told", "value", "upper", "qualifier"),
    [
        (["trên 95", "trên 95"], 95, None, MORE),
        ([1, 2, 1], 1, 2, None),
        (["60 - 65", "60 - 65"], 60, 65, None),
        (["60 - 65", "70"], 60, 70, None),
        (["trên 95", "trên 97"], 95, None, MORE),
        (["dưới 5", "dưới 7"], 7, None, LESS),
        (["khoảng 5", "7"], 5, None, ABOUT),
    ],
)
def test_every_year_is_one_value_or_the_range_of_all(
    told: list[Any], value: object, upper: object, qualifier: Qualifier | None
) -> None:
    years = of_years({2021 + n: [line(one)] for n, one in enumerate(told)})
    found = find(years, "ratio", "every", span("2021-01-01", "2023-12-31"))

    assert (found.value, found.upper, found.qualifier) == (value, upper, qualifier)
    assert found.period == span("2021-01-01", f"{2020 + len(told)}-12-31")


def test_every_text_is_one_or_the_last() -> None:
    def texts(*told: str) -> list[Statement]:
        return of_years({2021 + n: [{**line(), "text": one}] for n, one in enumerate(told)})

    assert find(texts("weekly", "weekly"), "text", "every", years=True).value == "weekly"
    assert find(texts("weekly", "monthly"), "text", "every", years=True).value == "monthly"


def test_a_year_that_is_missing_leaves_every_year_missing() -> None:
    years = of_years({2021: [line(1)], 2023: [line(1)]})
    found = find(years, "ratio", "every", span("2021-01-01", "2023-12-31"))

    assert found.value is Absence.MISSING


@pytest.mark.parametrize("kind", ["level", "ratio", "text", "target"])
def test_the_latest_return_holds(kind: str) -> None:
    told = {2021: 7, 2022: 8}
    lines = {
        year: [{**line(), "text": str(one)} if kind == "text" else line(one)]
        for year, one in told.items()
    }
    found = find(of_years(lines), kind)

    assert str(found.value) == "8"
    assert found.period == span("2022-01-01", "2022-12-31")


def test_a_level_holds_until_another_is_declared_and_a_ratio_does_not() -> None:
    before = of_years({2019: [line(7)]})

    assert find(before, "level").value == 7
    assert find(before, "ratio").value is Absence.MISSING


def test_what_ends_after_the_span_is_not_the_latest() -> None:
    returns = of_years({2022: [line(7)], 2023: [line(8)]})

    assert find(returns, "level").value == 7
    assert find(returns, "target").value == 8, "a target's period only has to touch the span"


def test_a_level_left_out_later_is_the_one_before_and_one_told_to_be_missing_is_missing() -> None:
    other = of_years({2022: [a_line("a.other", 1)]})
    told = of_years({2022: [{**line(), "absence": "missing"}]})

    assert find([THREE[0], *other], "level").value == 3
    assert find([THREE[0], *told], "level").value is Absence.MISSING


def test_the_day_of_a_target_ends_its_period() -> None:
    ahead = {**line(20), "until": day("2025-12-31")}
    past = {**line(20), "until": day("2020-12-31")}

    assert find(of_years({2022: [ahead]}), "target").period.end == day("2025-12-31")
    assert find(of_years({2022: [past]}), "target").period == span("2020-12-31", "2020-12-31")


def test_a_total_line_holds_whatever_its_parts_add_up_to() -> None:
    lines = [line(17), line(9, group="cadre"), line(9, group="civil_servant")]

    assert find(of_years({2022: lines}), "level").value == 17
    assert find(of_years({2022: lines}), "level", group="cadre").value == 9


def test_without_a_total_line_its_parts_are_added_up() -> None:
    lines = [line("trên 9", group="cadre"), line(8, group="civil_servant")]
    found = find(of_years({2022: lines}), "level")

    assert (found.value, found.qualifier) == (17, MORE)
    assert find(of_years({2022: lines}), "ratio").value is Absence.MISSING


def test_parts_are_added_up_by_one_breakdown_alone() -> None:
    """Streets within groups tell of the same as the groups do."""
    lines = [
        line(5, group="cadre"),
        line(3, group="cadre", street="x"),
        line(2, group="cadre", street="y"),
    ]
    returns = of_years({2022: lines})

    assert find(returns).value == 5
    assert find(returns, street="x").value == 3
    assert find(returns, group="cadre").value == 5


def test_a_return_that_tells_of_some_streets_has_nothing_of_the_others() -> None:
    returns = [
        ret("2021-06-01", "2021-12-31", line(1, street="x")),
        ret("2022-01-01", "2022-12-31", line(2, street="y")),
        ret("2023-01-01", "2023-11-30", line(3, street="x")),
    ]
    found = find(returns, street="x")

    assert (found.value, found.period) == (4, TERM)
    assert find(returns, "level", street="y").value == 0
    assert find(returns, "ratio", street="y").value == 2


def test_a_closed_group_that_is_left_out_is_missing() -> None:
    returns = of_years({2022: [line(9, group="cadre")]})

    assert find(returns, group="civil_servant").value is Absence.MISSING


@pytest.mark.parametrize(("kind", "told"), [("text", line(4)), ("flow", {**line(), "text": "4"})])
def test_a_line_of_another_kind_is_as_good_as_missing(kind: str, told: Mapping[str, Any]) -> None:
    """A department's own software may declare anything; it must stop no report."""
    assert find(of_years({2022: [told]}), kind).value is Absence.MISSING


@pytest.mark.parametrize("kind", ["ratio", "text", "target"])
def test_what_cannot_be_added_up_is_refused(kind: str) -> None:
    with pytest.raises(ValueError, match=f"a {kind} cannot be added up"):
        find([], kind, "sum")
