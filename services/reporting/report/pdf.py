"""The report as PDF, set by Typst; the arrangement is `templates/report.typ`."""

from pathlib import Path

import typst

from services.reporting.report.model import Report
from shared.toml_files import BadFile

FACE = "Liberation Serif"
"""The law asks for Times New Roman; this face has its measures and every letter of Vietnamese."""

_TEMPLATE = Path(__file__).with_name("templates") / "report.typ"
_LEFT_OUT = {"checks", "figures", "about"}


class PdfForm:
    """Makes PDF with the typeface in a folder and none of the machine's: equal bytes anywhere."""

    def __init__(self, fonts: Path) -> None:
        """Raise BadFile unless the folder holds the four cuts of the face."""
        self._fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts]
        )
        cuts = {
            (one.style.lower(), one.weight) for one in self._fonts.fonts() if one.family == FACE
        }
        if not {("normal", 400), ("normal", 700), ("italic", 400), ("italic", 700)} <= cuts:
            raise BadFile(
                f"{fonts} does not hold the four cuts of {FACE}: fetch them with"
                " `python -m deploy.embedded.fonts` and name their folder in WARDBOOK_FONTS"
            )

    def render(self, report: Report) -> bytes:
        """Return the PDF, the face embedded. It bears no date."""
        inputs = {"report": report.model_dump_json(exclude=_LEFT_OUT)}
        return typst.compile(_TEMPLATE, format="pdf", font_paths=self._fonts, sys_inputs=inputs)
