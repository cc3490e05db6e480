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
