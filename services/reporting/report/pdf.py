"""The report as PDF, set by Typst; the arrangement is `templates/term.typ`."""

from functools import cache
from pathlib import Path

import typst

from services.reporting.report.model import TermReport

# Times New Roman is asked for by law; Tinos has its measures; the last is built into Typst.
# Liberation Serif is left out: its version 1, still common, lacks most Vietnamese letters.
_FACES = ("Times New Roman", "Tinos", "Libertinus Serif")
_TEMPLATE = Path(__file__).with_name("templates") / "term.typ"


def to_pdf(report: TermReport) -> bytes:
    """Return the PDF, in the first of the lawful faces that the machine has. It bears no date."""
    exclude = {"checks", "figures", "about"}
    inputs = {"report": report.model_dump_json(exclude=exclude), "face": _face()}
    return typst.compile(_TEMPLATE, format="pdf", font_paths=_fonts(), sys_inputs=inputs)


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts()


@cache
def _face() -> str:
    # Asking Typst for a face that is absent would make it warn on every page.
    families = set(_fonts().families())
    return next(face for face in _FACES if face in families)
