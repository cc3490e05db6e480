"""The sample of a city: every unit is in it, it is the same each time, and its totals hold."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

import pytest

from deploy.sample.city import expected_totals, generate_city, unit_ids
from deploy.sample.generator import generate
from deploy.sample.steps import Subject
from shared import units
from tests.support.sample_ward import Record, case_of, recount

DISTRICT, CITY, WARD = "2004-288", "2025-31", "2004-10525"
END = date(2026, 6, 30)


@pytest.fixture(scope="module")
def city() -> Sequence[Subject]:
    """Return the sample of the city."""
    return generate_city()


@pytest.fixture(scope="module")
def cases(city: Sequence[Subject]) -> Sequence[Record]:
    """Return the cases that count on the last day, by an independent replay of the commands."""
    return [record for record in recount(city, END) if "procedure" in record]


def test_every_unit_of_the_district_and_each_successor_has_work_of_every_kind(
    cases: Sequence[Record],
) -> None:
    """By the lists of units themselves, not by the sample's own."""
    old = {one for one in units.every() if DISTRICT in units.unit(one).above}
    heirs = {heir.id for one in old for heir in units.successors(units.unit(one))}
    services: dict[str, set[str]] = {}
    for case in cases:
        services.setdefault(case["unit"], set()).add(case["service"])
    assert len(old) == 24
    assert services.keys() == old | heirs == {one for each in unit_ids() for one in each}
    assert all(each == {"registry", "permits", "petitions"} for each in services.values())


def test_somebody_of_the_city_answers_for_all_of_it() -> None:
    """The reader of the province of today reads the units of then too."""
    assert all(CITY in units.answering(one) for each in unit_ids() for one in each)


def test_a_run_gives_the_steps_of_the_run_before(city: Sequence[Subject]) -> None:
    """The same keys too, so that what is loaded twice changes nothing; no key comes twice."""
    assert generate_city() == city
    keys = [step.key for subject in city for step in subject.steps]
    assert len(keys) == len(set(keys))


def test_totals_are_those_of_a_recount(cases: Sequence[Record]) -> None:
    """For each unit; a district's is the sum of its units'."""
    assert Counter(case["unit"] for case in cases) == expected_totals()
    old, _ = unit_ids()
    of_district = [case for case in cases if DISTRICT in units.unit(case["unit"]).above]
    assert len(of_district) == sum(expected_totals()[one] for one in old)


def test_the_sample_ward_keeps_its_own_sample(city: Sequence[Subject]) -> None:
    """It is in the city with its keys, and before its end nothing else is told of that ward."""
    own = generate()
    keys = {subject.steps[0].key for subject in own}
    others = [subject for subject in city if subject.steps[0].key not in keys]
    assert len(others) == len(city) - len(own)
    begins = date(2023, 12, 1)
    for subject in others:
        if subject.steps[0].body["unit"] == WARD:
            assert min(step.recorded_on for step in subject.steps) >= begins


def test_every_case_is_a_valid_case_of_its_unit_while_there_is_the_unit(
    city: Sequence[Subject], cases: Sequence[Record]
) -> None:
    """Days of cases and of recording lie within the unit's days and never run backwards."""
    for record in cases:
        case, unit = case_of(record), units.unit(record["unit"])
        ends = min(END, unit.valid_to or END)
        begins = max(date(2021, 1, 1), unit.valid_from or date.min)
        assert begins <= case.received_on <= (case.closed_on or ends) <= ends
    for subject in city:
        days = [step.recorded_on for step in subject.steps]
        assert days == sorted(days)
        unit = units.unit(str(subject.steps[0].body["unit"]))
        assert (unit.valid_from or days[0]) <= days[0] <= days[-1] <= (unit.valid_to or END)


def test_there_is_something_to_look_at(city: Sequence[Subject], cases: Sequence[Record]) -> None:
    """Cases late, overdue, open, withdrawn and corrected; mediations that ended either way."""
    of_city = [case_of(record) for record in cases]
    closed = [case for case in of_city if case.closed_on is not None]
    late = Counter(case.unit for case in closed if (case.closed_on or END) > case.due_on)
    still_open = [case for case in of_city if case.closed_on is None]
    overdue = [case for case in still_open if case.due_on < END]
    assert len(late) > 10
    assert len(still_open) > len(overdue) > 10
    assert {case.outcome for case in of_city} >= {"reconciled", "not_reconciled"}
    told = Counter(step.path for subject in city for step in subject.steps)
    assert told["/cases/{id}/withdrawal"] > 100
    assert told["/cases/{id}/correction"] > 50
    assert told["/visits"] > 100


def test_some_budgets_are_filed_and_some_are_missing(city: Sequence[Subject]) -> None:
    """Of the four whole years and the half one of each old unit."""
    old, _ = unit_ids()
    filed = Counter(
        str(step.body["unit"])
        for subject in city
        for step in subject.steps
        if step.body.get("form") == "budget"
    )
    owed_of_one = 5
    assert set(filed.values()) >= {owed_of_one, owed_of_one - 1}
    assert 0 < sum(filed[one] for one in old if one != WARD) < owed_of_one * (len(old) - 1)
