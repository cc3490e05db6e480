"""The lines of a form: what may be declared on it, and all that is wrong with what is. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from services.returns.authored import faults_of_text
from services.returns.commands import DeclareFigure
from shared.events.returns import DeclaredFigure
from shared.forms import OWN_SPAN, Form, Line
from shared.indicators import CATALOGUE, INDICATORS
from shared.indicators.model import Kind
from shared.quantity import Quantity
from shared.refusal import Refused, RefusedAll
from shared.registers import Codes

type Place = tuple[str, frozenset[tuple[str, str]]]
"""What makes a line the same one: its indicator and what that is narrowed to."""


def read(figures: Sequence[DeclareFigure]) -> tuple[DeclaredFigure, ...]:
    """Return lines as they are published. Refuses all of which it is not clear what they say."""
    read_ = [_read(figure, f"figures.{number}") for number, figure in enumerate(figures)]
    if refusals := [one for one in read_ if isinstance(one, Refused)]:
        raise RefusedAll(refusals)
    return tuple(one for one in read_ if isinstance(one, DeclaredFigure))


def declared(form: Form, figures: Sequence[DeclaredFigure]) -> tuple[DeclaredFigure, ...]:
    """Return the lines, which are all in order. Refuses with everything that is wrong."""
    if refusals := list(wrong(form, figures)):
        raise RefusedAll(refusals)
    return tuple(figures)


def wrong(form: Form, figures: Sequence[DeclaredFigure]) -> Iterator[Refused]:
    """Yield what the form does not allow; the field of `figures.3` is that of the fourth."""
    seen = set[Place]()
    for number, figure in enumerate(figures):
        field = f"figures.{number}"
        faults = [*_faults_of_place(form, figure, field)]
        if not faults:
            faults = list(_faults_of_value(form, figure, field))
        if place_of(figure) in seen:
            faults.append(Refused("line_twice", f"{field}.indicator", indicator=figure.indicator))
        seen.add(place_of(figure))
        yield from faults


def place_of(figure: DeclaredFigure) -> Place:
    """Return what no two lines of a return share."""
    return figure.indicator, frozenset((figure.dimensions or {}).items())


def by_place(figures: Sequence[DeclaredFigure]) -> dict[Place, DeclaredFigure]:
    """Return lines by what each is about."""
    return {place_of(figure): figure for figure in figures}


def label_of(indicator: str, dimensions: Mapping[str, str]) -> str:
    """Return what a line is called: its indicator, and in words what that is narrowed to."""
    codes = CATALOGUE.dimensions_of(INDICATORS[indicator])
    words = [(codes[name] or {}).get(code, code) for name, code in dimensions.items()]
    label = INDICATORS[indicator].label
    return f"{label} ({', '.join(words)})" if words else label


def cells_of(line: Line) -> list[dict[str, str]]:
    """Return what a line may be narrowed to, beside its rows: nothing more, or a code of each."""
    cells = [dict(line.dimensions)]
    for name, codes in _codes_of(line).items():
        cells = [{**cell, **one} for cell in cells for one in ({}, *({name: c} for c in codes))]
    return cells


def left_out(form: Form, figures: Sequence[DeclaredFigure]) -> list[str]:
    """Return the labels of the required lines that a return says nothing of."""
    return [
        label_of(line.indicator, line.dimensions)
        for line in form.lines
        if line.required and not any(_is_of(form, line, figure) for figure in figures)
    ]


def _read(figure: DeclareFigure, field: str) -> DeclaredFigure | Refused:
    if (figure.amount, figure.text, figure.absence).count(None) != 2:  # noqa: PLR2004 - of three
        return Refused("amount_or_absence", field)
    parts = figure.model_dump(include={"decimals", "upper", "qualifier"}, exclude_none=True)
    amount = figure.amount
    if parts and (amount is None or amount != Quantity(amount=amount.amount)):
        return Refused("amount_in_parts", field)
    try:
        amount = Quantity(amount=amount.amount, **parts) if amount and parts else amount
    except ValueError:
        return Refused("not_a_quantity", f"{field}.amount")
    return DeclaredFigure(
        indicator=figure.indicator,
        dimensions=dict(figure.dimensions) if figure.dimensions else None,
        amount=amount.amount if amount else None,
        decimals=(amount.decimals or None) if amount else None,
        upper=amount.upper if amount else None,
        qualifier=amount.qualifier if amount else None,
        text=figure.text,
        until=figure.until,
        absence=figure.absence,
    )


def _codes_of(line: Line) -> Mapping[str, Codes]:
    """Return the dimensions that a line leaves free, with the codes of each."""
    known = CATALOGUE.dimensions_of(INDICATORS[line.indicator])
    return {
        name: codes
        for name, codes in known.items()
        if codes is not None and name not in line.dimensions
    }


def _is_of(form: Form, line: Line, figure: DeclaredFigure) -> bool:
    """Return whether a figure is declared on this line."""
    return figure.indicator == line.indicator and not list(_misfits(form, line, figure, ""))


def _faults_of_place(form: Form, figure: DeclaredFigure, field: str) -> Sequence[Refused]:
    """Return why no line of the form is meant, by the line that is nearest."""
    lines = [line for line in form.lines if line.indicator == figure.indicator]
    if not lines:
        names = ", ".join(sorted({line.indicator for line in form.lines}))
        where = f"{field}.indicator"
        return [Refused("line_not_of_form", where, form=form.code, known=names)]
    return min((list(_misfits(form, line, figure, field)) for line in lines), key=len)


def _misfits(form: Form, line: Line, figure: DeclaredFigure, field: str) -> Iterator[Refused]:
    """Yield in what a figure of the line's indicator is narrowed otherwise than the line is."""
    told: Mapping[str, str] = figure.dimensions or {}
    free, rows = _codes_of(line), form.rows_of(line)
    for name, value in told.items():
        where = f"{field}.dimensions.{name}"
        fixed = line.dimensions.get(name)
        known = [fixed] if fixed else [*free.get(name, ())]
        if known and value not in known:
            yield Refused("value_not_listed", where, known=", ".join(known))
        elif not known and name not in rows:
            yield Refused("dimension_unknown", where, dimension=name, indicator=line.indicator)
    for name in (*line.dimensions, *rows):
        if name not in told:
            where, heading = f"{field}.dimensions.{name}", form.rows.get(name, name)
            yield Refused("dimension_missing", where, dimension=heading, indicator=line.indicator)


def _faults_of_value(form: Form, figure: DeclaredFigure, field: str) -> Iterator[Refused]:
    """Say what cannot be declared of this indicator."""
    indicator = INDICATORS[figure.indicator]
    if figure.until is not None and indicator.kind is not Kind.TARGET:
        yield Refused("not_a_target", f"{field}.until", indicator=figure.indicator)
    if figure.amount is not None and indicator.kind is Kind.TEXT:
        yield Refused("line_is_text", f"{field}.amount", indicator=figure.indicator)
    elif figure.amount is not None:
        if figure.amount < 0 and not indicator.negative:
            yield Refused("negative", f"{field}.amount", indicator=figure.indicator)
        counted = indicator.kind in {Kind.FLOW, Kind.LEVEL} and not indicator.fractional
        if figure.decimals and counted:
            yield Refused("not_whole", f"{field}.amount", unit=indicator.unit_of_measure)
    if figure.text is None:
        return
    if indicator.kind is not Kind.TEXT:
        yield Refused("line_is_number", f"{field}.text", indicator=figure.indicator)
    elif form.period == OWN_SPAN:
        yield from faults_of_text(figure.text, f"{field}.text")
    elif indicator.words and figure.text not in indicator.words:
        known = ", ".join(f"{code} ({words})" for code, words in indicator.words.items())
        yield Refused("value_not_listed", f"{field}.text", known=known)
