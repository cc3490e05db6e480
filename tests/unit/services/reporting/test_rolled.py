"""Several units together: what is added up, what is worked out anew, what is of none of them."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.calculating import as_figure
from services.reporting.counted import Counted, CountedOfMany
from services.reporting.figure import Absence, Figure, Found, Period
from services.reporting.figures import chosen_of
from services.reporting.rolled import Part, RolledFigures, part
from shared.indicators import CATALOGUE
from shared.lineage import Member
from shared.quantity import Qualifier
from tests.support.builders import DAY
from tests.support.told import Cell, a_cell, tallies

PERIOD = Period(start=DAY, end=DAY)
RECEIVED = "registry.applications_received"
RATE = "registry.resolved_on_time_share"
EARLY, ON_TIME = "registry.applications_resolved_early", "registry.applications_resolved_on_time"
RESOLVED = "registry.applications_resolved"

type Values = Mapping[str, int | Decimal | str | Absence]


class Told:
    """Figures of a unit, as Figures: what is not told is missing."""

    def __init__(self, values: Values) -> None:
        self._values = values

    def figure(
        self, indicator: str, dimensions: Mapping[str, str], period: Period | None = None
    ) -> Figure:
        """Return what was told."""
        chosen = chosen_of(indicator, tuple(dimensions.items()))
        value = self._values.get(indicator, Absence.MISSING)
        return as_figure(indicator, dimensions, chosen.indicator, Found(value, period or PERIOD))

    def values(self, indicator: str, dimension: str) -> list[str]:
        """Return none."""
        del indicator, dimension
        return []


def rolled(*units: Values, weights: tuple[Fraction, ...] = ()) -> RolledFigures:
    given = weights or (Fraction(1),) * len(units)
    members = [
        Member(unit=f"2004-0000{at}", weight=weight, is_estimate=weight < 1)
        for at, weight in enumerate(given)
    ]
    return RolledFigures(
        PERIOD, [Part(one, Told(of)) for one, of in zip(members, units, strict=True)]
    )


def test_flows_and_levels_are_added_up() -> None:
    figures = rolled({RECEIVED: 3, "education.pupils": 10}, {RECEIVED: 4, "education.pupils": 5})
    assert figures.figure(RECEIVED, {}).value == 7
    assert figures.figure("education.pupils", {}).value == 15


def test_a_ratio_is_one_of_sums() -> None:
    """Nine of ten, and none of thirty: 22.5 of a hundred, and not 45."""
    figures = rolled({EARLY: 0, ON_TIME: 9, RESOLVED: 10}, {EARLY: 0, ON_TIME: 0, RESOLVED: 30})
    assert figures.figure(RATE, {}).value == Decimal("22.50")


def test_a_part_of_a_unit_is_an_estimate() -> None:
    figure = rolled({RECEIVED: 3}, {RECEIVED: 4}, weights=(Fraction(1, 2), Fraction(1))).figure(
        RECEIVED, {}
    )
    assert (figure.value, figure.qualifier) == (Decimal("5.50"), Qualifier.ABOUT)


@pytest.mark.parametrize(
    "indicator",
    [
        "education.school_levels",
        "covid.vaccinated_share_target",
        "health.duty_hours_per_day",
        "report.years_in_office",
    ],
)
def test_what_holds_of_one_unit_is_of_none_of_several(indicator: str) -> None:
    figure = rolled({indicator: 1}, {indicator: 2}).figure(indicator, {})
    assert (figure.value, figure.absence) == (None, Absence.NOT_APPLICABLE)


def test_what_holds_of_one_unit_is_the_own_one_of_a_unit_that_others_went_into() -> None:
    told: list[Values] = [{"education.school_levels": "primary"}, {RECEIVED: 2}, {RECEIVED: 3}]
    parts = [
        Part(Member(unit=f"2004-0000{at}", weight=Fraction(1), is_estimate=False), Told(one))
        for at, one in enumerate(told)
    ]
    figures = RolledFigures(PERIOD, parts, holder="2004-00000")
    assert figures.figure("education.school_levels", {}).value == "primary"
    other = RolledFigures(PERIOD, parts, holder="2004-00001")
    assert other.figure("education.school_levels", {}).absence is Absence.MISSING
    assert figures.figure(RECEIVED, {}).value == 5


def test_what_is_missing_of_some_is_of_the_others_and_says_so() -> None:
    figures = rolled({RECEIVED: 3}, {}, {RECEIVED: Absence.NOT_APPLICABLE})
    assert figures.figure(RECEIVED, {}).value == 3
    assert figures.lacking(RECEIVED, {}) == ["2004-00001"]
    assert rolled({}, {}).figure(RECEIVED, {}).absence is Absence.MISSING


CELLS = st.lists(
    st.builds(
        a_cell,
        st.sampled_from(("received", "closed", "overdue")),
        st.integers(-400, 9).map(lambda days: DAY + timedelta(days=days)),
        st.integers(-3, 9),
        st.sampled_from(("registry.birth", "registry.death", "permits.land_file")),
        status=st.just("resolved"),
        timeliness=st.sampled_from(("early", "on_time", "late")),
        channel=st.sampled_from(("online", "in_person")),
    ),
    max_size=8,
)
WEIGHTS = st.sampled_from((Fraction(1), Fraction(1), Fraction(1, 3)))
COUNTED = [RATE, *(name for name, one in CATALOGUE.indicators.items() if one.terms)]


@given(st.lists(st.tuples(CELLS, WEIGHTS), min_size=1, max_size=4), st.sampled_from(COUNTED))
def test_what_is_counted_of_all_at_once_is_what_is_counted_of_each(
    units: list[tuple[list[Cell], Fraction]], indicator: str
) -> None:
    told = [tallies(cells) for cells, _ in units]
    parts = [
        part(Member(unit=f"2004-0000{at}", weight=weight, is_estimate=False), PERIOD, one)
        for at, (one, (_, weight)) in enumerate(zip(told, units, strict=True))
    ]
    sums = [one.sums for one in told]
    groups = CountedOfMany([Counted(some) for some in (sums[:1], sums[1:]) if some])
    each = RolledFigures(PERIOD, parts)

    for at_once in (RolledFigures(PERIOD, parts, one) for one in (Counted(sums), groups)):
        for narrowing in ({}, {"months": "24"}, {"year": str(DAY.year + 1)}):
            found = at_once.figure(indicator, narrowing)
            assert found == each.figure(indicator, narrowing)
        assert at_once.lacking(indicator, {}) == each.lacking(indicator, {})


def test_a_ratio_lacks_the_units_of_which_a_part_of_it_is_missing() -> None:
    figures = rolled({EARLY: 0, ON_TIME: 9, RESOLVED: 10}, {RESOLVED: 30})
    assert figures.lacking(RATE, {}) == ["2004-00001"]
