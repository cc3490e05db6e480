"""The report as one self-contained HTML page; the arrangement is `templates/report.html`."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from services.reporting.report.model import Report


def to_html(report: Report) -> bytes:
    """Return the page; each figure is a `data` element naming its indicator and dimensions."""
    return template("report.html").render(report=report).encode()


@cache
def template(name: str) -> Template:
    """Return a template of a page: it escapes what is put in, and fails where something lacks."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
