"""The report built from the outline of the term and fixed figures."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from services.reporting.figure import Absence
from services.reporting.report import TERM, OutlineError, TermReport, build, load_outline
from services.reporting.report.content import Paragraph, Table
from services.reporting.report.model import Section, Verdict
from tests.support.fixed_figures import HEADING, INDICATORS, FixedFigures, Value


def a_report(changes: Mapping[str, Value] | None = None) -> TermReport:
    return build(load_outline(TERM), HEADING, FixedFigures(changes))


def section(report: TermReport, name: str) -> Section:
    return next(s for part in report.parts for s in part.sections if s.id == name)


def prose(report: TermReport, name: str) -> str:
    blocks = section(report, name).blocks
    paragraphs = (block for block in blocks if isinstance(block, Paragraph))
    return "\n".join("".join(span.text for span in paragraph.spans) for paragraph in paragraphs)


def table(report: TermReport, name: str) -> Table:
    return next(block for block in section(report, name).blocks if isinstance(block, Table))


def rows(report: TermReport, name: str) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table(report, name).rows]


def a_row(label: str, counts: str) -> list[str]:
    return [label, *counts.split()]


def test_the_lines_around_the_body_name_unit_period_and_day() -> None:
    report = a_report()

    assert report.header.superior == ("ỦY BAN NHÂN DÂN", "THÀNH PHỐ HẢI DƯƠNG")
    assert report.header.issuer == ("ỦY BAN NHÂN DÂN", "PHƯỜNG TRẦN HƯNG ĐẠO")
    assert report.header.number.split() == ["Số:", "/BC-UBND"]
    assert report.header.place_and_date.startswith("Phường Trần Hưng Đạo, ngày")
    assert report.header.place_and_date.endswith("năm 2023")
    assert report.subject.endswith("từ tháng 6/2021 đến tháng 11/2023")
    assert "đến hết ngày 30 tháng 11 năm 2023" in report.period
    assert "số liệu ghi nhận đến hết ngày 05 tháng 12 năm 2023" in report.period
    assert report.signature.recipients[-1] == "Lưu: VT."


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("II.1.1", "Năm 2021: số thực thu: 4.729.000.000 đồng; kế hoạch giao: 4.687.000.000 đồng"),
        ("II.1.1", "so với kế hoạch: 100,9%."),
        ("II.1.1", "so với kế hoạch: 162,65%."),
        ("II.1.1", "11 tháng đầu năm 2023: số thực thu: 6.046.000.000 đồng"),
        ("II.1.1", "so với kế hoạch: 131,04%."),
        ("II.1.1", "Năm 2021: tổng số chi: 8.837.105.265 đồng."),
        ("II.1.1", "Năm 2022: tổng số chi: 8.521.564.394 đồng."),
        ("II.1.1", "11 tháng đầu năm 2023: tổng số chi: 5.598.736.000 đồng."),
        ("II.2.1", "hoàn thiện thủ tục: 65 trường hợp"),
        ("II.2.1", "đã tiếp nhận: 24 trường hợp"),
        ("II.2.2", "trong kỳ: 92 trường hợp"),
        ("II.8", "tiếp nhận trong kỳ: 3.356 hồ sơ; trong đó nộp trực tuyến: 1.183 hồ sơ"),
        ("II.8", "qua bưu chính: 2.173 hồ sơ. Hồ sơ từ kỳ trước chuyển sang: không phát sinh."),
        ("II.8", "trước hạn: 3.288 hồ sơ; đúng hạn: 31 hồ sơ; quá hạn: không phát sinh."),
        ("II.8", "còn trong hạn: 2 hồ sơ; đã quá hạn: không phát sinh."),
        ("II.8", "bị từ chối: không phát sinh; hồ sơ do người nộp rút: 35 hồ sơ"),
        ("II.8", "chứng thực chữ ký: 154 trường hợp"),
        ("II.8", "bản sao điện tử: 1.516 trường hợp"),
        ("II.8", "khai sinh: 302 trường hợp; đăng ký kết hôn: 72 trường hợp"),
        ("II.8", "khai tử: 128 trường hợp; xác nhận tình trạng hôn nhân: 197 trường hợp"),
        ("II.8", "Lịch tiếp công dân: thứ Ba hằng tuần. Số lượt công dân đã được tiếp: 8 lượt"),
        ("II.8", "đơn khiếu nại, tố cáo: không phát sinh"),
        ("II.8", "đã tiếp nhận: 5 đơn; hòa giải thành: 4 đơn; hòa giải không thành: 1 đơn; đang"),
    ],
)
def test_the_figures_of_the_model_report_stand_in_its_sections(name: str, printed: str) -> None:
    assert printed in prose(a_report(), name)


def test_the_statutory_table_shows_parts_totals_and_files_apart() -> None:
    report = a_report()

    assert rows(report, "II.8") == [
        a_row("Hộ tịch", "699 220 479 0 696 690 6 0 1 1 0 0 2"),
        a_row("Chứng thực", "2.657 963 1.694 0 2.623 2.598 25 0 1 1 0 0 33"),
        a_row("Tổng", "3.356 1.183 2.173 0 3.319 3.288 31 0 2 2 0 0 35"),
    ]
    assert [row[0] for row in rows(report, "II.2.2")] == ["Xây dựng", "Đất đai", "Tổng"]
    head = [
        [(cell.text, cell.columns, cell.rows) for cell in row] for row in table(report, "II.8").head
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


def test_a_budget_that_nobody_declared_is_said_to_be_missing() -> None:
    class Undeclared(FixedFigures):
        def values(self, indicator: str, dimension: str) -> list[str]:
            del indicator, dimension
            return []

    report = build(load_outline(TERM), HEADING, Undeclared())

    assert "Thu ngân sách nhà nước: chưa báo cáo." in prose(report, "II.1.1")
    assert "Chi ngân sách: chưa báo cáo." in prose(report, "II.1.1")


def test_figures_keep_value_dimensions_and_period() -> None:
    figure = a_report().figures["registry.applications_received?channel=online&field=civil_status"]

    assert figure.value == 220
    assert figure.dimensions == {"channel": "online", "field": "civil_status"}
    assert figure.label == "Hồ sơ tiếp nhận: trực tuyến, Hộ tịch"
    assert (figure.display, figure.unit_of_measure) == ("220", "hồ sơ")
    assert figure.period == HEADING.period


def test_a_split_figure_is_listed_under_its_own_label() -> None:
    key = "registry.applications_by_timeliness?field=civil_status&timeliness=early"

    assert a_report().figures[key].label == "Hồ sơ giải quyết trước hạn: Hộ tịch"


def test_every_printed_figure_is_in_the_list_of_figures() -> None:
    report = a_report()

    listed = [row.cells[2] for row in report.annexes[1].table.rows]
    assert [cell.figure for cell in listed if cell.kind == "figure"] == list(report.figures)
    assert {f.indicator for f in report.figures.values() if not f.parts} == set(INDICATORS)


def test_the_checks_of_the_model_figures_hold() -> None:
    assert {check.verdict for check in a_report().checks} == {Verdict.HOLDS}


def test_a_broken_check_shows_both_sides() -> None:
    """Without the 35 withdrawn files the model report's own gap appears."""
    report = a_report({"registry.applications_withdrawn": 0})

    check = next(check for check in report.checks if check.id == "registry-files")
    assert (check.left, check.right, check.difference) == (3356, 3321, 35)
    assert check.verdict is Verdict.BROKEN
    row = report.annexes[0].table.rows[0]
    assert row.total
    assert [cell.text for cell in row.cells][2:] == ["3.356", "=", "3.321", "35", "Không khớp"]


@pytest.mark.parametrize(
    ("births", "verdict"), [(301, Verdict.HOLDS), (302, Verdict.HOLDS), (303, Verdict.BROKEN)]
)
def test_parts_may_be_fewer_than_the_whole_but_not_more(births: int, verdict: Verdict) -> None:
    report = a_report({"registry.births_registered": births})

    assert next(c for c in report.checks if c.id == "registry-acts").verdict is verdict


def test_an_open_request_for_mediation_is_accounted_for() -> None:
    changes: dict[str, Value] = {"petitions.mediation_requests": 6}
    open_one = {"petitions.mediation_requests?outcome=open": 1}

    broken, whole = a_report(changes).checks[-1], a_report(changes | open_one).checks[-1]

    assert (broken.verdict, broken.difference) == (Verdict.BROKEN, -1)
    assert whole.verdict is Verdict.HOLDS


def test_a_check_over_an_absent_figure_is_not_checked() -> None:
    report = a_report({"registry.applications_refused": Absence.MISSING})

    check = report.checks[0]
    assert (check.verdict, check.right, check.difference) == (Verdict.NOT_CHECKED, None, None)
    assert report.annexes[0].table.rows[0].cells[-1].text == "Chưa đối chiếu được"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "registry.births_registered}",
            "registry.storks}",
            "section II.8, block 5: registry.storks",
        ),
        (
            'each_year = "budget.expenditure_actual"',
            'each_year = "budget.debt"',
            "block 4: budget.debt",
        ),
        (
            'right = "registry.applications_open"',
            'right = "registry.closed"',
            "checks: registry.closed",
        ),
        (
            'closing = "',
            'closing = "{report.year}: ',
            "report.year is known only where each_year is",
        ),
        ("$service.applications_carried_over", "petitions.reception_day", "texts cannot be summed"),
    ],
)
def test_what_figures_cannot_fill_is_named(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = tmp_path / "changed.toml"
    path.write_text(TERM.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")

    with pytest.raises(OutlineError) as fault:
        build(load_outline(path), HEADING, FixedFigures())

    assert told in str(fault.value)


def test_the_same_figures_give_the_same_report() -> None:
    assert a_report() == a_report()
