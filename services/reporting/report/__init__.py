"""The term report: an outline kept as data, filled with figures, rendered in four forms.

`load_outline(TERM)`, then `build(outline, heading, figures)`, then `FORMS["pdf"].render(report)`.
"""

from services.reporting.report.build import build
from services.reporting.report.forms import FORMS, Form
from services.reporting.report.model import ReportHeading, TermReport
from services.reporting.report.outline import TERM, Outline, OutlineError, load_outline

__all__ = [
    "FORMS",
    "TERM",
    "Form",
    "Outline",
    "OutlineError",
    "ReportHeading",
    "TermReport",
    "build",
    "load_outline",
]
