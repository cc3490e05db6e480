"""Registers of the ward office as data: of what dated entries are kept, with which fields.

Read from registers.toml.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from shared.events.returns import Name
from shared.frozen import Closed
from shared.toml_files import read

type Codes = Mapping[str, str]
"""The values that a field may have, each with its words (the code where it has none)."""


def _with_words(told: object) -> object:
    """Accept a bare list of codes."""
    return {code: code for code in told} if isinstance(told, list) else told


FieldRule = Annotated[
    Literal["required", "optional"] | Codes,
    BeforeValidator(
        _with_words, json_schema_input_type=Literal["required", "optional"] | Codes | list[str]
    ),
]


class Register(Closed):
    """A register. A field is a text that must or may be there, or one of some codes."""

    code: Name
    label: str
    fields: Mapping[Name, FieldRule] = Field(min_length=1)

    def codes(self, field: str) -> Codes | None:
        """Return the codes of a field, None where it holds any text."""
        told = self.fields[field]
        return None if isinstance(told, str) else told


class Registers(Closed):
    """A file of registers."""

    registers: tuple[Register, ...] = Field(alias="register", min_length=1)


REGISTERS: Mapping[str, Register] = {
    one.code: one for one in read(Path(__file__).with_suffix(".toml"), Registers).content.registers
}
"""Every register by its code."""
