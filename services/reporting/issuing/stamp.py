"""What issuing adds to a report as drawn: number, day, signer, waivers, what it replaces. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.reporting.issuing.annexes import differences_annex, with_waivers
from services.reporting.issuing.model import Step
from services.reporting.issuing.restatement import Restated
from services.reporting.report import Report, numbers
from services.reporting.report.annexes import numbered
from services.reporting.report.model import Signature
from shared.people import Capacity

# What an outline leaves blank for the day of issue: non-breaking spaces.
_NUMBER = re.compile("\u00a0+/")
_DAY = re.compile("ngày\u00a0+tháng\u00a0+năm [0-9]{4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What a document bears once it has its number; it is dated by the day of the number."""

    number: int
    dated: date
    signer: str
    capacity: Capacity = Capacity.COLLECTIVE
    position: str = ""
    waivers: Sequence[Step] = ()


def stamped(report: Report, stamp: Stamp) -> Report:
    """Return the report with its blanks filled in; each waiver is printed beside its check.

    The number has two digits at least; the day is written as Nghị định 30/2020/NĐ-CP, Phụ lục I,
    mục II.3 and II.4 want.
    """

    def filled(text: str) -> str:
        numbered = _NUMBER.sub(f" {stamp.number:02}/", text)
        return _DAY.sub(numbers.day_in_words(stamp.dated), numbered)

    header = report.header
    form = {
        "number": filled(header.number),
        "place_and_date": filled(header.place_and_date),
    }
    return report.model_copy(
        update={
            "header": header.model_copy(update=form),
            "signature": _signed(report.signature, stamp),
            "annexes": tuple(
                annex.model_copy(update={"attachment": filled(annex.attachment)})
                for annex in with_waivers(report, stamp.waivers)
            ),
        }
    )


def _signed(signature: Signature, stamp: Stamp) -> Signature:
    """Return the signature with the signer's right, position and name (Phụ lục I, mục II.7).

    Who signs in the place of the head (KT.) does so in the name of the collective body all the
    same; who signs by order of the head (TL.) or authorised by the head (TUQ.) does not.
    """
    right, own = f"{stamp.capacity}. {signature.signer}", stamp.position.upper()
    match stamp.capacity:
        case Capacity.COLLECTIVE:
            lines = {}
        case Capacity.ACTING:
            lines = {"signer": right}
        case Capacity.DEPUTY:
            lines = {"signer": right, "position": own}
        case Capacity.BY_ORDER | Capacity.AUTHORISED:
            lines = {"authority": right, "signer": own}
    return signature.model_copy(update={**lines, "name": stamp.signer})


def notation(report: Report) -> str:
    """Return what follows the number: kind of document and issuer, `BC-UBND`.

    Raises ValueError where the report leaves no blank for number or day: it cannot be issued.
    """
    header = report.header
    if not _NUMBER.search(header.number) or not _DAY.search(header.place_and_date):
        raise ValueError(f"no blanks in {header.number!r} and {header.place_and_date!r}")
    return header.number.rpartition("/")[2]


def reference(title: str, stamp: Stamp, notation: str) -> str:
    """Return how others name a document: `Báo cáo số 05/BC-UBND ngày 05 tháng 12 năm 2023`."""
    day = numbers.day_in_words(stamp.dated)
    return f"{title.capitalize()} số {stamp.number:02}/{notation} {day}"


def replacing(report: Report, replaced: str, restated: Sequence[Restated]) -> Report:
    """Return a report that replaces the one of that name, with what it says otherwise."""
    return report.model_copy(
        update={
            "subject": f"{report.subject} (thay thế {replaced})",
            "annexes": numbered((*report.annexes, differences_annex(report, restated))),
        }
    )
