"""The words of a report about itself, and sentences of an outline filled with words and figures."""

from collections.abc import Mapping

from services.reporting.report import numbers
from services.reporting.report.book import FigureBook
from services.reporting.report.model import Paragraph, ReportHeading, Span, TextSpan
from services.reporting.report.outline import OutlineError
from shared.slots import FigureSlot, Piece, ReportSlot, Word

_LEVELS = ("phường", "xã", "thị trấn", "đặc khu", "quận", "huyện", "thị xã", "thành phố", "tỉnh")


def words_about(heading: ReportHeading) -> Mapping[str, str]:
    """Return the words for the `{report.…}` slots."""
    unit = _uncapitalised(heading.unit_name)
    return {
        "unit": unit,
        "parent": _uncapitalised(heading.parent_name),
        "level": next((level for level in _LEVELS if unit.startswith(f"{level} ")), unit),
        "start": numbers.day_in_words(heading.period.start),
        "end": numbers.day_in_words(heading.period.end),
        "start_month": numbers.month(heading.period.start),
        "end_month": numbers.month(heading.period.end),
        "period": numbers.span_in_words(heading.period),
        "as_of": numbers.day_in_words(heading.as_of),
        "as_of_year": str(heading.as_of.year),
    }


def fill(sentence: tuple[Piece, ...], words: Mapping[str, str], book: FigureBook) -> Paragraph:
    """Return a sentence with its slots filled; neighbouring words become one span."""
    spans = list[Span]()
    for piece in sentence:
        if isinstance(piece, FigureSlot):
            spans.append(book.phrase(piece))
            continue
        text = _word(piece, words)
        if spans and isinstance(spans[-1], TextSpan):
            text = spans.pop().text + text
        spans.append(TextSpan(text=text))
    return Paragraph(spans=tuple(spans))


def say(text: tuple[Word, ...], words: Mapping[str, str]) -> str:
    """Return words without figures (a heading, a caption) with their slots filled."""
    return "".join(_word(piece, words) for piece in text)


def _word(piece: Word, words: Mapping[str, str]) -> str:
    if isinstance(piece, str):
        return piece
    word = words.get(piece.name.lower())
    if word is None:
        raise OutlineError(f"report.{piece.name} is known only where each_year is")
    return _in_case_of(piece, word)


def _in_case_of(slot: ReportSlot, word: str) -> str:
    if slot.name.isupper():
        return word.upper()
    return word[0].upper() + word[1:] if slot.name[0].isupper() else word


def _uncapitalised(name: str) -> str:
    return name[:1].lower() + name[1:]
