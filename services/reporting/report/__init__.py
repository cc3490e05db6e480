"""Reports: outlines kept as data, filled with figures, rendered in five forms.

`load(TERM)`, then `build(plan, heading, figures)`, then `forms(fonts)["pdf"].render(report)`.
"""

from services.reporting.report.build import build, relations
from services.reporting.report.forms import Form, Forms, described, forms, to_json
from services.reporting.report.loading import PERIODIC, TERM, Plan, load
from services.reporting.report.model import Audience, Borders, Report, ReportHeading

__all__ = [
    "PERIODIC",
    "TERM",
    "Audience",
    "Borders",
    "Form",
    "Forms",
    "Plan",
    "Report",
    "ReportHeading",
    "build",
    "described",
    "forms",
    "load",
    "relations",
    "to_json",
]
