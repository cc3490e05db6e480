"""Builds the report: an outline filled with the figures of one unit, period and day. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from services.reporting.figure import Figures
from services.reporting.report.annexes import annexes
from services.reporting.report.blocks import fill
from services.reporting.report.book import FigureBook
from services.reporting.report.charts import chart
from services.reporting.report.checks import evaluate, unfinished
from services.reporting.report.content import Block, Paragraph, TextSpan
from services.reporting.report.disclosure import without_small_counts
from services.reporting.report.filing import Filing
from services.reporting.report.loading import Plan
from services.reporting.report.model import (
    Audience,
    CheckResult,
    Header,
    Part,
    Report,
    ReportHeading,
    Section,
    Signature,
)
from services.reporting.report.outline import (
    BlockOutline,
    FormOutline,
    PartOutline,
    SectionOutline,
)
from services.reporting.report.spans import spans_of
from services.reporting.report.wording import Writer, words_about
from shared import units
from shared.slots import ReportSlot, Sentence

# Where figures stand that are in no section: above the first part, below the last one.
HEADER, OPENING, CLOSING = "header", "opening", "closing"


def build(
    plan: Plan,
    heading: ReportHeading,
    figures: Figures,
    filings: Sequence[Filing] = (),
    note: str = "",
) -> Report:
    """Return the report of an outline on `heading`; of one for the public, small counts are out.

    `filings` tell how the returns came that figures were taken from; a `note` on what the report
    adds up ends its introduction.
    """
    if heading.audience is Audience.PUBLIC:
        told = _Builder(plan, heading, figures, filings, note).report().figures
        figures = without_small_counts(figures, heading.period, told, plan)
    return _Builder(plan, heading, figures, filings, note).report()


def relations(plan: Plan, heading: ReportHeading, figures: Figures) -> Sequence[CheckResult]:
    """Return what is checked in a report but for what is unwritten in it, which is not drawn."""
    writer = Writer(words_about(heading), spans_of(heading.period), FigureBook(figures))
    return list(_relations(plan, writer, heading))


def _relations(plan: Plan, writer: Writer, heading: ReportHeading) -> Iterator[CheckResult]:
    for check in plan.checks:
        yield from evaluate(check, writer, heading.period.end)


class _Builder:
    """Fills one report, from its first line to its last, so that figures are listed in order."""

    def __init__(
        self,
        plan: Plan,
        heading: ReportHeading,
        figures: Figures,
        filings: Sequence[Filing],
        note: str,
    ) -> None:
        self._note = Paragraph(spans=(TextSpan(text=note),)) if note else None
        self._plan = plan
        self._filings = filings
        self._heading = heading
        self._figures = figures
        self._is_of_several = not units.is_unit(heading.unit_id)
        self._book = FigureBook(figures, is_of_several=self._is_of_several)
        self._writer = Writer(words_about(heading), spans_of(heading.period), self._book)

    def report(self) -> Report:
        """Return the report."""
        outline, say, book = self._plan.outline, self._writer.say, self._book
        book.section = HEADER
        several = outline.several if self._is_of_several else None
        header, subject, period = (
            self._header(outline.form),
            say(several.subject if several else outline.form.subject),
            say(outline.period),
        )
        book.section = OPENING
        introduction = (
            (self._writer.fill(several.introduction),)
            if several
            else self._blocks(outline.introduction)
        )
        if self._note is not None:
            introduction += (self._note,)
        parts = tuple(map(self._part, outline.parts))
        book.section = CLOSING
        closing = self._writer.fill(several.closing if several else outline.closing)
        signature = self._signature(outline.form)
        book.section = ""
        checks = tuple(self._checks())
        charts = [chart(one, self._figures, self._heading.period) for one in outline.charts]
        entries = book.entries()
        return Report(
            outline=outline.id,
            about=self._heading,
            header=header,
            title=outline.form.title,
            subject=subject,
            addressee="".join(self._lines([outline.form.addressee or ()])),
            period=period,
            introduction=introduction,
            parts=parts,
            closing=closing,
            signature=signature,
            annexes=annexes(outline.annexes, self._writer, checks, charts, self._filings),
            figures=entries,
            checks=checks,
        )

    def _header(self, form: FormOutline) -> Header:
        say = self._writer.say
        return Header(
            superior=tuple(map(say, form.superior)) if self._heading.parent_name else (),
            issuer=tuple(map(say, form.issuer)),
            country=form.country,
            motto=form.motto,
            number=say(form.number),
            place_and_date=say(form.place_and_date),
        )

    def _signature(self, form: FormOutline) -> Signature:
        recipients = self._lines(form.recipients)
        return Signature(authority=form.authority, signer=form.signer, recipients=recipients)

    def _lines(self, sentences: Iterable[Sentence]) -> tuple[str, ...]:
        """Return lines, but for those that name a superior where there is none."""
        return tuple(
            self._writer.say(one)
            for one in sentences
            if self._heading.parent_name
            or not any(isinstance(s, ReportSlot) and s.name.lower() == "parent" for s in one)
        )

    def _part(self, part: PartOutline) -> Part:
        self._book.section = part.label
        return Part(
            label=part.label,
            # In capitals (Nghị định 30/2020/NĐ-CP, Phụ lục I, II.6đ), what a figure says in it too.
            title=self._writer.say(part.title).upper(),
            blocks=self._blocks(part.blocks),
            sections=tuple(map(self._section, part.sections)),
        )

    def _section(self, section: SectionOutline) -> Section:
        self._book.section = section.id
        return Section(
            id=section.id,
            level=section.level,
            heading=self._writer.say(section.heading),
            blocks=self._blocks(section.blocks),
        )

    def _blocks(self, blocks: Iterable[BlockOutline]) -> tuple[Block, ...]:
        layouts = self._plan.layouts
        return tuple(made for one in blocks for made in fill(one, layouts, self._writer))

    def _checks(self) -> Iterator[CheckResult]:
        yield from _relations(self._plan, self._writer, self._heading)
        yield from unfinished(self._book)
