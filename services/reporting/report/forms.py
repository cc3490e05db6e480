"""The forms in which a report is handed out. Equal reports give equal bytes in every form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.reporting.report.docx import to_docx
from services.reporting.report.html import to_html
from services.reporting.report.model import TermReport
from services.reporting.report.pdf import to_pdf


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its media type, its file extension and the pure function that makes the bytes."""

    media_type: str
    extension: str
    render: Callable[[TermReport], bytes]


def to_json(report: TermReport) -> bytes:
    """Return the whole model: printed strings and raw values."""
    return report.model_dump_json().encode()


FORMS: Mapping[str, Form] = {
    "json": Form("application/json", "json", to_json),
    "html": Form("text/html; charset=utf-8", "html", to_html),
    "docx": Form(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx", to_docx
    ),
    "pdf": Form("application/pdf", "pdf", to_pdf),
}
