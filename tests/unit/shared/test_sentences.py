"""What people read of a refusal."""

from datetime import date

import pytest

from shared.language import Language
from shared.sentences import sentence


@pytest.mark.parametrize("day", [date(2023, 11, 30), "2023-11-30"])
@pytest.mark.parametrize(
    ("language", "said"),
    [("vi", "không được sau ngày 30/11/2023"), ("en", "must not be after 2023-11-30")],
)
def test_a_day_is_written_as_people_do(day: object, language: Language, said: str) -> None:
    assert sentence("in_the_future", language, {"today": day}) == said


def test_what_only_looks_like_a_day_stays() -> None:
    said = sentence("unknown_unit", "vi", {"unit": "2023-11-30-4"})
    assert said.endswith("2023-11-30-4")


@pytest.mark.parametrize(
    ("rule", "values", "said"),
    [
        ("case_closed", {"state": "resolved"}, "(trạng thái: đã giải quyết)"),
        ("wrong_state", {"state": "issued", "states": "signed"}, "trạng thái đã phát hành;"),
        ("wrong_state", {"state": "x", "states": "draft, signed"}, "trạng thái: dự thảo, đã ký"),
        ("no_sorting", {"procedure": "petitions.mediation"}, "“Hòa giải tranh chấp đất đai”"),
        ("no_sorting", {"procedure": "petitions.none"}, "thủ tục petitions.none"),
        ("permit_of_other_unit", {"unit": "2025-10525"}, "khác: Phường Hải Dương (2025-10525)"),
        ("unknown_unit", {"unit": "2025-99999"}, "đơn vị hành chính 2025-99999"),
    ],
)
def test_what_has_a_name_is_called_by_it(rule: str, values: dict[str, str], said: str) -> None:
    assert said in sentence(rule, "vi", values)
