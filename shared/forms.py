"""Statutory forms as data: what a department declares, for which kind of period.

Read from forms.toml.
"""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field

from shared.frozen import Closed


class Line(Closed):
    """One declared figure of a form."""

    indicator: str
    label_vi: str
    unit_of_measure: str


class Form(Closed):
    """A form: its lines, and the kind of period for which it is owed."""

    code: str
    department: str
    label_vi: str
    period: Literal["year"]
    lines: Sequence[Line] = Field(alias="line", min_length=1)


def _load() -> Mapping[str, Form]:
    data = tomllib.loads((Path(__file__).parent / "forms.toml").read_text())
    forms = [Form.model_validate(entry) for entry in data["form"]]
    return {form.code: form for form in forms}


FORMS: Mapping[str, Form] = _load()
"""Every form by its code."""
