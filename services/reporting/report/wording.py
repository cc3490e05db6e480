"""Words: those of a report about itself, and sentences filled with words and figures."""

from collections.abc import Iterator, Mapping
from dataclasses import field, replace

from services.reporting.figure import Absence, Period
from services.reporting.report import numbers
from services.reporting.report.book import FigureBook, words_of
from services.reporting.report.content import Paragraph, Span, TextSpan
from services.reporting.report.model import ReportHeading
from shared.record import record
from shared.slots import FigureSlot, Piece, ReportSlot

_LEVELS = ("phường", "xã", "thị trấn", "đặc khu", "quận", "huyện", "thị xã", "thành phố", "tỉnh")


@record()
class Writer:
    """Fills sentences with `words` and the figures of a book; `$name` in them is a variable.

    `spans` are the days that a column of a table may be of, None for the report's own.
    """

    words: Mapping[str, str]
    spans: Mapping[str, Period | None]
    book: FigureBook
    variables: Mapping[str, str] = field(default_factory=dict)

    def with_variable(self, name: str, value: str, words: str) -> "Writer":
        """Return a writer that knows one variable more, and its words."""
        return replace(
            self,
            words={**self.words, f"${name}": words},
            variables={**self.variables, name: value},
        )

    def each(self, each: FigureSlot, by: str, *, year_before: bool = False) -> Iterator["Writer"]:
        """Yield a writer for each value of the dimension `by` for which there is a figure."""
        values = self.book.values(each, by)
        if year_before:
            values = self._with_year_before(each, values)
        for value in values:
            words = words_of(each, by, value)
            if by == "year":
                # A year that is not over yet is named by its months.
                words = numbers.year_in_words(self.book.take(each.narrowed({by: value})).period)
            yield self.with_variable(by, value, words)

    def _with_year_before(self, each: FigureSlot, years: list[str]) -> list[str]:
        period = self.spans["year_before"]
        assert period is not None
        year = str(period.start.year)
        told = self.book.take(each.narrowed({"year": year})).absence is not Absence.MISSING
        return [year, *years] if told and year not in years else years

    def slot(self, slot: FigureSlot) -> FigureSlot:
        """Return a slot with its variables replaced."""
        return slot.bind(self.variables) if self.variables else slot

    def fill(self, sentence: tuple[Piece, ...]) -> Paragraph:
        """Return a sentence with its slots filled; neighbouring words become one span."""
        spans = list[Span]()
        for piece in sentence:
            if isinstance(piece, FigureSlot):
                spans.append(self.book.phrase(self.slot(piece)))
            else:
                add_words(spans, self._word(piece))
        return Paragraph(spans=tuple(spans))

    def say(self, sentence: tuple[Piece, ...] | None) -> str:
        """Return a sentence as plain text (a heading, a caption), or nothing for none."""
        if sentence is None:
            return ""
        return "".join(
            self.book.phrase(self.slot(one)).text
            if isinstance(one, FigureSlot)
            else self._word(one)
            for one in sentence
        )

    def _word(self, piece: str | ReportSlot) -> str:
        if isinstance(piece, str):
            return piece
        return _in_case_of(piece, self.words[piece.name.lower()])


def add_words(spans: list[Span], text: str) -> None:
    """Add words to the spans of a paragraph."""
    if spans and isinstance(spans[-1], TextSpan):
        text = spans.pop().text + text
    spans.append(TextSpan(text=text))


def words_about(heading: ReportHeading) -> Mapping[str, str]:
    """Return the words for the `{report.…}` slots."""
    unit = _uncapitalised(heading.unit_name)
    return {
        "unit": unit,
        "parent": _uncapitalised(heading.parent_name),
        "level": next((level for level in _LEVELS if unit.startswith(f"{level} ")), unit),
        "name": heading.name or numbers.span_in_words(heading.period),
        "start": numbers.day_in_words(heading.period.start),
        "end": numbers.day_in_words(heading.period.end),
        "start_month": numbers.month(heading.period.start),
        "end_month": numbers.month(heading.period.end),
        "period": numbers.span_in_words(heading.period),
        "as_of": numbers.day_in_words(heading.as_of),
        "as_of_year": str(heading.as_of.year),
    }


def _in_case_of(slot: ReportSlot, word: str) -> str:
    name = slot.name.removeprefix("$")
    if name.isupper():
        return word.upper()
    return word[:1].upper() + word[1:] if name[0].isupper() else word


def _uncapitalised(name: str) -> str:
    return name[:1].lower() + name[1:]
