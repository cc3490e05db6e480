"""What a report says about the returns that it was drawn from."""

from dataclasses import dataclass

from services.reporting.figure import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """Of a form: for how many periods it was owed, and how it came; `waiting` is not accepted."""

    form: str
    owed: int
    in_time: int
    late: int
    waiting: int
    missing: tuple[Period, ...]
