"""What an outline says is held against indicators, layouts and checks before it is used."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from services.reporting.report.outline import (
    BlockOutline,
    EachOutline,
    Layout,
    Outline,
    ProseOutline,
    RowOutline,
    TableOutline,
    TextOutline,
)
from shared.indicators import CATALOGUE, INDICATORS
from shared.indicators.model import RESERVED, Kind
from shared.slots import FigureSlot, Piece, ReportSlot
from shared.toml_files import TomlFile

type Place = tuple[int | str, ...]
type Fault = tuple[Place, str]
"""Where something is wrong in a file, and what."""

_ANNEX_COLUMNS = {"checks": 8, "figures": 5, "charts": 0, "returns": 8}


def faults_of(
    file: TomlFile[Outline], layouts: Mapping[str, Layout], groups: Collection[str]
) -> Iterator[str]:
    """Yield what is wrong with an outline beyond its form, each with its line."""
    outline = file.content
    for found in (
        _names(outline, groups),
        _sentences(outline),
        _blocks(outline, layouts),
        _charts(outline),
    ):
        # The columns of a table may all find the same fault in a row.
        yield from (f"{file.at(*place)}: {what}" for place, what in dict.fromkeys(found))


def _names(outline: Outline, groups: Collection[str]) -> Iterator[Fault]:
    seen = set[str]()
    for place, section in _sections(outline):
        if section in seen:
            yield (*place, "id"), f"section {section} stands twice"
        seen.add(section)
    for number, group in enumerate(outline.checks):
        if group not in groups:
            yield ("checks", number), f"there is no check of the group {group}"
    for number, annex in enumerate(outline.annexes):
        wanted = _ANNEX_COLUMNS[annex.kind]
        if len(annex.columns) != wanted:
            yield ("annexes", number, "columns"), f"an annex of {annex.kind} has {wanted} columns"


def _sections(outline: Outline) -> Iterator[tuple[Place, str]]:
    for number, part in enumerate(outline.parts):
        yield ("parts", number), part.label
        for place, section in enumerate(part.sections):
            yield ("parts", number, "sections", place), section.id


def _sentences(outline: Outline) -> Iterator[Fault]:
    """Yield the faults of what stands outside of blocks."""
    form = outline.form
    told: list[tuple[Place, Sequence[Piece]]] = [
        (("period",), outline.period),
        (("closing",), outline.closing),
        (("form", "number"), form.number),
        (("form", "place_and_date"), form.place_and_date),
        (("form", "subject"), form.subject),
        (("several", "subject"), outline.several.subject),
        (("several", "introduction"), outline.several.introduction),
        (("several", "closing"), outline.several.closing),
    ]
    for key in ("superior", "issuer", "recipients"):
        told += [(("form", key, n), line) for n, line in enumerate(getattr(form, key))]
    told += [
        (("annexes", n, "attachment"), one.attachment) for n, one in enumerate(outline.annexes)
    ]
    for number, part in enumerate(outline.parts):
        told.append((("parts", number, "title"), part.title))
        told += [
            (("parts", number, "sections", n, "heading"), section.heading)
            for n, section in enumerate(part.sections)
        ]
    for place, sentence in told:
        yield from ((place, what) for what in _sentence(sentence))


def _blocks(outline: Outline, layouts: Mapping[str, Layout]) -> Iterator[Fault]:
    for place, block in _places_of_blocks(outline):
        match block:
            case TextOutline():
                yield from (((*place, "text"), what) for what in _sentence(block.text))
                missing = _sentence(block.missing or ())
                yield from (((*place, "missing"), what) for what in missing)
            case EachOutline():
                yield from ((place, what) for what in _each(block))
            case ProseOutline():
                yield from (((*place, "prose"), what) for what in _prose(block))
            case TableOutline():
                yield from (((*place, *step), what) for step, what in _table(block, layouts))


def _places_of_blocks(outline: Outline) -> Iterator[tuple[Place, BlockOutline]]:
    for n, block in enumerate(outline.introduction):
        yield ("introduction", n), block
    for number, part in enumerate(outline.parts):
        for n, block in enumerate(part.blocks):
            yield ("parts", number, "blocks", n), block
        for place, section in enumerate(part.sections):
            for n, block in enumerate(section.blocks):
                yield ("parts", number, "sections", place, "blocks", n), block


def _sentence(sentence: Sequence[Piece], variables: Collection[str] = ()) -> Iterator[str]:
    for piece in sentence:
        if isinstance(piece, FigureSlot):
            yield from _figure(piece, variables)
        elif isinstance(piece, ReportSlot) and piece.name.startswith("$"):
            yield from _variables([piece.name.lower()], variables)


def _figure(slot: FigureSlot, variables: Collection[str] = ()) -> Iterator[str]:
    """Yield what is wrong with a figure; its variables stand for any value."""
    yield from _variables([slot.indicator, *slot.dimensions.values()], variables)
    if not slot.indicator.startswith("$") and (fault := CATALOGUE.check(slot)):
        yield fault


def _variables(texts: Sequence[str], known: Collection[str]) -> Iterator[str]:
    for text in texts:
        name = text.partition(".")[0]
        if name.startswith("$") and name[1:] not in known:
            yield f"there is no {name} here"


def _varied(each: FigureSlot, by: str) -> Iterator[str]:
    """Yield what is wrong with a dimension for each of whose values something is to stand."""
    yield from _figure(each)
    indicator = INDICATORS.get(each.indicator)
    if indicator and by not in {*CATALOGUE.dimensions_of(indicator), *RESERVED[:1]}:
        yield f"{each.indicator} has no dimension {by}"


def _each(block: EachOutline) -> Iterator[str]:
    yield from _varied(block.each, block.by)
    yield from _sentence(block.text, [block.by])
    yield from _sentence((*block.none, *(block.lead or ())))


def _prose(block: ProseOutline) -> Iterator[str]:
    yield from _figure(block.prose)
    indicator = INDICATORS.get(block.prose.indicator)
    if indicator and indicator.kind is not Kind.TEXT:
        yield f"{indicator.id} is no text"


def _table(block: TableOutline, layouts: Mapping[str, Layout]) -> Iterator[Fault]:
    layout = layouts.get(block.table)
    if layout is None:
        yield ("table",), f"there is no layout {block.table!r}"
        return
    around = (*block.caption, *(layout.scope or ()), *(layout.note or ()))
    yield from ((("caption",), what) for what in _sentence(around))
    for number, row in enumerate(block.rows):
        heading = row.heading
        found = _row(row, layout, block.service) if heading is None else _sentence(heading)
        yield from ((("rows", number), what) for what in found)


def _row(row: RowOutline, layout: Layout, service: str) -> Iterator[str]:
    variables = [row.by] if row.by else []
    if row.each and row.by:
        yield from _varied(row.each, row.by)
    yield from _sentence(row.label or (), variables)
    if row.figure:
        yield from _figure(row.figure.narrowed(row.dimensions), variables)
    for column in layout.columns:
        if column.figure is None and row.figure is None:
            yield f"the column {column.label!r} asks for a figure in each row"
        for slot in column.figure or ():
            bound = slot.bind({"service": service} if service else {})
            yield from _figure(bound.narrowed(row.dimensions), variables)
            if len(column.figure or ()) > 1 and _is_text(bound):
                yield f"{bound.indicator} is a text, it cannot be added up"


def _is_text(slot: FigureSlot) -> bool:
    indicator = INDICATORS.get(slot.indicator)
    return indicator is not None and indicator.kind is Kind.TEXT


def _charts(outline: Outline) -> Iterator[Fault]:
    for number, chart in enumerate(outline.charts):
        for n, slot in enumerate(chart.lines):
            for what in _figure(slot):
                yield ("charts", number, "lines", n), what
        units = {
            INDICATORS[s.indicator].unit_of_measure
            for s in chart.lines
            if s.indicator in INDICATORS
        }
        if len(units) > 1 or any(map(_is_text, chart.lines)):
            yield (
                ("charts", number, "lines"),
                "a chart is of numbers of one unit of measure",
            )
