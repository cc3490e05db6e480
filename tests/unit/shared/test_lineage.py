"""What became of the units of 2004: nothing lost, nothing counted twice."""

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction

import pytest

from shared import lineage, units
from shared.lineage import Share, edges_from, edges_into, members

TODAY = date(2026, 1, 1)
FOUR = {"2004-10525", "2004-10514", "2004-10513", "2004-10516"}
LEGAL, OPERATES = date(2025, 6, 16), date(2025, 7, 1)


def test_four_wards_went_whole_into_phuong_hai_duong() -> None:
    edges = edges_into("2025-10525", TODAY)
    assert {one.old for one in edges} == FOUR
    assert {(one.share, one.weight, one.is_estimate) for one in edges} == {
        (Share.WHOLE, Fraction(1), False)
    }
    assert {(one.legal_on, one.operates_on) for one in edges} == {(LEGAL, OPERATES)}


def test_a_ward_of_which_nothing_more_is_known_is_split_evenly_as_an_estimate() -> None:
    """Phường Trần Phú went into two."""
    edges = edges_from("2004-10528", TODAY)
    assert [(one.share, one.weight, one.is_estimate) for one in edges] == [
        (Share.PART, Fraction(1, 2), True)
    ] * 2


def test_land_alone_takes_nobody_with_it_and_is_known_from_its_day_on() -> None:
    """Xã Hòa Bình: its people to xã Kim Thành, some of its land to xã Hà Nam."""
    shares = {one.new: one.share for one in edges_from("2004-10798", TODAY)}
    assert shares == {"2025-10804": Share.WHOLE, "2025-10843": Share.LAND}
    assert "2004-10798" not in {one.unit for one in members("2025-10843", TODAY)}
    before = edges_from("2004-10798", LEGAL - timedelta(days=1))
    assert {one.weight for one in before} == {Fraction(1, 2)}


def test_every_unit_counts_once_in_the_provinces_of_today() -> None:
    """But those that had ended before the list's last state, of which nothing came."""
    whole = defaultdict[str, Fraction](Fraction)
    provinces = {units.unit(one).above[0] for one in units.every() if one.startswith("2025")}
    for province in provinces:
        for one in members(province, TODAY):
            whole[one.unit] += one.weight
    assert set(whole.values()) == {1}
    lost = [one for one in units.every() if one not in whole]
    assert {units.successors(units.unit(one)) for one in lost} == {()}
    assert len(lost) == 28


def test_the_wards_of_a_city_hold_what_is_in_it_in_today_s_borders() -> None:
    """The parts of its wards, over the units that they went into, add up to them."""
    city = units.under("2004-288")
    heirs = {edge.new for one in city for edge in edges_from(one, TODAY)}
    whole = defaultdict[str, Fraction](Fraction)
    for heir in heirs:
        for one in members(heir, TODAY):
            whole[one.unit] += one.weight
    assert {whole[one] for one in city} == {1}


def test_the_borders_of_then_hold_what_came_from_there() -> None:
    """A unit of 2025 made of four wards is a quarter in each of them, wholly in their city."""
    in_ward = {one.unit: one for one in members("2004-10525", TODAY)}
    assert (in_ward["2025-10525"].weight, in_ward["2025-10525"].is_estimate) == (
        Fraction(1, 4),
        True,
    )
    in_city = {one.unit: one for one in members("2004-288", TODAY)}
    assert (in_city["2025-10525"].weight, in_city["2025-10525"].is_estimate) == (
        Fraction(1),
        False,
    )


def test_the_country_is_every_unit_of_both_lists() -> None:
    assert len(members(units.COUNTRY, TODAY)) == 13_372


def test_days_on_which_the_same_was_known_share_what_is_worked_out() -> None:
    """A year of reports as of each day works the lineage of the country out once."""
    members("2004-288", TODAY)
    kept = [cached.cache_info().currsize for cached in (lineage._into, lineage._members)]
    for days in range(365):
        members("2004-288", TODAY + timedelta(days))
    assert [one.cache_info().currsize for one in (lineage._into, lineage._members)] == kept


@pytest.mark.parametrize("holder", ["2025-99", "vn-1", "", "2004-10525x", "2025-00000"])
def test_what_no_list_has_is_refused(holder: str) -> None:
    with pytest.raises(units.UnknownUnit):
        members(holder, TODAY)


def test_the_file_says_nothing_that_the_lists_do_not_know() -> None:
    """A correction of a way that is none would lose what it takes away."""
    wrong = {
        "legal_on": LEGAL,
        "operates_on": OPERATES,
        "edge": [{"from": "2004-10525", "to": "2025-10543", "share": "land", "recorded_on": LEGAL}],
    }
    with pytest.raises(ValueError, match="know no way from 2004-10525"):
        lineage._File.model_validate(wrong)
