"""What a client sends is understood as it is written, or refused."""

from datetime import date

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.frozen import Closed, Day


class Change(Closed):
    """A command with a day that may be left out."""

    on: date | None = None


@pytest.mark.parametrize(
    "written", ["0", "86400", '"0"', "1.5", "true", '"2023-11-14T00:00:00"', '"20231114"', '"soon"']
)
def test_a_day_is_no_number_and_no_moment(written: str) -> None:
    """A reader that is lax takes a number for seconds since 1970."""
    with pytest.raises(ValidationError, match="must be a date such as 2023-11-30"):
        Change.model_validate_json(f'{{"on": {written}}}')
    with pytest.raises(ValidationError, match="must be a date such as 2023-11-30"):
        TypeAdapter(Day).validate_python(written.strip('"'))


def test_a_day_that_is_written_out_is_one() -> None:
    day = date(2023, 11, 14)

    assert Change.model_validate_json('{"on": "2023-11-14"}') == Change(on=day)
    assert Change.model_validate_json('{"on": null}') == Change()
    assert TypeAdapter(Day).validate_python("2023-11-14") == day


def test_a_day_that_the_calendar_has_not_is_refused() -> None:
    with pytest.raises(ValidationError):
        Change.model_validate_json('{"on": "2023-02-30"}')


@pytest.mark.parametrize(("written", "taken"), [("1799-12-31", False), ("1800-01-01", True)])
def test_a_day_that_is_a_slip_of_the_pen_is_refused(written: str, taken: bool) -> None:  # noqa: FBT001 - a column
    """Whoever counts back from the first year would leave the calendar."""
    for read in (
        lambda: Change.model_validate_json(f'{{"on": "{written}"}}'),
        lambda: Change(on=date.fromisoformat(written)),
        lambda: TypeAdapter(Day).validate_python(written),
    ):
        if taken:
            read()
        else:
            with pytest.raises(ValidationError, match="must not be before 1800-01-01"):
                read()
