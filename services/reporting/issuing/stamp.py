"""What issuing adds to a report as drawn: number, date, signer, waivers, what it replaces. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.reporting.issuing.annexes import differences_annex, waivers_annex
from services.reporting.issuing.model import Step
from services.reporting.issuing.restatement import Restated
from services.reporting.report import TermReport, numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What a document bears once it has its number; it is dated by the day of the number."""

    number: int
    dated: date
    signer: str
    waivers: Sequence[Step] = ()


def stamped(report: TermReport, stamp: Stamp) -> TermReport:
    """Return the report with its blanks filled in; each waiver is printed, in an annex.

    The number has two digits at least; the day is written as Nghị định 30/2020/NĐ-CP, Phụ lục I,
    mục II.3 and II.4 want.
    """
    header = report.header
    place = header.place_and_date.partition(", ngày")[0]
    filled = {
        "number": f"Số: {stamp.number:02}/{notation(report)}",
        "place_and_date": f"{place}, {numbers.day_in_words(stamp.dated)}",
    }
    annexes = report.annexes
    if stamp.waivers:
        annexes += (waivers_annex(report, stamp.waivers),)
    return report.model_copy(
        update={
            "header": header.model_copy(update=filled),
            "signature": report.signature.model_copy(update={"name": stamp.signer}),
            "annexes": annexes,
        }
    )


def notation(report: TermReport) -> str:
    """Return what follows the number: kind of document and issuer, `BC-UBND`."""
    return report.header.number.rpartition("/")[2]


def reference(title: str, stamp: Stamp, notation: str) -> str:
    """Return how others name a document: `Báo cáo số 05/BC-UBND ngày 05 tháng 12 năm 2023`."""
    day = numbers.day_in_words(stamp.dated)
    return f"{title.capitalize()} số {stamp.number:02}/{notation} {day}"


def replacing(report: TermReport, replaced: str, restated: Sequence[Restated]) -> TermReport:
    """Return a report that replaces the one of that name, with what it says otherwise."""
    return report.model_copy(
        update={
            "subject": f"{report.subject} (thay thế {replaced})",
            "annexes": (*report.annexes, differences_annex(report, restated)),
        }
    )
