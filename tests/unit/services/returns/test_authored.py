"""Authored text: figures by name, and no number that is typed."""

import pytest

from services.returns.authored import faults_of_text

BIRTHS = "{registry.births_registered}"


def told(text: str) -> list[tuple[str, object]]:
    faults = list(faults_of_text(text, "figures.0.text"))
    assert {one.field for one in faults} <= {"figures.0.text"}
    return [(one.rule, one.values.get("word")) for one in faults]


@pytest.mark.parametrize(
    "text",
    [
        "Không có số nào ở đây.",
        f"Đã đăng ký {BIRTHS} trường hợp.\nMột đoạn nữa về {{report.period}}.",
        "Nhận qua mạng {registry.applications_received?channel=online} hồ sơ.",
        "Thu đạt {budget.revenue_actual?year=2022}.",
        "Năm học, năm 2022, giai đoạn 2021 - 2025, ngày 07/9/2021, tháng 12/2022.",
        "Theo Nghị định số 73/2023/NĐ-CP, Quyết định 418/QĐ-UBND, Điều 5 và Đề án 06.",
        "Dịch Covid-19 và COVID-19 ở khu dân cư số 4.",
    ],
)
def test_words_figures_and_allowed_numbers_are_in_order(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Có 302 trường hợp.", ["302"]),
        ("Đạt 95,66% so với 4.100 thẻ.", ["95,66%", "4.100"]),
        (f"{BIRTHS}0 trường hợp", ["0"]),
        ("năm 2022,5 và năm 20223", ["2022,5", "20223"]),
        ("Covid-190", ["Covid-190"]),
        ("Tăng 3²", ["3²"]),
        ("½ số hộ, ٣ hộ, hộ thứ Ⅳ", ["½", "٣", "Ⅳ"]),
        ("Nghị định 73 của Chính phủ", ["73"]),
    ],
)
def test_a_typed_number_is_told_with_its_word(text: str, words: list[str]) -> None:
    assert told(text) == [("number_typed", word) for word in words]


@pytest.mark.parametrize(
    "text",
    [
        "Đã đăng ký {registry.births_invented}.",
        "Đã đăng ký {registry.births_registered?colour=red}.",
        "Đã đăng ký {registry.applications_received?channel=telepathy}.",
        "Đã đăng ký {registry.births_registered",
        "Đã đăng ký registry.births_registered}",
        "Đã đăng ký {}.",
        "Đã đăng ký {302}.",
        "Trường {education.pupils?school=$school}.",
    ],
)
def test_a_place_for_a_figure_that_leads_nowhere_is_refused(text: str) -> None:
    assert [rule for rule, _ in told(text)] == ["slot_broken"]
