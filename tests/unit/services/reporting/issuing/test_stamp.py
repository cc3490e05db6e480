"""What issuing prints: number, day, signer, waivers, what a replacing report or a letter says."""

import re
from dataclasses import replace
from datetime import date
from functools import cache
from html import unescape
from io import BytesIO

import pytest
from docx import Document
from docx.oxml.ns import qn
from pypdf import PdfReader

from services.reporting.issuing.kept import Told, kept
from services.reporting.issuing.letter import FormError, letter
from services.reporting.issuing.model import Action, State, Step
from services.reporting.issuing.restatement import Restated
from services.reporting.issuing.stamp import Stamp, notation, reference, replacing, stamped
from services.reporting.report import TERM, Report, build, load, to_json
from services.reporting.report.content import Table
from services.reporting.report.model import Verdict
from shared.people import Capacity, Role
from tests.support.builders import at
from tests.support.fixed_figures import HEADING, FixedFigures
from tests.support.forms_of_reports import FORMS

DRAWN = build(load(TERM), HEADING, FixedFigures({"registry.applications_withdrawn": 0}))
WAIVER = Step(
    action=Action.WAIVE,
    person="Người chấp nhận mẫu",
    role=Role.CONTROLLER,
    at=at(),
    state=State.DRAFT,
    reason="35 hồ sơ do người nộp rút",
    check="registry-files",
)
STAMP = Stamp(number=5, dated=date(2024, 1, 5), signer="Người ký mẫu", waivers=[WAIVER])
NAME = "Báo cáo số 05/BC-UBND ngày 05 tháng 01 năm 2024"
PRINTED = ("html", "docx", "pdf")


def printed(report: Report, form: str) -> str:
    """Return all that a form of a report says, with single spaces."""
    made = FORMS[form].render(report)
    if form == "html":
        text = unescape(re.sub(r"(?s)<style>.*?</style>|<[^>]+>", " ", made.decode()))
    elif form == "docx":
        nodes = Document(BytesIO(made)).element.body.iter(qn("w:t"), qn("w:br"), qn("w:p"))
        text = "".join((node.text or "") if node.tag == qn("w:t") else " " for node in nodes)
    else:
        text = " ".join(page.extract_text() for page in PdfReader(BytesIO(made)).pages)
    return " ".join(text.split()).replace("BC- UBND", "BC-UBND")


@cache
def issued(form: str) -> str:
    return printed(stamped(DRAWN, STAMP), form)


@cache
def the_letter() -> Report:
    errors = [FormError(place="mục II.8", printed="{P.}", right="Phường")]
    return letter(kept(to_json(DRAWN)), NAME, errors)


def test_the_broken_check_is_broken() -> None:
    """Otherwise the waiver would be of nothing."""
    checks = {check.id: check for check in DRAWN.checks}
    assert checks["registry-files"].verdict is Verdict.BROKEN


@pytest.mark.parametrize("form", PRINTED)
def test_an_issued_report_bears_number_day_and_signer(form: str) -> None:
    text = issued(form)

    assert "Số: 05/BC-UBND" in text
    assert "Phường Trần Hưng Đạo, ngày 05 tháng 01 năm 2024" in text
    assert "CHỦ TỊCH Người ký mẫu" in text
    attached = (
        "(Kèm theo Báo cáo số 05/BC-UBND ngày 05 tháng 01 năm 2024 của Ủy ban nhân dân phường"
    )
    assert text.count(attached) == 4
    assert "số /BC-UBND" not in text.lower()
    assert "ngày tháng" not in text


@pytest.mark.parametrize("form", PRINTED)
def test_a_waiver_stands_beside_its_broken_check(form: str) -> None:
    """Who waived it, when and why; between the check's name and its two sides."""
    check = next(check for check in DRAWN.checks if check.id == "registry-files")
    told = (
        f"{check.label}. Số liệu không khớp này được Người chấp nhận mẫu chấp nhận"
        " ngày 14 tháng 11 năm 2023; lý do: 35 hồ sơ do người nộp rút."
    )

    text = issued(form)

    assert text.count(f"{told} 3.356 = 3.321 35 Lỗi Không khớp") == 1
    assert text.count("được Người chấp nhận mẫu chấp nhận") == 1


SIGNED = (
    (Capacity.COLLECTIVE, "", "TM. ỦY BAN NHÂN DÂN CHỦ TỊCH Người ký mẫu"),
    (Capacity.ACTING, "", "TM. ỦY BAN NHÂN DÂN Q. CHỦ TỊCH Người ký mẫu"),
    (
        *(Capacity.DEPUTY, "Phó Chủ tịch"),
        "TM. ỦY BAN NHÂN DÂN KT. CHỦ TỊCH PHÓ CHỦ TỊCH Người ký mẫu",
    ),
    (Capacity.BY_ORDER, "Chánh Văn phòng", "TL. CHỦ TỊCH CHÁNH VĂN PHÒNG Người ký mẫu"),
    (Capacity.AUTHORISED, "Trưởng Công an", "TUQ. CHỦ TỊCH TRƯỞNG CÔNG AN Người ký mẫu"),
)


@pytest.mark.parametrize("form", PRINTED)
@pytest.mark.parametrize(("capacity", "position", "block"), SIGNED)
def test_the_right_of_the_signer_stands_over_position_and_name(
    capacity: Capacity, position: str, block: str, form: str
) -> None:
    """Phụ lục I, mục II.7: the letter bears it as the report does, and nothing of another right."""
    stamp = Stamp(number=5, dated=STAMP.dated, signer="Người ký mẫu", capacity=capacity)

    text = printed(stamped(the_letter(), replace(stamp, position=position)), form)

    assert block in text
    assert text.count("CHỦ TỊCH") == block.count("CHỦ TỊCH")
    assert text.count("TM. ỦY BAN NHÂN DÂN") == block.count("TM.")


def test_a_waiver_is_never_left_out() -> None:
    """Though the report has no annex that would bear it."""
    without = DRAWN.model_copy(update={"annexes": DRAWN.annexes[1:]})

    with pytest.raises(ValueError, match="registry-files"):
        stamped(without, STAMP)


def test_without_waivers_the_annexes_are_as_drawn() -> None:
    plain = Stamp(number=10, dated=date(2023, 12, 15), signer="Người ký mẫu")

    report = stamped(DRAWN, plain)

    assert [annex.blocks for annex in report.annexes] == [annex.blocks for annex in DRAWN.annexes]
    assert report.header.number == "Số: 10/BC-UBND"
    assert report.header.place_and_date == "Phường Trần Hưng Đạo, ngày 15 tháng 12 năm 2023"


def test_a_stamp_changes_nothing_but_the_form() -> None:
    report = stamped(DRAWN, STAMP)

    form = {"header", "signature", "annexes"}
    assert report.model_dump(exclude=form) == DRAWN.model_dump(exclude=form)
    assert [annex.blocks for annex in report.annexes[1:]] == [a.blocks for a in DRAWN.annexes[1:]]
    table, drawn = report.annexes[0].blocks[0], DRAWN.annexes[0].blocks[0]
    assert isinstance(table, Table)
    assert isinstance(drawn, Table)
    changed = [new for new, old in zip(table.rows, drawn.rows, strict=True) if new != old]
    assert len(changed) == 1


def test_a_report_without_blanks_cannot_be_issued() -> None:
    for blank in ({"number": "Số: /BC-UBND"}, {"place_and_date": "Phường Trần Hưng Đạo"}):
        header = DRAWN.header.model_copy(update=blank)
        with pytest.raises(ValueError, match="no blanks"):
            notation(DRAWN.model_copy(update={"header": header}))


def test_a_document_is_named_as_others_cite_it() -> None:
    assert reference(DRAWN.title, STAMP, notation(DRAWN)) == NAME


@pytest.mark.parametrize("form", PRINTED)
def test_a_replacing_report_names_the_one_it_replaces_and_what_changes(form: str) -> None:
    restated = Restated(
        figure="registry.births_registered",
        label="Đăng ký khai sinh",
        unit_of_measure="trường hợp",
        old=Told(value=302, absence=None, display="302"),
        new=Told(value=301, absence=None, display="301"),
        events=("e1", "e2", "e3", "e4"),
    )
    new = restated.model_copy(update={"label": "Mới có", "old": None, "events": ()})

    text = printed(replacing(DRAWN, NAME, [restated, new]), form)

    assert f"(thay thế {NAME})" in text
    assert "Phụ lục V SỐ LIỆU THAY ĐỔI SO VỚI BÁO CÁO ĐƯỢC THAY THẾ" in text
    assert "1 Đăng ký khai sinh trường hợp 302 301 4 sự kiện: e1, e2, e3" in text
    assert "2 Mới có trường hợp – 301 –" in text  # noqa: RUF001  the dash of statutory tables


@pytest.mark.parametrize("form", PRINTED)
def test_a_letter_is_laid_out_as_one(form: str) -> None:
    """Its subject stands under its number, no title over it, and it names its addressee."""
    text = printed(the_letter(), form)

    assert "Số: /UBND-VP" in text
    assert f"V/v đính chính {NAME}" in text
    assert f"Kính gửi: Các cơ quan, đơn vị, cá nhân nhận {NAME}." in text
    assert "- Tại mục II.8: đã in “{P.}”; nay đọc là “Phường”." in text
    assert "ỦY BAN NHÂN DÂN PHƯỜNG TRẦN HƯNG ĐẠO" in text
    assert "TM. ỦY BAN NHÂN DÂN CHỦ TỊCH" in text
    assert "BÁO CÁO" not in text
    assert "Phụ lục" not in text


def test_a_letter_has_a_sequence_of_its_own_and_no_figures() -> None:
    report = the_letter()

    assert notation(report) == "UBND-VP"
    assert stamped(report, Stamp(number=7, dated=date(2024, 1, 9), signer="N")).header.number == (
        "Số: 07/UBND-VP"
    )
    assert (report.figures, report.checks, report.annexes) == ({}, (), ())
