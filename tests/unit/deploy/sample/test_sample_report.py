"""The report of the sample ward says what the model report says: each figure, in its section."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
from lxml import etree
from pypdf import PdfReader

from deploy.sample.generator import generate
from deploy.sample.issuing import PLAN
from services.reporting.figures import TallyFigures
from services.reporting.issuing import drafts
from services.reporting.report.build import CLOSING, HEADER, build
from services.reporting.report.content import Block, FigureSpan, Paragraph, Table
from services.reporting.report.keys import figure_key
from services.reporting.report.loading import TERM, load
from services.reporting.report.model import Report, Severity, Verdict
from shared.indicators.model import Kind
from tests.support import sample_ward
from tests.support.fixed_figures import HEADING
from tests.support.forms_of_reports import FORMS
from tests.support.model_report import Row, rows

WORDS = {
    "2021-2026": "2021 - 2026",
    "weekly": "hằng tuần",
    "decreased": "giảm",
    "tuesday": "thứ Ba hằng tuần",
    "excellent": "Giỏi",
    "2021-06-25": "25/6/2021",
}
QUALIFIERS = {"about": "khoảng", "more_than": "(?:trên|hơn)", "less_than": "dưới", None: ""}

BROKEN = {
    "members-by-political-theory": (3, 4),  # C03
    "households-by-sector": (1, 3),  # C17
    "trade-households-and-census": (0, 599),  # C18
    "trade-households-and-boards": (0, 30),  # C18
    "vaccinated-of-base": (11949, 6252),  # C43
    "vaccination-base-of-residents": (6252, 5355),  # C44
    "doses-of-shares": (11949, Decimal("18428.3952")),  # C45
    "recovered-of-cases": (1005, 986),  # C48
    "growth-of-registrations": (Decimal("1.2997"), Decimal("0.53")),  # C51
    "vaccinated-said-twice": (Decimal("99.87"), 100),  # C59
    "vaccination-target-three": (date(2022, 12, 31), date(2023, 11, 30)),  # C61
    "vaccination-target-four": (date(2022, 12, 31), date(2023, 11, 30)),  # C61
    "staff-of-posts": (15, 17),  # C64
    "staff-by-education": (13, 15),  # C66
    "staff-by-political-theory": (14, 15),  # C68
    "performance-and-discipline": (1, 0),  # C71
    "applications-by-timeliness": (3321, 3356),  # C74
    "applications-by-act": (3356, 2369),  # C75
    "complaints-and-petitions": (0, 5),  # C78
}
"""What contradicts itself in the model report, by its number in checks.md, and in ours."""

ERRORS = {
    "households-by-sector",
    "vaccinated-of-base",
    "vaccination-base-of-residents",
    "recovered-of-cases",
    "vaccinated-said-twice",
    "staff-of-posts",
}


@pytest.fixture(scope="module")
def figures() -> TallyFigures:
    return sample_ward.figures(generate())


@pytest.fixture(scope="module")
def report(figures: TallyFigures) -> Report:
    return build(load(TERM), HEADING, figures)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.id)
def test_every_figure_is_printed_in_its_section(report: Report, row: Row) -> None:
    key = figure_key(row.indicator, row.dimensions)

    assert row.section in report.figures[key].sections
    assert any(re.search(printed(row), text) for text in texts(report, row.section, key))


@pytest.fixture(scope="module", params=["docx", "pdf"])
def paper(request: pytest.FixtureRequest, report: Report) -> Mapping[str, str]:
    """Return the text of a document as another library reads it, section by section."""
    text = READERS[request.param](FORMS[request.param].render(report))
    begins = [(HEADER, 0)]
    headings = [
        heading
        for part in report.parts
        for heading in [
            (part.label, part.title),
            *((section.id, section.heading) for section in part.sections),
        ]
    ]
    for name, heading in [*headings, (CLOSING, "Trên đây là báo cáo")]:
        begins.append((name, text.index(squeezed(heading), begins[-1][1])))
    ends = [place for _, place in begins[1:]] + [len(text)]
    return {name: text[place:end] for (name, place), end in zip(begins, ends, strict=True)}


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.id)
def test_every_figure_is_read_in_its_section_on_paper(paper: Mapping[str, str], row: Row) -> None:
    pattern = re.sub(r"(\\-|/)", r"\1 ?", printed(row))  # a line may end there

    assert re.search(pattern, paper[row.section])


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.id)
def test_every_figure_is_of_the_days_that_it_is_told_of(figures: TallyFigures, row: Row) -> None:
    """A stock is of the day on which it was told last, what a register says of the day of that."""
    found = figures.figure(row.indicator, row.dimensions)

    assert row.end in {found.period.end, None}
    if found.kind is not Kind.LEVEL:
        assert row.start in {found.period.start, None}


def test_the_report_names_its_term_and_its_last_month(report: Report) -> None:
    """F002 and F003; the month of issue (F001) is said when it is issued."""
    assert "nhiệm kỳ 2021 - 2026" in report.subject
    assert "đến tháng 11/2023" in report.subject


def test_what_contradicts_itself_is_found_with_both_sides(report: Report) -> None:
    broken = {one.id: one for one in report.checks if one.verdict is Verdict.BROKEN}

    assert {name: (rounded(one.left), rounded(one.right)) for name, one in broken.items()} == BROKEN
    assert {name for name, one in broken.items() if one.severity is Severity.ERROR} == ERRORS


def test_each_error_of_the_sample_has_a_reason_to_be_waived_for(report: Report) -> None:
    errors = {check.id for check in report.checks if drafts.blocks(check)}

    assert sorted(one.check for one in PLAN.waivers) == sorted(errors)
    assert report.about.as_of == PLAN.issued_on


def test_every_check_can_be_made(report: Report) -> None:
    assert Verdict.NOT_CHECKED not in {one.verdict for one in report.checks}


def test_what_makes_a_difference_is_named(report: Report) -> None:
    notes = {one.id: one.note or "" for one in report.checks}

    assert "hồ sơ người nộp rút: 35 hồ sơ" in notes["applications-by-timeliness"]
    acts = re.findall(r": (?:0)?(\d+) (?:trường hợp|hồ sơ)", notes["applications-by-act"])
    assert sum(map(int, acts)) == 3356 - 2369


def test_nothing_that_is_printed_is_missing(report: Report) -> None:
    assert {one.absence for one in report.figures.values() if one.sections} == {None}
    assert not [text for text in everything(report) if "chưa báo cáo" in text or "[" in text]


def test_no_figure_of_the_model_report_is_left_out() -> None:
    """Two are words of the report about itself, four are the other ends of ranges."""
    assert len(rows()) == 205 - 2 - 4


def squeezed(text: str) -> str:
    """Return a text on one line: where lines end is the form's own affair."""
    return " ".join(text.split())


def text_of_docx(body: bytes) -> str:
    with ZipFile(BytesIO(body)) as package:
        document = etree.fromstring(package.read("word/document.xml"))
    word = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    paragraphs = document.iter(f"{word}p")
    return squeezed(" ".join("".join(t.text or "" for t in p.iter(f"{word}t")) for p in paragraphs))


def text_of_pdf(body: bytes) -> str:
    return squeezed(" ".join(page.extract_text() for page in PdfReader(BytesIO(body)).pages))


READERS = {"docx": text_of_docx, "pdf": text_of_pdf}


def printed(row: Row) -> str:
    """Return a pattern of how a figure has to be printed."""
    if isinstance(row.value, str):
        return re.escape(WORDS.get(row.value, row.value))
    if row.value == 0:
        return "không phát sinh"
    ends = [row.value] if row.upper is None else [row.value, row.upper]
    number = " - ".join(rf"(?<![\d.,])0?{written(end)}(?!\d|[.,]\d)" for end in ends)
    return rf"{QUALIFIERS[row.qualifier]} ?{number}"


def written(number: int | Decimal) -> str:
    whole, _, rest = f"{number:,}".partition(".")
    return re.escape(whole.replace(",", ".") + (f",{rest}" if rest else ""))


def texts(report: Report, section: str, key: str) -> Iterator[str]:
    """Yield the texts of a section that print a figure."""
    if section == HEADER:
        yield report.subject
    for block in blocks(report)[section]:
        spans = block.spans if isinstance(block, Paragraph) else ()
        yield from (span.text for span in spans if figure_of(span) == key)


def figure_of(span: object) -> str | None:
    return span.figure if isinstance(span, FigureSpan) else None


def blocks(report: Report) -> Mapping[str, Sequence[Block]]:
    """Return the blocks of the report by the section in which they stand."""
    found: dict[str, Sequence[Block]] = {HEADER: (), CLOSING: (report.closing,)}
    for part in report.parts:
        found[part.label] = part.blocks
        found |= {section.id: section.blocks for section in part.sections}
    return found


def everything(report: Report) -> Iterator[str]:
    """Yield the text of every paragraph and cell."""
    for block in [*report.introduction, *(b for told in blocks(report).values() for b in told)]:
        if isinstance(block, Paragraph):
            yield "".join(span.text for span in block.spans)
        elif isinstance(block, Table):
            yield from (cell.text for row in block.rows for cell in row.cells)


def rounded(side: object) -> object:
    return round(side, 4) if isinstance(side, Decimal) else side
