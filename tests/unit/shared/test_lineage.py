"""What became of the units of 2004: nothing lost, nothing counted twice."""

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from services.returns.commands import TellWay
from shared import units, ways
from shared.events.lineage import (
    LineageCorrected,
    LineageData,
    Share,
    UnitLineage,
    Way,
    lineage_id,
)
from shared.lineage import Correction, Lineage
from shared.ways import Reform, faults, heirs
from tests.support.builders import an_event

TODAY = date(2026, 1, 1)
PLAIN = Lineage()
"""As it is by the lists and by law."""
PROVINCES = {units.unit(one).above[0] for one in units.every() if one.startswith("2025")}
FOUR = {"2004-10525", "2004-10514", "2004-10513", "2004-10516"}
LEGAL, OPERATES = date(2025, 6, 16), date(2025, 7, 1)


def test_four_wards_went_whole_into_phuong_hai_duong() -> None:
    edges = PLAIN.edges_into("2025-10525", TODAY)
    assert {one.old for one in edges} == FOUR
    assert {(one.share, one.weight, one.is_estimate) for one in edges} == {
        (Share.WHOLE, Fraction(1), False)
    }
    assert {(one.legal_on, one.operates_on) for one in edges} == {(LEGAL, OPERATES)}


def test_a_ward_of_which_nothing_more_is_known_is_split_evenly_as_an_estimate() -> None:
    """Phường Trần Phú went into two."""
    edges = PLAIN.edges_from("2004-10528", TODAY)
    assert [(one.share, one.weight, one.is_estimate) for one in edges] == [
        (Share.PART, Fraction(1, 2), True)
    ] * 2


def test_land_alone_takes_nobody_with_it_and_is_known_from_its_day_on() -> None:
    """Xã Hòa Bình: its people to xã Kim Thành, some of its land to xã Hà Nam."""
    shares = {one.new: one.share for one in PLAIN.edges_from("2004-10798", TODAY)}
    assert shares == {"2025-10804": Share.WHOLE, "2025-10843": Share.LAND}
    assert "2004-10798" not in {one.unit for one in PLAIN.members("2025-10843", TODAY)}
    before = PLAIN.edges_from("2004-10798", LEGAL - timedelta(days=1))
    assert {one.weight for one in before} == {Fraction(1, 2)}


def test_every_unit_counts_once_in_the_provinces_of_today() -> None:
    """But those that had ended before the list's last state, of which nothing came."""
    whole = defaultdict[str, Fraction](Fraction)
    for province in PROVINCES:
        for one in PLAIN.members(province, TODAY):
            whole[one.unit] += one.weight
    assert set(whole.values()) == {1}
    lost = [one for one in units.every() if one not in whole]
    assert {units.successors(units.unit(one)) for one in lost} == {()}
    assert len(lost) == 28


def test_the_wards_of_a_city_hold_what_is_in_it_in_today_s_borders() -> None:
    """The parts of its wards, over the units that they went into, add up to them."""
    city = units.under("2004-288")
    heirs = {edge.new for one in city for edge in PLAIN.edges_from(one, TODAY)}
    whole = defaultdict[str, Fraction](Fraction)
    for heir in heirs:
        for one in PLAIN.members(heir, TODAY):
            whole[one.unit] += one.weight
    assert {whole[one] for one in city} == {1}


def test_the_borders_of_then_hold_what_came_from_there() -> None:
    """A unit of 2025 made of four wards is a quarter in each of them, wholly in their city."""
    in_ward = {one.unit: one for one in PLAIN.members("2004-10525", TODAY)}
    assert (in_ward["2025-10525"].weight, in_ward["2025-10525"].is_estimate) == (
        Fraction(1, 4),
        True,
    )
    in_city = {one.unit: one for one in PLAIN.members("2004-288", TODAY)}
    assert (in_city["2025-10525"].weight, in_city["2025-10525"].is_estimate) == (
        Fraction(1),
        False,
    )


def test_the_country_is_every_unit_of_both_lists() -> None:
    assert len(PLAIN.members(units.COUNTRY, TODAY)) == 13_372


@pytest.mark.parametrize("holder", ["2025-99", "vn-1", "", "2004-10525x", "2025-00000"])
def test_what_no_list_has_is_refused(holder: str) -> None:
    with pytest.raises(units.UnknownUnit):
        PLAIN.members(holder, TODAY)


def test_the_file_says_nothing_that_the_lists_do_not_know() -> None:
    """A way that is none would lose what it takes away."""
    told = ways.told("2004-10525", [Way(new="2025-10543", share=Share.WHOLE)], "-")
    with pytest.raises(ValueError, match=r"2004-10525, ways\.0\.new: the lists know of nothing"):
        Reform(legal_on=LEGAL, operates_on=OPERATES, lineage=(told,))


SPLIT = [one for one in units.under("2004-30") if len(heirs(one)) > 1]
"""Units of tỉnh Hải Dương that went into several."""
DAYS = st.integers(-3, 40).map(lambda days: OPERATES + timedelta(days))


@st.composite
def lineages(draw: st.DrawFn, unit: str) -> UnitLineage:
    """Draw how many people of a unit went where; nobody into some, where land alone went."""
    people = draw(st.lists(st.integers(0, 5), min_size=len(heirs(unit)), max_size=len(heirs(unit))))
    people = people if any(people) else [1] * len(people)
    weights = [Fraction(one, sum(people)) for one in people]
    told = [
        Way(
            new=new,
            share=Share.LAND if not weight else Share.WHOLE if weight == 1 else Share.PART,
            weight=weight if 0 < weight < 1 else None,
        )
        for new, weight in zip(heirs(unit), weights, strict=True)
    ]
    return ways.told(unit, draw(st.permutations(told)), "Nghị quyết")


@st.composite
def corrections(draw: st.DrawFn) -> list[Correction]:
    """Draw versions of lineages of some units, each recorded on whatever day, in any order."""
    some = draw(st.lists(st.sampled_from(SPLIT), unique=True, max_size=4))
    told = [
        Correction(sequence=sequence, recorded_on=draw(DAYS), told=draw(lineages(unit)))
        for unit in some
        for sequence in range(1, draw(st.integers(1, 3)) + 1)
    ]
    return draw(st.permutations(told))


def weights_told(told: UnitLineage) -> dict[str, Fraction]:
    return {way.new: ways.weight_of(way) for way in told.ways}


@given(corrections(), DAYS)
@settings(max_examples=20, deadline=None)
def test_whatever_is_corrected_every_unit_counts_once_in_the_provinces_of_today(
    told: list[Correction], day: date
) -> None:
    lineage = Lineage(told)
    whole = defaultdict[str, Fraction](Fraction)
    for province in PROVINCES:
        for one in lineage.members(province, day):
            whole[one.unit] += one.weight
    assert set(whole.values()) == {1}
    inside = defaultdict[str, Fraction](Fraction)
    for heir in {heir for unit in SPLIT for heir in heirs(unit)}:
        for one in lineage.members(heir, day):
            inside[one.unit] += one.weight
    assert {inside[unit] for unit in SPLIT} == {1}


@given(corrections(), DAYS)
@settings(deadline=None)
def test_of_a_unit_holds_what_was_told_last_and_before_anything_was_what_the_lists_say(
    told: list[Correction], day: date
) -> None:
    lineage = Lineage(told)
    for unit in SPLIT:
        held = None
        for one in sorted((o for o in told if o.told.unit == unit), key=lambda o: o.sequence):
            if one.recorded_on > day:
                break  # later versions hold no earlier than this one
            held = one.told
        edges = lineage.edges_from(unit, day)
        if held is None:
            assert edges == PLAIN.edges_from(unit, day)
        else:
            assert {one.new: one.weight for one in edges} == weights_told(held)
            assert {(one.is_estimate, one.legal_basis) for one in edges} == {(False, "Nghị quyết")}
        for edge in edges:
            assert edge in lineage.edges_into(edge.new, day)


@given(corrections(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_in_which_corrections_are_read_says_nothing(
    told: list[Correction], chance: Random
) -> None:
    others = chance.sample(told, len(told))
    lineage, other = Lineage(told), Lineage(others)
    for day in {one.recorded_on for one in told} | {TODAY}:
        for unit in SPLIT:
            assert lineage.edges_from(unit, day) == other.edges_from(unit, day)


def test_what_the_law_says_is_corrected_like_what_the_lists_say() -> None:
    parts = [
        Way(new="2025-10804", share=Share.PART, weight=Fraction(9, 10)),
        Way(new="2025-10843", share=Share.PART, weight=Fraction(1, 10)),
    ]
    told = ways.told("2004-10798", parts, "Nghị quyết")
    lineage = Lineage([Correction(sequence=1, recorded_on=OPERATES, told=told)])
    weights = [
        {one.new: one.weight for one in lineage.edges_from("2004-10798", day)}
        for day in (LEGAL, OPERATES)
    ]
    assert weights == [{"2025-10804": 1, "2025-10843": 0}, weights_told(told)]


def test_a_correction_moves_its_unit_s_heirs_in_the_borders_of_then_too() -> None:
    """An heir is made of several: what each of these gave is weighed anew, though it gave all."""
    unit = SPLIT[0]
    heir = heirs(unit)[0]
    told = ways.told(
        unit,
        [Way(new=one, share=Share.WHOLE if one == heir else Share.LAND) for one in heirs(unit)],
        "Nghị quyết",
    )
    corrected = Lineage([Correction(sequence=1, recorded_on=OPERATES, told=told)])
    for old in (one.old for one in PLAIN.edges_into(heir, TODAY) if one.old != unit):
        before, after = (
            {one.unit: one.weight for one in lineage.members(old, TODAY)}[heir]
            for lineage in (PLAIN, corrected)
        )
        assert after < before


def test_days_on_which_the_same_was_known_share_what_is_worked_out() -> None:
    """A year of reports as of each day works the lineage of a city out once."""
    worked_out = {id(PLAIN.members("2004-288", TODAY + timedelta(days))) for days in range(365)}
    assert len(worked_out) == 1


HALF = Fraction(1, 2)
HEIRS = ("2025-10532", "2025-10537")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([("part", HALF), ("part", HALF)], []),
        ([("whole", None), ("land", None)], []),
        ([("part", HALF), ("part", Fraction(1, 3))], [("ways", "weights_do_not_add_up")]),
        ([("whole", None), ("whole", None)], [("ways", "weights_do_not_add_up")]),
        ([("land", None), ("land", None)], [("ways", "weights_do_not_add_up")]),
        (
            [("part", None), ("part", HALF)],
            [("ways.0.weight", "weight_of_part"), ("ways", "weights_do_not_add_up")],
        ),
        (
            [("whole", None), ("land", HALF)],
            [("ways.1.weight", "weight_of_part"), ("ways", "weights_do_not_add_up")],
        ),
        (
            [("part", Fraction(3, 2)), ("part", Fraction(0))],
            [
                ("ways.0.weight", "weight_out_of_range"),
                ("ways.1.weight", "weight_out_of_range"),
                ("ways", "weights_do_not_add_up"),
            ],
        ),
        ([("whole", None)], [("ways", "ways_missing")]),
    ],
)
def test_what_is_told_of_a_unit_must_be_all_of_it(
    told: list[tuple[str, Fraction | None]], expected: list[tuple[str, str]]
) -> None:
    some = [
        Way(new=new, share=Share(share), weight=weight)
        for new, (share, weight) in zip(HEIRS, told, strict=False)
    ]
    found = [(one.field, one.rule) for one in faults(ways.told("2004-10528", some, "-"))]
    assert found == expected


def test_no_way_is_told_twice_and_none_that_the_lists_do_not_know() -> None:
    some = [Way(new=new, share=Share.PART, weight=HALF) for new in (HEIRS[0], HEIRS[0])]
    found = [(one.field, one.rule) for one in faults(ways.told("2004-10528", some, "-"))]
    assert found == [("ways.1.new", "way_twice"), ("ways", "ways_missing")]
    some = [Way(new=new, share=Share.PART, weight=HALF) for new in (HEIRS[0], "2025-10525")]
    found = [(one.field, one.rule) for one in faults(ways.told("2004-10528", some, "-"))]
    assert found == [("ways.1.new", "no_such_way"), ("ways", "ways_missing")]


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("2/3", Fraction(2, 3)),
        ("4512/6713", Fraction(4512, 6713)),
        ("0.62", Fraction(31, 50)),
        (0.62, Fraction(31, 50)),
        ("0.12345679", Fraction(12_345_679, 10**8)),
        (1, Fraction(1)),
    ],
)
def test_a_weight_is_exactly_what_is_written(told: object, meant: Fraction) -> None:
    way = Way.model_validate({"new": HEIRS[0], "share": "part", "weight": told})
    assert way.weight == meant
    assert Way.model_validate_json(way.model_dump_json()) == way


@pytest.mark.parametrize(
    "told",
    [
        *("", "2/0", "-1/2", "1e3", "½", "a", True, [], "1/2/3", " 1/2", "1_0"),
        *("0.123456789", "10.5", Fraction(1, 10**9), Fraction(-1, 2)),
    ],
)
def test_what_is_no_weight_is_refused(told: object) -> None:
    with pytest.raises(ValidationError, match="is not a weight"):
        Way.model_validate({"new": HEIRS[0], "share": "part", "weight": told})


WRITTEN = st.from_regex(r"[0-9]{1,10}([./][0-9]{1,10})?", fullmatch=True)


@given(WRITTEN | st.floats(0, 2) | st.integers(0) | st.fractions(0, 2))
@example("0.123456789")
@example("0.12345679")
def test_whatever_weight_is_accepted_is_read_back_from_its_event_the_same(told: object) -> None:
    """Or the event would be a dead letter, and its unit could never be corrected again."""
    try:
        command = TellWay.model_validate({"new": HEIRS[0], "share": "part", "weight": told})
    except ValidationError:
        return
    some = [Way(new=HEIRS[0], share=Share.PART, weight=command.weight)]
    data = LineageData(lineage=ways.told("2004-10528", some, "Nghị quyết"))
    event = an_event(
        LineageCorrected, data, subject=lineage_id("2004-10528"), source="/wardbook/returns"
    )
    assert LineageCorrected.model_validate_json(event.model_dump_json()) == event
