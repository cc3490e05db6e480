"""Decisions about returns: accept one per unit, form and period; correct it line by line. Pure."""

from collections.abc import Sequence
from datetime import date
from uuid import NAMESPACE_URL, UUID, uuid5

from services.returns.commands import AcceptReturn, CorrectReturn, DeclareFigure
from shared.casework.model import unit_id
from shared.events.envelope import Event, event_id, new_event
from shared.events.returns import (
    DeclaredFigure,
    Return,
    ReturnAccepted,
    ReturnCorrected,
    ReturnCorrectedData,
    ReturnData,
)
from shared.forms import FORMS, Form
from shared.recorded import Recorded, not_after
from shared.records.model import HeldRecord
from shared.refusal import Refused

SOURCE = "/wardbook/returns"


def return_id(command: AcceptReturn) -> UUID:
    """Return the identity of a return: unit, form and period, so that there is only one of each."""
    unit = unit_id(command.unit, command.period_end)
    period = f"{command.period_start}/{command.period_end}"
    return uuid5(NAMESPACE_URL, f"wardbook/return/{unit}/{command.form}/{period}")


def accept(held: HeldRecord | None, command: AcceptReturn, recorded: Recorded) -> Event:
    """Accept a return for a period that has ended."""
    form = FORMS.get(command.form)
    if form is None:
        raise Refused("unknown_form", "form", known=", ".join(FORMS))
    _check_period(command.period_start, command.period_end, recorded)
    if held is not None:
        raise Refused("return_exists", status=409)
    ward_return = Return(
        unit=unit_id(command.unit, command.period_end),
        form=command.form,
        period_start=command.period_start,
        period_end=command.period_end,
        figures=_declared(form, command.figures),
    )
    return new_event(
        ReturnAccepted,
        ReturnData(ward_return=ward_return),
        source=SOURCE,
        subject=return_id(command),
        sequence=1,
        occurred_on=command.period_end,
        recorded_at=recorded.at,
        migrated=recorded.migrated,
    )


def correct(held: HeldRecord | None, command: CorrectReturn, recorded: Recorded) -> Event:
    """Replace lines of an accepted return."""
    if held is None:
        raise Refused("unknown_return", "id", status=404)
    before = Return.model_validate(held.state["ward_return"])
    lines = {line.indicator: line for line in before.figures}
    wanted = {line.indicator: line for line in _declared(FORMS[before.form], command.figures)}
    changed = [indicator for indicator, line in wanted.items() if lines.get(indicator) != line]
    if not changed:
        raise Refused("nothing_changes", "figures")
    after = before.model_copy(update={"figures": tuple((lines | wanted).values())})
    return new_event(
        ReturnCorrected,
        ReturnCorrectedData(
            ward_return=after, corrects=event_id(held.id, held.sequence), changed=changed
        ),
        source=SOURCE,
        subject=held.id,
        sequence=held.sequence + 1,
        occurred_on=recorded.on,
        recorded_at=recorded.at,
        migrated=recorded.migrated,
    )


def _check_period(start: date, end: date, recorded: Recorded) -> None:
    """Check that a yearly form covers a year or its first months, and that these are over."""
    if end < start:
        raise Refused("period_backwards", "period_end", start=start)
    not_after("period_end", end, recorded)
    if (start.month, start.day) != (1, 1) or start.year != end.year:
        raise Refused("not_one_year", "period_start")


def _declared(form: Form, lines: Sequence[DeclareFigure]) -> tuple[DeclaredFigure, ...]:
    known = {line.indicator for line in form.lines}
    seen: set[str] = set()
    for place, line in enumerate(lines):
        if line.indicator not in known:
            names = ", ".join(sorted(known))
            raise Refused(
                "line_not_of_form", f"figures.{place}.indicator", form=form.code, known=names
            )
        if line.indicator in seen:
            raise Refused("line_twice", f"figures.{place}.indicator", indicator=line.indicator)
        if (line.amount is None) == (line.absence is None):
            raise Refused("amount_or_absence", f"figures.{place}")
        seen.add(line.indicator)
    return tuple(DeclaredFigure(**line.model_dump()) for line in lines)
