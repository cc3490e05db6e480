"""Procedures are data: the file is checked whole, and a mistake is named by file and entry."""

from datetime import date
from pathlib import Path

import pytest

from shared.events import CATALOGUE, PUBLISHED
from shared.procedures import FIELDS, PROCEDURES, load, procedures_of
from shared.toml_files import BadFile

GOOD = """
[fields]
civil_status = "Hộ tịch"

[registry.birth]
field = "civil_status"
label_vi = "Đăng ký khai sinh"
act = "registry.birth.registered"

[[registry.birth.version]]
processing = { days = 1, kind = "working" }
basis = ""

[[registry.birth.version]]
valid_from = 2026-01-01
processing = { days = 0, kind = "working", closes_at = 15:00:00 }
basis = "Luật mới"
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
    assert birth.act == "registry.birth.registered"


def test_every_procedure_belongs_to_the_department_that_publishes_its_act() -> None:
    for procedure in PROCEDURES.values():
        assert CATALOGUE[procedure.act] in PUBLISHED[procedure.department]
        assert procedure.field in FIELDS


def test_every_act_of_the_departments_is_some_procedures_act() -> None:
    acts = {name for name in CATALOGUE if not name.startswith(("case.", "returns."))}
    not_the_last = {
        "permits.land_file.forwarded",
        "permits.land_file.came_back",
        "permits.inspection.recorded",
        "permits.inspection.minuted",
        "permits.inspection.fined",
        "permits.inspection.corrected",
        "petitions.petition.sorted",
        "petitions.mediation_session.held",
        "petitions.visit.received",
        "petitions.visit.corrected",
        "petitions.reception_schedule.set",
    }
    changes_of_entries = {
        "registry.entry.corrected",
        "registry.entry.cancelled",
        "registry.marriage.ended",
    }

    of_procedures = {found.act for found in PROCEDURES.values()} - {"case.resolved"}
    assert acts - not_the_last - changes_of_entries == of_procedures


def test_every_field_has_a_procedure() -> None:
    assert set(FIELDS) == {procedure.field for procedure in PROCEDURES.values()}


def test_a_department_has_its_procedures_and_no_other() -> None:
    assert [found.code for found in procedures_of("permits")] == [
        "permits.construction_permit",
        "permits.repair_application",
        "permits.construction_start",
        "permits.boundary_marking",
        "permits.land_file",
        "permits.land_transfer",
        "permits.land_split",
        "permits.land_exchange",
        "permits.land_assets",
    ]
    assert procedures_of("returns") == ()


def test_a_good_file_is_read(tmp_path: Path) -> None:
    fields, procedures = load(a_file(tmp_path, GOOD))

    assert fields == {"civil_status": "Hộ tịch"}
    assert list(procedures) == ["registry.birth"]


def test_a_case_keeps_the_version_of_the_day_of_its_receipt() -> None:
    mediation = PROCEDURES["petitions.mediation"]
    old, new = (mediation.version_on(date(2024, month, day)) for month, day in ((7, 31), (8, 1)))

    assert old is not None
    assert new is not None
    assert (old.processing.days, new.processing.days) == (45, 30)
    assert old.basis != new.basis


def test_before_the_first_version_and_after_the_end_a_procedure_is_not_in_use(
    tmp_path: Path,
) -> None:
    text = GOOD.replace('basis = ""', 'basis = ""\nvalid_from = 2016-01-01').replace(
        "act =", "valid_to = 2026-06-30\nact ="
    )
    birth = load(a_file(tmp_path, text))[1]["registry.birth"]
    days = [date(2015, 12, 31), date(2016, 1, 1), date(2026, 6, 30), date(2026, 7, 1)]

    assert [birth.version_on(day) is not None for day in days] == [False, True, True, False]


@pytest.mark.parametrize(
    ("right", "wrong", "line", "says"),
    [
        ("days = 1", "days = -1", 11, "processing, days"),
        ('"working" }', '"weekly" }', 11, "processing, kind"),
        ('basis = ""', "", 10, "basis"),
        ('basis = ""', 'basis = ""\nbases = ""', 13, "bases"),
        ('"Đăng ký khai sinh"', '""', 7, "label_vi"),
        ('act = "registry.birth', 'act = "registry.adoption', 8, "registry publishes no event"),
        ('act = "registry.birth.registered', 'act = "permits.boundary.marked', 8, "publishes no"),
        ('field = "civil_status"', 'field = "adoption"', 6, "there is no field adoption"),
        ("valid_from = 2026-01-01", "", 5, "valid from a day after"),
        ("[registry.birth]", "[police.birth]", 5, "police"),
    ],
)
def test_a_mistake_is_named_by_file_and_line(
    tmp_path: Path, right: str, wrong: str, line: int, says: str
) -> None:
    with pytest.raises(BadFile, match=says) as refusal:
        load(a_file(tmp_path, GOOD.replace(right, wrong, 1)))

    assert f"some.toml:{line}: " in str(refusal.value)
