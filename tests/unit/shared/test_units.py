"""A unit is found by identity, or by its number and the day on which that number was in force."""

import subprocess
import sys
from datetime import date

import pytest

from shared.units import (
    REFORM,
    Kind,
    Unit,
    UnitNotInForce,
    UnknownUnit,
    resolve,
    successors,
    unit,
)

LAST_DAY_BEFORE = date(2025, 6, 30)

# Eight wards called Trần Hưng Đạo before the reform, and the unit that took each over.
NAMESAKES = {
    "00082": ("Quận Hoàn Kiếm", "Phường Cửa Nam"),
    "06685": ("Thành phố Hạ Long", "Phường Hồng Gai"),
    "10525": ("Thành phố Hải Dương", "Phường Hải Dương"),
    "11512": ("Thành phố Thuỷ Nguyên", "Phường Lưu Kiếm"),
    "12452": ("Thành phố Thái Bình", "Phường Trần Hưng Đạo"),
    "13666": ("Thành phố Nam Định", "Phường Nam Định"),
    "21022": ("Thành phố Quảng Ngãi", "Phường Cẩm Thành"),
    "23308": ("Thành phố Kon Tum", "Phường Đăk Bla"),
}


def test_one_number_means_two_units() -> None:
    assert resolve("10525", LAST_DAY_BEFORE) == Unit(
        id="2004-10525",
        code="10525",
        name="Phường Trần Hưng Đạo",
        kind=Kind.WARD,
        parent="Thành phố Hải Dương",
        above=("2004-288", "2004-30", "vn"),
        valid_from=None,
        valid_to=LAST_DAY_BEFORE,
    )
    assert resolve("10525", REFORM) == Unit(
        id="2025-10525",
        code="10525",
        name="Phường Hải Dương",
        kind=Kind.WARD,
        parent="Thành phố Hải Phòng",
        above=("2025-31", "vn"),
        valid_from=REFORM,
        valid_to=None,
    )


@pytest.mark.parametrize(("code", "parent", "heir"), [(c, *n) for c, n in NAMESAKES.items()])
def test_namesakes_are_told_apart(code: str, parent: str, heir: str) -> None:
    found = unit(f"2004-{code}")

    assert found.name == "Phường Trần Hưng Đạo"
    assert parent == found.parent
    assert [heir] == [taken.name for taken in successors(found)]


def test_a_unit_called_alike_after_the_reform_is_another_one() -> None:
    assert unit("2025-10570").name == unit("2004-10525").name
    assert unit("2025-10570") not in successors(unit("2004-10525"))


def test_an_identity_is_itself_on_every_day_on_which_it_is_valid() -> None:
    assert unit("2004-10525") == resolve("2004-10525", date(2021, 6, 1))
    assert unit("2004-10525") == resolve("2004-10525", LAST_DAY_BEFORE)
    assert unit("2025-10525") == resolve("2025-10525", REFORM)


def test_an_ended_unit_is_refused_with_its_last_day_and_its_successor() -> None:
    with pytest.raises(UnitNotInForce) as refusal:
        resolve("2004-10525", REFORM)

    assert str(refusal.value) == (
        "2004-10525, Phường Trần Hưng Đạo (Thành phố Hải Dương), was in force until 2025-06-30; "
        "succeeded by 2025-10525, Phường Hải Dương"
    )


def test_an_ended_unit_without_a_known_successor_says_so() -> None:
    with pytest.raises(UnitNotInForce, match="succeeded by no known unit"):
        resolve("2004-01651", REFORM)


def test_a_unit_is_refused_before_its_first_day() -> None:
    with pytest.raises(UnitNotInForce, match="is in force from 2025-07-01 on"):
        resolve("2025-10525", LAST_DAY_BEFORE)


def test_a_split_unit_has_several_successors() -> None:
    assert len(successors(unit("2004-00019"))) == 4


def test_a_unit_of_today_has_no_successor() -> None:
    assert successors(unit("2025-10525")) == ()


@pytest.mark.parametrize(
    ("unit_id", "kind"),
    [
        ("2004-10528", Kind.WARD),
        ("2004-10546", Kind.WARD),
        ("2004-03898", Kind.TOWNSHIP),
        ("2004-01651", Kind.COMMUNE),
        ("2025-11948", Kind.SPECIAL_ZONE),
    ],
)
def test_a_unit_is_of_a_kind(unit_id: str, kind: Kind) -> None:
    assert kind == unit(unit_id).kind


@pytest.mark.parametrize(
    "unknown",
    ["2004-99999", "2025-99999", "1999-10525", "2004-1", "10525x", "", "-", "2004-١٠٥٢٥", "99999"],
)
def test_what_no_register_has_is_unknown(unknown: str) -> None:
    with pytest.raises(UnknownUnit):
        resolve(unknown, REFORM)


def test_the_lists_are_not_read_before_a_unit_is_looked_up() -> None:
    """They cost a third of a second at every start otherwise."""
    program = "import sys, shared.units; print('vietnam_provinces' in sys.modules)"
    command = [sys.executable, "-c", program]
    ran = subprocess.run(command, capture_output=True, check=True)  # noqa: S603

    assert ran.stdout.strip() == b"False"
