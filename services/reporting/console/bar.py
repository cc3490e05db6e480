"""The bar above a report and above its evidence: back to the unit, other days, other forms."""

from collections.abc import Sequence

from fastapi import Request
from markupsafe import Markup

from services.reporting.console.pages import environment, words_of
from services.reporting.console.view import address, report_of
from services.reporting.report import Audience, ReportHeading
from shared import units

_FORMS = ("docx", "pdf", "xlsx", "json")
_DAYS = ("from", "to", "as_of")
_BODY = b"<body>\n"


def with_bar(page: bytes, request: Request, about: ReportHeading) -> bytes:
    """Return a report's page with the bar, which is not printed; a page for the public has none."""
    if about.audience is Audience.PUBLIC:
        return page
    told = request.url.include_query_params
    forms = [(one, told(format=one)) for one in _FORMS]
    made = bar(request, about, [(form, f"{to.path}?{to.query}") for form, to in forms])
    return page.replace(_BODY, _BODY + made.encode(), 1)


def bar(request: Request, about: ReportHeading, forms: Sequence[tuple[str, str]]) -> Markup:
    """Return the bar of a page on `about`; `forms` are the addresses of other forms of it."""
    days = about.period.start, about.period.end, about.as_of
    state = dict(zip(("start", "end", "as_of"), days, strict=True))
    is_unit = units.is_unit(about.unit_id)
    home = f"/console/units/{about.unit_id}" if is_unit else "/console"
    asked = request.query_params.multi_items()
    of_a_kind = "kind" in request.query_params
    return Markup(  # noqa: S704 - of a template that escapes
        environment()
        .get_template("bar.html")
        .render(
            w=words_of(request),
            home=address(home, unit=None if is_unit else about.unit_id, **state),
            unit_name=about.unit_name,
            path=request.url.path,
            kept=[(name, one) for name, one in asked if name not in {*_DAYS, "page", "format"}],
            days=[(name, day) for name, day in zip(_DAYS, days, strict=True)][2 * of_a_kind :],
            is_report=bool(forms),
            forms=forms,
            report=report_of(about.unit_id, about.period, about.as_of, "html"),
        )
    )
