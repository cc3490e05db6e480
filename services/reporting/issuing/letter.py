"""The letter that corrects the form of an issued report; its sentences: letter.toml. Pure."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from string import Formatter
from typing import Annotated

from pydantic import AfterValidator, Field

from services.reporting.issuing.kept import KeptReport
from services.reporting.report import Report
from services.reporting.report.content import Paragraph, TextSpan
from shared.frozen import Closed
from shared.printable import on_one_line

type Words = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(on_one_line)]

_BLANK = "\u00a0" * 8


class FormError(Closed):
    """An error of form: where it is, what is printed there, and what is right."""

    place: Words
    printed: Words
    right: Words


def _of(*names: str) -> AfterValidator:
    """Allow these slots and no others."""

    def check(text: str) -> str:
        unknown = {name for _, name, _, _ in Formatter().parse(text) if name} - {*names}
        if unknown:
            raise ValueError(f"there is no {', '.join(sorted(unknown))} here")
        return text

    return AfterValidator(check)


class LetterOutline(Closed):
    """The letter as data."""

    notation: Annotated[str, Field(pattern=r"^\S+$")]
    subject: Annotated[str, _of("document")]
    addressee: Annotated[str, _of("document")]
    addressed: str
    opening: Annotated[str, _of("document")]
    error: Annotated[str, _of("place", "printed", "right")]
    closing: Annotated[str, _of("document")]


_OUTLINE = LetterOutline.model_validate(
    tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
)


def letter(corrected: KeptReport, reference: str, errors: Sequence[FormError]) -> Report:
    """Return the letter about the report that `reference` names; its figures are not touched."""
    number = f"Số:{_BLANK}/{_OUTLINE.notation}"
    opening = _paragraph(_OUTLINE.opening.format(document=reference))
    listed = (_paragraph(_OUTLINE.error.format(**error.model_dump())) for error in errors)
    return Report(
        outline="letter",
        about=corrected.about,
        header=corrected.header.model_copy(update={"number": number}),
        title="",
        subject=_OUTLINE.subject.format(document=reference),
        addressee=_OUTLINE.addressee.format(document=reference),
        period="",
        introduction=(opening, *listed),
        parts=(),
        closing=_paragraph(_OUTLINE.closing.format(document=reference)),
        signature=corrected.signature.model_copy(
            update={"recipients": (_OUTLINE.addressed, corrected.signature.recipients[-1])}
        ),
        annexes=(),
        figures={},
        checks=(),
    )


def _paragraph(text: str) -> Paragraph:
    return Paragraph(spans=(TextSpan(text=text),))
