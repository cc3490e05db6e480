"""Fills the blocks of an outline: paragraphs, authored text and tables. Pure."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from services.reporting.figure import Absence, Period
from services.reporting.report import numbers
from services.reporting.report.book import Absent, number_of, words_of
from services.reporting.report.model import (
    Block,
    HeadCell,
    Paragraph,
    Row,
    Span,
    Table,
    TextSpan,
)
from services.reporting.report.outline import (
    BlockOutline,
    ColumnOutline,
    EachOutline,
    Layout,
    Outline,
    ProseOutline,
    RowOutline,
    TableOutline,
    TextOutline,
)
from services.reporting.report.wording import Writer, add_words
from shared.slots import FigureSlot, read_sentence
