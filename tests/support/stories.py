"""Random stories: what cases, inspections, visits, returns and the like go through, as events.

A story is every event of one subject in order. Each state is drawn anew, so that a correction may
change anything; recording days do not always run forward.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from shared.events.cases import (
    Case,
    CaseCancelled,
    CaseCancelledData,
    CaseCorrected,
    CaseCorrectedData,
    CaseData,
    CaseReceived,
    CaseReopened,
    CaseReopenedData,
    Channel,
    Status,
)
from shared.events.envelope import Event, event_id
from shared.events.permits import (
    Finding,
    Inspection,
    InspectionCorrected,
    InspectionCorrectedData,
    InspectionData,
    SiteInspected,
)
from shared.events.petitions import (
    ReceptionSchedule,
    ReceptionScheduleData,
    ReceptionScheduleSet,
    Visit,
    VisitCorrected,
    VisitCorrectedData,
    VisitData,
    VisitReceived,
    Weekday,
)
from shared.events.returns import (
    Absence,
    DeclaredFigure,
    Entry,
    EntryCorrected,
    EntryCorrectedData,
    EntryData,
    EntryRecorded,
    Return,
    ReturnAccepted,
    ReturnCorrected,
    ReturnCorrectedData,
    ReturnData,
    ReturnSentBack,
    ReturnStatus,
    ReturnSubmitted,
)
from shared.frozen import Frozen
from tests.support.builders import DAY, SUBJECT, a_case, an_event

DAYS = st.integers(0, 4).map(lambda days: DAY + timedelta(days=days))
UNITS = st.sampled_from(["2004-10525", "2004-10528"])


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a case of any status, early or late; an open one was closed before."""
    status = draw(st.sampled_from(Status))
    received = draw(DAYS)
    closing = received + timedelta(days=draw(st.integers(0, 5)))
    return a_case(
        status,
        unit=draw(UNITS),
        procedure=draw(st.sampled_from(["registry.birth", "registry.marriage"])),
        channel=draw(st.sampled_from(Channel)),
        received_on=received,
        due_on=received + timedelta(days=draw(st.integers(0, 3))),
        closed_on=None if status in {Status.OPEN, Status.CANCELLED} else closing,
        neighbourhood=draw(st.sampled_from([None, None, "tdp-1", "kp-12"])),
        received_by=draw(st.sampled_from([None, None, "2004-10531"])),
    )


def visits() -> st.SearchStrategy[Visit]:
    """Draw a visit; a cancelled one never took place."""
    people = st.integers(1, 9)
    return st.builds(Visit, unit=UNITS, visited_on=DAYS, visitors=people, cancelled=st.booleans())


def schedules() -> st.SearchStrategy[ReceptionSchedule]:
    """Draw a weekly reception day."""
    return st.builds(ReceptionSchedule, unit=UNITS, weekday=st.sampled_from(Weekday), from_day=DAYS)


def inspections() -> st.SearchStrategy[Inspection]:
    """Draw an inspection, fined or not; a cancelled one never took place."""
    fines = st.none() | st.integers(1, 10**12)
    return st.builds(
        Inspection,
        unit=UNITS,
        inspected_on=DAYS,
        finding=st.sampled_from(Finding),
        fine=fines,
        fined_on=DAYS,
        cancelled=st.booleans(),
    )


def returns() -> st.SearchStrategy[Return]:
    """Draw a form of some lines, of every kind and wherever it stands between the offices."""
    indicator = st.sampled_from(["budget.revenue_actual", "budget.revenue_plan"])
    streets = st.sampled_from([None, {"street": "Bạch Đằng"}, {"street": "ngõ 91"}])
    line = (
        st.builds(
            DeclaredFigure,
            indicator=indicator,
            amount=st.integers(-2, 5),
            decimals=st.none() | st.integers(1, 2),
            dimensions=streets,
        )
        | st.builds(DeclaredFigure, indicator=indicator, absence=st.sampled_from(Absence))
        | st.builds(DeclaredFigure, indicator=indicator, text=st.just('Tốt, "đạt"\n{x}'))
    )
    lines = st.lists(line, min_size=1, max_size=3)
    return st.builds(
        Return,
        unit=UNITS,
        form=st.just("budget"),
        period_start=st.just(DAY),
        period_end=DAYS,
        figures=lines.map(tuple),
        status=st.none() | st.sampled_from(ReturnStatus),
    )


def entries() -> st.SearchStrategy[Entry]:
    """Draw an entry of a register; a cancelled one should not be there."""
    return st.builds(
        Entry,
        unit=UNITS,
        register_code=st.just("titles"),
        happened_on=DAYS,
        values=st.sampled_from([{"title": "law"}, {"title": "culture"}]),
        cancelled=st.booleans(),
    )


def _of_case(case: Case, sequence: int, before: str) -> tuple[type[Event], Frozen]:
    if sequence == 1:
        return CaseReceived, CaseData(case=case)
    if case.status is Status.OPEN:
        return CaseReopened, CaseReopenedData(case=case, ended_on=case.received_on)
    if case.status is Status.CANCELLED:
        return CaseCancelled, CaseCancelledData(case=case, corrects=before)
    return CaseCorrected, CaseCorrectedData(case=case, corrects=before, changed=("unit",))


def _of_visit(visit: Visit, sequence: int, before: str) -> tuple[type[Event], Frozen]:
    if sequence == 1:
        return VisitReceived, VisitData(visit=visit)
    return VisitCorrected, VisitCorrectedData(visit=visit, corrects=before, changed=("visitors",))


def _of_schedule(
    schedule: ReceptionSchedule, _sequence: int, _before: str
) -> tuple[type[Event], Frozen]:
    return ReceptionScheduleSet, ReceptionScheduleData(schedule=schedule)


def _of_inspection(told: Inspection, sequence: int, before: str) -> tuple[type[Event], Frozen]:
    if sequence == 1:
        return SiteInspected, InspectionData(inspection=told)
    corrected = InspectionCorrectedData(inspection=told, corrects=before, changed=("fine",))
    return InspectionCorrected, corrected


def _of_return(form: Return, sequence: int, before: str) -> tuple[type[Event], Frozen]:
    if form.status is ReturnStatus.SUBMITTED:
        return ReturnSubmitted, ReturnData(ward_return=form)
    if form.status is ReturnStatus.SENT_BACK:
        return ReturnSentBack, ReturnData(ward_return=form)
    if sequence == 1:
        return ReturnAccepted, ReturnData(ward_return=form)
    corrected = ReturnCorrectedData(ward_return=form, corrects=before, changed=("budget.x",))
    return ReturnCorrected, corrected


def _of_entry(entry: Entry, sequence: int, before: str) -> tuple[type[Event], Frozen]:
    if sequence == 1:
        return EntryRecorded, EntryData(entry=entry)
    return EntryCorrected, EntryCorrectedData(entry=entry, corrects=before, changed=("title",))


type Tell = Callable[[Any, int, str], tuple[type[Event], Frozen]]
"""From a state, its number and the id of the step before it to the event that tells of it."""

KINDS: Sequence[tuple[str, st.SearchStrategy[Any], Tell]] = (
    ("registry", cases(), _of_case),
    ("petitions", visits(), _of_visit),
    ("petitions", schedules(), _of_schedule),
    ("permits", inspections(), _of_inspection),
    ("returns", returns(), _of_return),
    ("returns", entries(), _of_entry),
)
"""What is told of: by which department, the states, and how."""


@st.composite
def stories(draw: st.DrawFn, subject: UUID) -> list[Event]:
    """Draw the story of one subject."""
    department, states, tell = draw(st.sampled_from(KINDS))
    return [
        _event(department, tell, state, subject, sequence, draw(DAYS))
        for sequence, state in enumerate(draw(st.lists(states, min_size=1, max_size=4)), start=1)
    ]


@st.composite
def sayings(draw: st.DrawFn) -> tuple[Event, Event]:
    """Draw a state told of at once, and the same told of as what another one is corrected to."""
    department, states, tell = draw(st.sampled_from(KINDS))
    state = draw(states)
    at_once, later = (_event(department, tell, state, SUBJECT, number, DAY) for number in (1, 2))
    return at_once, later


def _event(
    department: str, tell: Tell, state: Any, subject: UUID, sequence: int, recorded_on: date
) -> Event:
    kind, data = tell(state, sequence, event_id(subject, sequence - 1))
    return an_event(
        kind,
        data,
        subject=subject,
        sequence=sequence,
        recorded_on=recorded_on,
        source=f"/wardbook/{department}",
    )
