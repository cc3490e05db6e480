"""Decisions about returns, one per unit, form and period: submit, judge, correct. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from services.returns import lines
from services.returns.commands import (
    AcceptReturn,
    AcceptSubmission,
    CorrectReturn,
    OfPeriod,
    SendBack,
    SubmitReturn,
)
from shared import units
from shared.casework.place import unit_id
from shared.events.envelope import Event, event_id, new_event
from shared.events.returns import (
    DeclaredFigure,
    Return,
    ReturnAccepted,
    ReturnCorrected,
    ReturnCorrectedData,
    ReturnData,
    ReturnSentBack,
    ReturnStatus,
    ReturnSubmitted,
)
from shared.forms import FORMS, OWN_SPAN, Form
from shared.frozen import Frozen
from shared.obligations import first_day
from shared.periods import PERIOD_KINDS
from shared.recorded import Recorded, not_after
from shared.refusal import Refused

SOURCE = "/wardbook/returns"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a department has written so far; `version` changes whenever it is saved."""

    version: int
    ward_return: Return


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldReturn:
    """A return as the service holds it: what was published of it (at `sequence` 0 nothing was)."""

    id: UUID
    sequence: int
    recorded_at: datetime
    ward_return: Return | None
    draft: Draft | None = None

    @property
    def unit(self) -> str | None:
        """The unit that it is of, or that its draft is of."""
        told = self.ward_return or (self.draft and self.draft.ward_return)
        return told.unit if told else None

    @property
    def status(self) -> ReturnStatus | None:
        """Where it stands; None where nothing was submitted yet."""
        return (self.ward_return.status or ReturnStatus.ACCEPTED) if self.ward_return else None


class AlreadySubmitted(Refused):
    """The same lines are submitted already: nothing is to be done, and nothing is wrong."""

    def __init__(self, held: HeldReturn) -> None:
        """Say so of `held`."""
        super().__init__("already_submitted", status=409)
        self.held = held


def return_id(unit: str, form: str, start: date, end: date) -> UUID:
    """Return the identity of a return: unit, form and period, so that there is only one of each."""
    return uuid5(NAMESPACE_URL, f"wardbook/return/{unit}/{form}/{start}/{end}")


def id_of(command: OfPeriod) -> UUID:
    """Return the identity of the return that a command means."""
    unit = unit_id(command.unit, command.period_end)
    return return_id(unit, command.form, command.period_start, command.period_end)


def draft(command: OfPeriod, figures: Sequence[DeclaredFigure]) -> Return:
    """Return what a draft holds: lines that can be read, of a form and for a period that exist."""
    form = form_of(command.form)
    check_period(form, command)
    return _ward_return(command, figures, None)


def submit(held: HeldReturn | None, command: SubmitReturn, recorded: Recorded) -> Event:
    """Submit a return, or other lines of one that is not accepted yet. Raises AlreadySubmitted."""
    form = form_of(command.form)
    _check_told(form, command, recorded)
    if held and held.status is ReturnStatus.ACCEPTED:
        raise Refused("return_exists", status=409)
    figures = lines.declared(form, _submitted(held, command))
    ward_return = _ward_return(command, figures, ReturnStatus.SUBMITTED)
    if held and held.status is ReturnStatus.SUBMITTED and _same(held.ward_return, ward_return):
        raise AlreadySubmitted(held)
    data = ReturnData(ward_return=ward_return)
    return _next(ReturnSubmitted, held, id_of(command), data, recorded, recorded.on)


def accept(held: HeldReturn | None, command: AcceptReturn, recorded: Recorded) -> Event:
    """Accept a return at once, whatever was submitted before."""
    form = form_of(command.form)
    _check_told(form, command, recorded)
    if held and held.status is ReturnStatus.ACCEPTED:
        raise Refused("return_exists", status=409)
    figures = lines.declared(form, lines.read(command.figures))
    data = ReturnData(ward_return=_ward_return(command, figures, ReturnStatus.ACCEPTED))
    return _next(ReturnAccepted, held, id_of(command), data, recorded, command.period_end)


def accept_submission(
    held: HeldReturn | None, command: AcceptSubmission, recorded: Recorded
) -> Event:
    """Accept what was submitted and read."""
    id_, data = _judged(held, command, ReturnStatus.ACCEPTED)
    return _next(ReturnAccepted, held, id_, data, recorded, data.ward_return.period_end)


def send_back(held: HeldReturn | None, command: SendBack, recorded: Recorded) -> Event:
    """Send back what was submitted and read; its department has to submit it anew."""
    id_, data = _judged(held, command, ReturnStatus.SENT_BACK)
    return _next(ReturnSentBack, held, id_, data, recorded, recorded.on)


def correct(held: HeldReturn | None, command: CorrectReturn, recorded: Recorded) -> Event:
    """Replace lines of an accepted return."""
    if held is None or held.ward_return is None:
        raise Refused("unknown_return", "id", status=404)
    if held.status is not ReturnStatus.ACCEPTED:
        raise Refused("not_accepted", status=409)
    before = held.ward_return
    present = lines.by_place(before.figures)
    wanted = lines.by_place(lines.declared(form_of(before.form), lines.read(command.figures)))
    changed = [line.indicator for place, line in wanted.items() if present.get(place) != line]
    if not changed:
        raise Refused("nothing_changes", "figures")
    figures = tuple((present | wanted).values())
    data = ReturnCorrectedData(
        ward_return=before.model_copy(update={"figures": figures, "status": ReturnStatus.ACCEPTED}),
        corrects=event_id(held.id, held.sequence),
        changed=tuple(dict.fromkeys(changed)),
    )
    return _next(ReturnCorrected, held, held.id, data, recorded, recorded.on)


def form_of(code: str) -> Form:
    """Return the form of a code, or refuse it."""
    if code not in FORMS:
        raise Refused("unknown_form", "form", known=", ".join(FORMS))
    return FORMS[code]


def _submitted(held: HeldReturn | None, command: SubmitReturn) -> Sequence[DeclaredFigure]:
    """Return the lines that a command submits: its own, or those of the draft that was read."""
    if (command.figures is None) == (command.draft is None):
        raise Refused("figures_or_draft", "figures")
    if command.figures is not None:
        return lines.read(command.figures)
    if held is None or held.draft is None or held.draft.version != command.draft:
        raise Refused("draft_changed", "draft", status=412)
    return held.draft.ward_return.figures


def _judged(
    held: HeldReturn | None, command: AcceptSubmission, status: ReturnStatus
) -> tuple[UUID, ReturnData]:
    """Return which return is judged, and what it becomes by that."""
    if held is None or held.ward_return is None:
        raise Refused("unknown_return", "id", status=404)
    if held.status is not ReturnStatus.SUBMITTED:
        raise Refused("not_submitted", status=409)
    if held.sequence != command.sequence:
        raise Refused("submitted_anew", "sequence", status=409, sequence=held.sequence)
    after = held.ward_return.model_copy(update={"status": status})
    return held.id, ReturnData(ward_return=after)


def _same(one: Return | None, other: Return) -> bool:
    """Return whether two versions of a return declare the same, in whatever order."""
    return one is not None and lines.by_place(one.figures) == lines.by_place(other.figures)


def _ward_return(
    command: OfPeriod, figures: Sequence[DeclaredFigure], status: ReturnStatus | None
) -> Return:
    return Return(
        unit=unit_id(command.unit, command.period_end),
        form=command.form,
        period_start=command.period_start,
        period_end=command.period_end,
        figures=tuple(figures),
        status=status,
    )


def _check_told(form: Form, command: OfPeriod, recorded: Recorded) -> None:
    """Check that the period is one of the form's, and is over, or has begun if it lay ahead."""
    check_period(form, command)
    if form.ahead:
        not_after("period_start", command.period_start, recorded)
    else:
        not_after("period_end", command.period_end, recorded)


def check_period(form: Form, command: OfPeriod) -> None:
    """Check that a period begins as those of the form, or with form or unit, and is no longer."""
    start, end = command.period_start, command.period_end
    if end < start:
        raise Refused("period_backwards", "period_end", start=start)
    unit = units.unit(unit_id(command.unit, end))
    if form.period == OWN_SPAN:
        return
    whole = PERIOD_KINDS[form.period].around(start)
    starts = {whole.start, first_day(form, unit)}
    if start not in starts or end > whole.end or start < (unit.valid_from or start):
        begins = max(whole.start, unit.valid_from or whole.start)
        raise Refused("not_a_period", "period_start", start=begins, end=whole.end)


def _next(
    kind: type[Event],
    held: HeldReturn | None,
    subject: UUID,
    data: Frozen,
    recorded: Recorded,
    occurred_on: date,
) -> Event:
    return new_event(
        kind,
        data,
        source=SOURCE,
        subject=subject,
        sequence=held.sequence + 1 if held else 1,
        occurred_on=min(occurred_on, recorded.on),
        recorded_at=recorded.at,
        migrated=recorded.migrated,
    )
