"""How many ends of a process are too many."""

from deploy.supervisor import Deaths


def test_three_deaths_within_a_minute_are_too_many() -> None:
    deaths = Deaths()
    assert [deaths.are_too_many(now) for now in (0, 30, 60)] == [False, False, True]


def test_deaths_that_are_far_apart_are_forgiven() -> None:
    deaths = Deaths()
    assert not any(deaths.are_too_many(now) for now in (0, 30, 61, 92, 123))
