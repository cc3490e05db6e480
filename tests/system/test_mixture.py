"""A mixture of everything that clerks do, against a naive count of the same commands."""

from datetime import date

from tests.support.wardbook import Wardbook
from tests.system.clerks import expected_figures, tell_many

PERIODS = [
    (date(2023, 1, 1), date(2024, 12, 31)),
    (date(2023, 4, 1), date(2023, 6, 30)),
    (date(2023, 10, 17), date(2024, 2, 29)),
    (date(2024, 3, 5), date(2024, 3, 5)),
]
KNOWN = [date(2023, 5, 20), date(2023, 12, 31), date(2024, 3, 5), date(2024, 4, 1), None]


async def test_the_report_equals_a_naive_count_of_the_accepted_commands(
    wardbook: Wardbook,
) -> None:
    """Whatever period and as-of day are asked, in both units between which cases move."""
    units = (wardbook.new_unit(), wardbook.new_unit())
    stories = await tell_many(wardbook, units, seed=20_231_130, cases=300, visits=40)
    await wardbook.settled()
    assert sum(len(story.versions) for story in stories) > 500
    differences = []
    for unit in units:
        for start, end in PERIODS:
            for as_of in KNOWN:
                figures = await wardbook.figures(unit, start, end, as_of)
                wanted = expected_figures(stories, unit, start, end, as_of or date.max)
                differences += [
                    (unit, start, end, as_of, key, value, figures.get(key))
                    for key, value in wanted.items()
                    if figures.get(key) != value
                ]
    assert differences == []


async def test_declared_lines_are_printed_as_corrected_and_as_of_their_day(
    wardbook: Wardbook,
) -> None:
    """A return's amounts, an absence and a correction reach the report of the year they are for."""
    unit = wardbook.new_unit()
    year = {"period_start": "2023-01-01", "period_end": "2023-12-31"}
    figures = [
        {"indicator": "budget.revenue_actual", "amount": 4_729_000_000},
        {"indicator": "budget.revenue_plan", "amount": 0},
        {"indicator": "budget.expenditure_actual", "absence": "missing"},
    ]
    first = await wardbook.told(
        "returns",
        "/returns",
        {"unit": unit, "form": "budget", **year, "figures": figures},
        recorded_on=date(2024, 1, 15),
    )
    right = [{"indicator": "budget.revenue_plan", "amount": 4_729_000_000}]
    right += [{"indicator": "budget.expenditure_actual", "amount": 7}]
    await wardbook.told(
        "returns",
        f"/returns/{first['id']}/correction",
        {"figures": right, "reason": "Đối chiếu với Kho bạc"},
        recorded_on=date(2024, 2, 20),
    )
    await wardbook.settled()
    before = await wardbook.figures(unit, date(2023, 1, 1), date(2023, 12, 31), date(2024, 2, 19))
    after = await wardbook.figures(unit, date(2023, 1, 1), date(2023, 12, 31), date(2024, 2, 20))
    assert before["budget.revenue_actual?year=2023"] == 4_729_000_000
    assert before["budget.revenue_plan?year=2023"] == 0
    assert before["budget.revenue_plan_attainment?year=2023"] == "not_applicable"
    assert before["budget.expenditure_actual?year=2023"] == "missing"
    assert after["budget.revenue_actual?year=2023"] == 4_729_000_000
    assert after["budget.revenue_plan_attainment?year=2023"] == "100.00"
    assert after["budget.expenditure_actual?year=2023"] == 7
