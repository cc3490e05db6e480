"""The forms in which a report is handed out. Equal reports give equal bytes in every form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from pydantic import BaseModel

from services.reporting.report.annexes import listed
from services.reporting.report.docx import to_docx
from services.reporting.report.html import to_html
from services.reporting.report.model import Report
from services.reporting.report.pdf import PdfForm
from services.reporting.report.xlsx import to_xlsx

_OFFICE = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its media type, its file extension and the pure function that makes the bytes."""

    media_type: str
    extension: str
    render: Callable[[Report], bytes]


type Forms = Mapping[str, Form]


def to_json(report: Report) -> bytes:
    """Return the whole model: printed strings and raw values.

    The bytes are those of pydantic, which takes longer for thousands of records.
    """
    return _ENCODER.encode(report)


def _fields(model: object) -> Mapping[str, object]:
    """Return what pydantic writes of one of its models."""
    assert isinstance(model, BaseModel)
    computed = type(model).model_computed_fields
    return {**dict(model), **{name: getattr(model, name) for name in computed}}


_ENCODER = msgspec.json.Encoder(enc_hook=_fields)


def described(forms: Forms) -> dict[str, Any]:
    """Return what OpenAPI says of an answer that is a report in one of these forms."""
    content = {form.media_type: {"schema": {"type": "string"}} for form in forms.values()}
    content[forms["json"].media_type] = {}  # the model says what it is
    return {"model": Report, "content": content, "description": "The report"}


def forms(fonts: Path) -> Forms:
    """Return the forms by their names; raises BadFile when the PDF's typeface is not there."""

    def printed(render: Callable[[Report], bytes]) -> Callable[[Report], bytes]:
        return lambda report: render(listed(report))

    return {
        "json": Form("application/json", "json", to_json),
        "html": Form("text/html; charset=utf-8", "html", printed(to_html)),
        "docx": Form(f"{_OFFICE}.wordprocessingml.document", "docx", printed(to_docx)),
        "pdf": Form("application/pdf", "pdf", printed(PdfForm(fonts).render)),
        "xlsx": Form(f"{_OFFICE}.spreadsheetml.sheet", "xlsx", printed(to_xlsx)),
    }
