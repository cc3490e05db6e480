"""The one base of every message model.

Frozen, closed to unknown fields unless a reader asks otherwise.
"""

from pydantic import BaseModel, ConfigDict, field_validator
from pydantic_core import PydanticCustomError


class Frozen(BaseModel):
    """An immutable value. Readers of events ignore fields that they do not know (rule 13)."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="strings")


class Closed(BaseModel):
    """An immutable value that refuses unknown fields.

    What a client sends must be understood whole.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    @field_validator("*", mode="before")
    @classmethod
    def _no_nul(cls, value: object) -> object:
        """Refuse the one character that PostgreSQL stores in no text."""
        if isinstance(value, str) and "\0" in value:
            raise PydanticCustomError("nul", "must not contain the character NUL")
        return value
