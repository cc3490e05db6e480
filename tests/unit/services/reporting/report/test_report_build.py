"""The report built from the outline of the term and the figures of the model report."""

from collections.abc import Mapping, Sequence

import pytest

from services.reporting.figure import Absence
from services.reporting.report import TERM, Report, build, load
from services.reporting.report.annexes import listed
from services.reporting.report.content import Block, FigureList, Paragraph, Table
from services.reporting.report.model import Section
from shared.quantity import Qualifier
from tests.support.fixed_figures import HEADING, FixedFigures, Told, Value

PLAN = load(TERM)


def a_report(changes: Mapping[str, Value] | None = None) -> Report:
    return build(PLAN, HEADING, FixedFigures(changes))


MODEL = a_report()


def section(report: Report, name: str) -> Section:
    return next(s for part in report.parts for s in part.sections if s.id == name)


def said(blocks: Sequence[Block]) -> str:
    paragraphs = (block for block in blocks if isinstance(block, Paragraph))
    return "\n".join("".join(span.text for span in paragraph.spans) for paragraph in paragraphs)


def prose(report: Report, name: str) -> str:
    return said(section(report, name).blocks)


def table(report: Report, name: str) -> Table:
    return next(block for block in section(report, name).blocks if isinstance(block, Table))


def rows(report: Report, name: str) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table(report, name).rows]


def a_row(label: str, counts: str) -> list[str]:
    return [label, *counts.split()]


def test_a_report_of_several_units_says_so_and_has_no_text_of_one() -> None:
    """A province has no superior that its documents name (Nghị định 30/2020/NĐ-CP, Phụ lục I)."""
    city = {"unit_id": "2004-288", "unit_name": "Thành phố Hải Dương"}
    district = build(PLAN, HEADING.model_copy(update=city), FixedFigures({}))
    of_a_province = city | {"unit_id": "2025-31", "unit_name": "Thành phố Hải Phòng"}
    about = HEADING.model_copy(update=of_a_province | {"parent_name": ""})
    province = build(PLAN, about, FixedFigures({}))

    assert district.subject.startswith("Tổng hợp kết quả hoạt động")
    assert "cấp xã thuộc thành phố Hải Dương" in said([*district.introduction, district.closing])
    for one in (district, province):
        blocks = [b for part in one.parts for s in part.sections for b in s.blocks]
        assert "Chưa có nội dung" not in said([*one.introduction, *blocks])
        assert not [check for check in one.checks if check.id.startswith("prose-")]
    assert (len(district.header.superior), province.header.superior) == (2, ())
    assert "Ủy ban nhân dân ;" not in province.signature.recipients
    assert len(province.signature.recipients) == len(district.signature.recipients) - 1


def test_the_lines_around_the_body_name_unit_period_and_day() -> None:
    assert MODEL.header.superior == ("ỦY BAN NHÂN DÂN", "THÀNH PHỐ HẢI DƯƠNG")
    assert MODEL.header.issuer == ("ỦY BAN NHÂN DÂN", "PHƯỜNG TRẦN HƯNG ĐẠO")
    assert MODEL.header.number.split() == ["Số:", "/BC-UBND"]
    assert MODEL.header.place_and_date.startswith("Phường Trần Hưng Đạo, ngày")
    assert MODEL.header.place_and_date.endswith("năm 2023")
    assert "nhiệm kỳ 2021 - 2026, từ tháng 6/2021 đến tháng 11/2023" in MODEL.subject
    assert "đến hết ngày 30 tháng 11 năm 2023" in MODEL.period
    assert "số liệu ghi nhận đến hết ngày 05 tháng 12 năm 2023" in MODEL.period
    assert "trình kỳ họp thứ 7 của Hội đồng nhân dân phường khóa X." in said([MODEL.closing])
    assert MODEL.parts[1].title == "PHƯƠNG HƯỚNG, NHIỆM VỤ ĐẾN HẾT NHIỆM KỲ 2021 - 2026"
    assert MODEL.signature.recipients[-1] == "Lưu: VT, VP."
    assert [annex.label for annex in MODEL.annexes] == [
        f"Phụ lục {number}" for number in ("I", "II", "III", "IV")
    ]


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("I.1", "Chủ tịch: 01 người; Phó Chủ tịch: 01 người; Ủy viên: 02 người."),
        ("I.2", "trình độ từ đại học trở lên: 100%"),
        ("I.3", "Quyết định số 418/QĐ-UBND ngày 07/9/2021"),
        ("II.1.1", "Năm 2021: số thực thu: 4.729.000.000 đồng; kế hoạch giao: 4.687.000.000 đồng"),
        ("II.1.1", "so với kế hoạch: 100,9%."),
        ("II.1.1", "11 tháng đầu năm 2023: số thực thu: 6.046.000.000 đồng"),
        ("II.1.1", "11 tháng đầu năm 2023: tổng số chi: 5.598.736.000 đồng."),
        ("II.1.1", "Nợ lương, phụ cấp tại cuối kỳ: không phát sinh."),
        ("II.1.3", "Thu nhập bình quân đầu người: 60 - 65 triệu đồng/người/năm."),
        ("II.3", "Số hộ được gắn biển số nhà: ngõ 73: 03 hộ; ngõ 75: 12 hộ;"),
        ("II.3", "phố Trần Huyền Trân: 67 hộ."),
        ("II.3", "gia đình văn hóa hằng năm: trên 95%."),
        ("II.4", "gia đình văn hóa hằng năm: trên 95%."),
        ("II.5", "- Trường Tiểu học Trần Quốc Toản: số lớp: 15; số học sinh, trẻ: 464."),
        ("II.6", "Tỷ lệ phát triển dân số: năm 2021: 0,55%; năm 2022: 0,54%."),
        ("II.6", "Chỉ tiêu tỷ lệ phát triển dân số: dưới 0,7%."),
        ("II.6.+", "31/12/2022: đủ 03 mũi: 100%"),
        ("II.6.+", "cho người trên 12 tuổi"),
        ("II.7", "chiến sĩ thi đua cơ sở hằng năm: 01 - 02 người."),
        ("II.8", "số đầu sách: hơn 300."),
        ("II.8", "tiếp nhận trong kỳ: 3.356 hồ sơ; trong đó nộp trực tuyến: 1.183 hồ sơ"),
        ("II.8", "Hồ sơ từ kỳ trước chuyển sang: không phát sinh."),
        ("II.8", "trước hạn: 3.288 hồ sơ; đúng hạn: 31 hồ sơ; quá hạn: không phát sinh."),
        ("II.8", "Lịch tiếp công dân: thứ Ba hằng tuần."),
        (
            "II.8",
            "tiếp nhận: 05 đơn; hòa giải thành: 04 đơn; hòa giải không thành: 01 đơn; đang",
        ),
        ("II.9", "Căn cước công dân gắn chip đã cấp: khoảng 4.100"),
        ("V.1", "Thời gian hoạt động từ đầu nhiệm kỳ: hơn 02 năm."),
    ],
)
def test_figures_stand_in_their_sections_as_officials_write_them(name: str, printed: str) -> None:
    assert printed in prose(MODEL, name)


def test_authored_text_is_a_paragraph_a_line_with_its_figures_put_in() -> None:
    report = a_report({"text.limits": "Còn {covid.cases} mắc.\n\n  Và {covid.cases|value} nữa. "})

    blocks = section(report, "V.2").blocks
    assert [said([block]) for block in blocks] == ["Còn 986 ca mắc.", "Và 986 nữa."]
    assert "V.2" in report.figures["covid.cases"].sections
    assert "text.limits" not in report.figures


@pytest.mark.parametrize("text", ["Có {covid.storks} và {", "{covid.storks} ca", "{covid.cases|x}"])
def test_authored_text_whose_slots_are_none_any_more_is_printed_as_it_is(text: str) -> None:
    assert prose(a_report({"text.limits": text}), "V.2") == text


def test_unwritten_text_is_said_and_is_an_error() -> None:
    report = a_report({"text.limits": Absence.MISSING})

    assert prose(report, "V.2") == "[Chưa có nội dung: Tồn tại, hạn chế]"
    check = next(check for check in report.checks if check.id == "prose-text.limits")
    assert (check.severity, check.verdict) == ("error", "broken")


def test_the_statutory_table_shows_parts_totals_and_files_apart() -> None:
    assert rows(MODEL, "II.8") == [
        a_row("Hộ tịch", "699 220 479 0 696 690 6 0 1 1 0 0 2"),
        a_row("Chứng thực", "2.657 963 1.694 0 2.623 2.598 25 0 1 1 0 0 33"),
        a_row("Tổng", "3.356 1.183 2.173 0 3.319 3.288 31 0 2 2 0 0 35"),
    ]
    assert [row[0] for row in rows(MODEL, "II.2.2")] == ["Xây dựng", "Đất đai", "Tổng"]
    head = [
        [(cell.text, cell.columns, cell.rows) for cell in row] for row in table(MODEL, "II.8").head
    ]
    assert head[0][:2] == [("Lĩnh vực", 1, 2), ("Số hồ sơ nhận giải quyết", 4, 1)]
    assert head[0][-2:] == [("Từ chối", 1, 2), ("Rút", 1, 2)]
    assert head[1][:2] == [("Tổng số", 1, 1), ("Trực tuyến", 1, 1)]
    assert head[2][-1] == ("(14)", 1, 1)


def test_files_carried_over_count_among_the_files_to_resolve() -> None:
    report = a_report({"registry.applications_carried_over": 10})

    key = "registry.applications_received + registry.applications_carried_over"
    assert rows(report, "II.8")[-1][1] == "3.366"
    assert report.figures[key].value == 3366
    assert report.figures[key].parts == tuple(key.split(" + "))


@pytest.mark.parametrize("absence", list(Absence))
def test_a_sum_over_an_absent_figure_is_absent(absence: Absence) -> None:
    report = a_report({"registry.applications_carried_over": absence})

    key = "registry.applications_received + registry.applications_carried_over"
    assert (report.figures[key].value, report.figures[key].absence) == (None, absence)


def test_the_kinds_of_nothing_differ_in_sentences() -> None:
    report = a_report(
        {
            "budget.revenue_plan?year=2023": Absence.MISSING,
            "registry.guardianships": Absence.NOT_APPLICABLE,
            "registry.marriages_registered": Absence.SUPPRESSED,
            "registry.resolved_on_time_share": Absence.NOT_APPLICABLE,
        }
    )

    assert "kế hoạch giao: chưa báo cáo;" in prose(report, "II.1.1")
    assert "đăng ký giám hộ: không áp dụng." in prose(report, "II.8")
    assert "đăng ký kết hôn: …;" in prose(report, "II.8")
    assert "trên số hồ sơ đã giải quyết: không phát sinh;" in prose(report, "II.8")
    assert "thay đổi, cải chính hộ tịch: không phát sinh;" in prose(report, "II.8")


def test_what_nobody_declared_is_said_to_be_missing() -> None:
    class Undeclared(FixedFigures):
        def values(self, indicator: str, dimension: str) -> list[str]:
            del indicator, dimension
            return []

    report = build(PLAN, HEADING, Undeclared())

    assert "Thu ngân sách nhà nước: chưa báo cáo." in prose(report, "II.1.1")
    assert "Số hộ được gắn biển số nhà: chưa báo cáo." in prose(report, "II.3")


def test_figures_keep_value_dimensions_qualifier_period_and_where_they_stand() -> None:
    figure = MODEL.figures["registry.applications_received?channel=online&field=civil_status"]
    assert figure.value == 220
    assert figure.dimensions == {"channel": "online", "field": "civil_status"}
    assert figure.label.endswith(": trực tuyến, Hộ tịch")
    assert (figure.display, figure.unit_of_measure) == ("220", "hồ sơ")
    assert figure.period == HEADING.period
    assert figure.sections == ("II.8",)

    share = MODEL.figures["culture.cultural_families_share"]
    assert (share.value, share.qualifier) == (95, Qualifier.MORE_THAN)
    assert share.sections == ("II.3", "II.4")
    income = MODEL.figures["economy.income_per_capita"]
    assert (income.value, income.upper) == (60, 65)
    assert MODEL.figures["report.term"].sections == ("header", "opening", "Phần II")
    assert MODEL.figures["council.reporting_session"].sections == ("closing",)


def test_a_split_figure_is_listed_under_its_own_label() -> None:
    key = "registry.applications_by_timeliness?field=civil_status&timeliness=early"

    assert MODEL.figures[key].label.startswith("Hồ sơ giải quyết trước hạn")


def test_every_figure_is_in_the_list_of_figures() -> None:
    """The table is made when it is printed: as data each figure stands once."""
    (place,) = MODEL.annexes[1].blocks
    (listing,) = listed(MODEL).annexes[1].blocks
    assert isinstance(place, FigureList)
    assert isinstance(listing, Table)

    cells = [row.cells[2] for row in listing.rows]
    assert [cell.figure for cell in cells if cell.kind == "figure"] == list(MODEL.figures)


def test_the_same_figures_give_the_same_report() -> None:
    assert a_report() == MODEL


def test_a_figure_told_with_its_day_is_printed_with_it() -> None:
    earlier = Told("73/2023/NĐ-CP", period=HEADING.period)
    report = a_report({"report.cited_decree": earlier})

    assert "số 73/2023/NĐ-CP ngày 30/11/2023." in said(report.parts[1].blocks)


def test_a_decision_that_is_not_reported_has_no_day() -> None:
    """The last day of the period is not the day of a decision that nobody entered."""
    amended = "committee.working_regulation_decision?action=amended"
    report = a_report({amended: Absence.MISSING, "report.cited_decree": Absence.MISSING})

    told = said([b for part in report.parts for s in part.sections for b in s.blocks])
    assert "Quyết định sửa đổi, bổ sung Quy chế: chưa báo cáo." in told
    assert "Nghị định số chưa báo cáo ngày chưa báo cáo." in said(report.parts[1].blocks)
