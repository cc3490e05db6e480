"""The one base of every message model.

Frozen, closed to unknown fields unless a reader asks otherwise.
"""

import re
from datetime import date
from typing import Annotated, ClassVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

EARLIEST_DAY = date(1800, 1, 1)
"""Nothing that a ward knows of is older; days before it must still exist for who counts back."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}$")


def _written_out(value: object) -> object:
    """Refuse what is no day as it is written, and a day that is a slip of the pen.

    A number would be taken for seconds since 1970, a moment for its day.
    """
    if value is None:
        return value
    written = value.isoformat() if isinstance(value, date) else value
    if not isinstance(written, str) or not _DAY.match(written):
        raise PydanticCustomError("date_from_datetime_parsing", "must be a date such as 2023-11-30")
    if written < EARLIEST_DAY.isoformat():
        earliest = {"earliest": EARLIEST_DAY.isoformat()}
        raise PydanticCustomError("too_old", "must not be before {earliest}", earliest)
    return value


Day = Annotated[date, BeforeValidator(_written_out)]
"""A day in a question. Those of a command are read like this without saying so (Closed)."""


class Frozen(BaseModel):
    """An immutable value. Readers of events ignore fields that they do not know (rule 13)."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="strings")


class Closed(BaseModel):
    """An immutable value that refuses unknown fields.

    What a client sends must be understood whole.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    _days: ClassVar[frozenset[str]]

    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        """Note which fields are days."""
        kinds = {name: field.annotation for name, field in cls.model_fields.items()}
        cls._days = frozenset(n for n, kind in kinds.items() if date in (kind, *get_args(kind)))

    @field_validator("*", mode="before")
    @classmethod
    def _as_it_is_written(cls, value: object, info: ValidationInfo) -> object:
        """Refuse the one character that PostgreSQL stores in no text, and days that are numbers."""
        if isinstance(value, str) and "\0" in value:
            raise PydanticCustomError("nul", "must not contain the character NUL")
        return _written_out(value) if info.field_name in cls._days else value
