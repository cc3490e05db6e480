"""Procedures are data: the file is checked whole, and a mistake is named by file and entry."""

from pathlib import Path

import pytest

from shared.events import CATALOGUE, PUBLISHED
from shared.procedures import FIELDS, PROCEDURES, BadProcedures, load, procedures_of

GOOD = """
[fields]
civil_status = "Hộ tịch"

[registry.birth]
field = "civil_status"
label_vi = "Đăng ký khai sinh"
processing = { days = 1, kind = "working" }
act = "registry.birth.registered"
basis = ""
"""


def a_file(folder: Path, text: str) -> Path:
    path = folder / "some.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_procedure_is_known_by_its_code() -> None:
    birth = PROCEDURES["registry.birth"]

    assert birth.code == "registry.birth"
    assert birth.department == "registry"
    assert FIELDS[birth.field] == "Hộ tịch"
    assert birth.label_vi == "Đăng ký khai sinh"
    assert (birth.processing.days, birth.processing.kind) == (1, "working")
    assert birth.act == "registry.birth.registered"


def test_every_procedure_belongs_to_the_department_that_publishes_its_act() -> None:
    for procedure in PROCEDURES.values():
        assert CATALOGUE[procedure.act] in PUBLISHED[procedure.department]
        assert procedure.field in FIELDS


def test_every_act_of_the_departments_is_some_procedures_act() -> None:
    acts = {name for name in CATALOGUE if not name.startswith(("case.", "returns."))}
    not_of_cases = {
        "petitions.visit.received",
        "petitions.visit.corrected",
        "petitions.reception_schedule.set",
    }

    assert acts - not_of_cases == {found.act for found in PROCEDURES.values()} - {"case.resolved"}


def test_every_field_has_a_procedure() -> None:
    assert set(FIELDS) == {procedure.field for procedure in PROCEDURES.values()}


def test_a_department_has_its_procedures_and_no_other() -> None:
    assert [found.code for found in procedures_of("permits")] == [
        "permits.construction_permit",
        "permits.repair_application",
        "permits.construction_start",
        "permits.boundary_marking",
        "permits.land_file",
    ]
    assert procedures_of("returns") == ()


def test_a_good_file_is_read(tmp_path: Path) -> None:
    fields, procedures = load(a_file(tmp_path, GOOD))

    assert fields == {"civil_status": "Hộ tịch"}
    assert list(procedures) == ["registry.birth"]


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("days = 1", "days = 0", "processing.days"),
        ('"working"', '"weekly"', "processing.kind"),
        ('basis = ""', "", "basis"),
        ('basis = ""', 'basis = ""\nbases = ""', "bases"),
        ('"Đăng ký khai sinh"', '""', "label_vi"),
        ('act = "registry.birth', 'act = "registry.adoption', "registry publishes no event"),
        ('act = "registry.birth.registered', 'act = "permits.boundary.marked', "publishes no"),
        ('field = "civil_status"', 'field = "adoption"', "there is no field adoption"),
    ],
)
def test_a_mistake_is_named_by_file_and_entry(
    tmp_path: Path, right: str, wrong: str, says: str
) -> None:
    with pytest.raises(BadProcedures, match=says) as refusal:
        load(a_file(tmp_path, GOOD.replace(right, wrong)))

    assert str(refusal.value).startswith("some.toml, registry.birth: ")


def test_a_department_that_publishes_nothing_has_no_procedures(tmp_path: Path) -> None:
    with pytest.raises(BadProcedures, match="police publishes no event"):
        load(a_file(tmp_path, GOOD.replace("[registry.birth]", "[police.birth]")))
