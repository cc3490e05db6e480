"""The forms in which a report is handed out. Equal reports give equal bytes in every form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

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
    """Return the whole model: printed strings and raw values."""
    return report.model_dump_json().encode()


def forms(fonts: Path) -> Forms:
    """Return the forms by their names; raises BadFile when the PDF's typeface is not there."""
    return {
        "json": Form("application/json", "json", to_json),
        "html": Form("text/html; charset=utf-8", "html", to_html),
        "docx": Form(f"{_OFFICE}.wordprocessingml.document", "docx", to_docx),
        "pdf": Form("application/pdf", "pdf", PdfForm(fonts).render),
        "xlsx": Form(f"{_OFFICE}.spreadsheetml.sheet", "xlsx", to_xlsx),
    }
