"""Cases, events, versions and Kafka records as tests need them: each argument has a usual value."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import Any
from uuid import UUID

from aiokafka.partitioner import murmur2
from aiokafka.structs import ConsumerRecord

from services.reporting.decode import Version
from services.reporting.projections.contributions import Contribution, Series, contributions
from shared.casework.deadline import Course
from shared.casework.held import Held
from shared.events.cases import (
    Case,
    CaseCancelled,
    CaseCancelledData,
    CaseCorrected,
    CaseCorrectedData,
    CaseData,
    CaseReceived,
    Channel,
    Status,
)
from shared.events.envelope import Event, encode, event_id, new_event
from shared.events.lineage import LineageCorrected, LineageData, Share, Way, lineage_id
from shared.events.petitions import (
    ReceptionSchedule,
    ReceptionScheduleData,
    ReceptionScheduleSet,
    Visit,
    VisitData,
    VisitReceived,
    Weekday,
)
from shared.events.registry import BirthData, BirthRegistered
from shared.events.returns import DeclaredFigure, Return, ReturnAccepted, ReturnData
from shared.frozen import Frozen
from shared.recorded import Recorded
from shared.topics import PARTITIONS
from shared.ways import told

UNIT = "2004-10525"
DAY = date(2023, 11, 14)
"""A Tuesday; no holiday is near."""


def subject_of(number: int, partition: int = 0) -> UUID:
    """Return a subject whose events belong in a partition, another one for each number."""
    candidates = (UUID(int=number << 16 | more) for more in range(1 << 16))
    return next(
        each
        for each in candidates
        if (murmur2(str(each).encode()) & 0x7FFFFFFF) % PARTITIONS == partition
    )


SUBJECT = subject_of(1)
TOPIC = "registry.events"


def at(day: date = DAY) -> datetime:
    """Return an instant of a ward's day: ten in the morning there."""
    return datetime.combine(day, time(3), UTC)


def recorded(day: date = DAY, *, migrated: bool = False) -> Recorded:
    """Return the moment of a command."""
    return Recorded(at=at(day), migrated=migrated)


def a_case(status: Status = Status.OPEN, **changes: Any) -> Case:
    """Return a case, on time where it is closed."""
    usual: dict[str, Any] = {
        "unit": UNIT,
        "procedure": "registry.birth",
        "channel": Channel.ONLINE,
        "received_on": date(2023, 11, 13),
        "due_on": DAY,
        "status": status,
        "closed_on": None if status in {Status.OPEN, Status.CANCELLED} else DAY,
    }
    return Case(**(usual | changes))


def a_held(
    case: Case | None = None,
    sequence: int = 1,
    particulars: Mapping[str, Any] | None = None,
    **course: Any,
) -> Held:
    """Return a case as a department holds it, recorded the day before; `course` are its pauses."""
    return Held(
        id=SUBJECT,
        sequence=sequence,
        case=case or a_case(),
        recorded_at=at(date(2023, 11, 13)),
        course=Course(**course),
        particulars=particulars or {},
    )


def an_event[E: Event](  # an event has so many attributes
    kind: type[E],
    data: Frozen,
    *,
    subject: UUID = SUBJECT,
    sequence: int = 1,
    occurred_on: date = DAY,
    recorded_on: date = DAY,
    source: str = "/wardbook/registry",
) -> E:
    """Return an event of any kind."""
    return new_event(
        kind,
        data,
        source=source,
        subject=subject,
        sequence=sequence,
        occurred_on=occurred_on,
        recorded_at=at(recorded_on),
    )


def a_receipt(case: Case | None = None, **envelope: Any) -> CaseReceived:
    """Return the receipt of a case."""
    return an_event(CaseReceived, CaseData(case=case or a_case()), **envelope)


def a_birth(case: Case | None = None, *, born_on: date = date(2023, 11, 2), **envelope: Any) -> Any:
    """Return the registration of a birth."""
    data = BirthData(case=case or a_case(Status.RESOLVED), born_on=born_on)
    return an_event(BirthRegistered, data, **({"sequence": 2} | envelope))


def a_correction(case: Case, *, sequence: int = 3, **envelope: Any) -> CaseCorrected:
    """Return the correction of a case to `case`."""
    corrects = event_id(envelope.get("subject", SUBJECT), sequence - 1)
    data = CaseCorrectedData(case=case, corrects=corrects, changed=("channel",))
    return an_event(CaseCorrected, data, sequence=sequence, **envelope)


def a_cancellation(case: Case, *, sequence: int = 3, **envelope: Any) -> CaseCancelled:
    """Return the cancellation of `case`."""
    corrects = event_id(envelope.get("subject", SUBJECT), sequence - 1)
    cancelled = case.model_copy(update={"status": Status.CANCELLED})
    data = CaseCancelledData(case=cancelled, corrects=corrects)
    return an_event(CaseCancelled, data, sequence=sequence, **envelope)


def a_visit(visitors: int = 2, *, cancelled: bool = False, **envelope: Any) -> VisitReceived:
    """Return a visit."""
    visit = Visit(unit=UNIT, visited_on=DAY, visitors=visitors, cancelled=cancelled)
    return an_event(VisitReceived, VisitData(visit=visit), source="/wardbook/petitions", **envelope)


def a_schedule(weekday: Weekday = Weekday.TUESDAY, **envelope: Any) -> ReceptionScheduleSet:
    """Return the setting of a weekly reception day."""
    data = ReceptionScheduleData(
        schedule=ReceptionSchedule(unit=UNIT, weekday=weekday, from_day=DAY)
    )
    return an_event(ReceptionScheduleSet, data, source="/wardbook/petitions", **envelope)


def a_return(*figures: DeclaredFigure, **envelope: Any) -> ReturnAccepted:
    """Return an accepted budget form of the first ten months of 2023."""
    ward_return = Return(
        unit=UNIT,
        form="budget",
        period_start=date(2023, 1, 1),
        period_end=date(2023, 10, 31),
        figures=figures or (DeclaredFigure(indicator="budget.revenue_actual", amount=8_837),),
    )
    data = ReturnData(ward_return=ward_return)
    return an_event(ReturnAccepted, data, source="/wardbook/returns", **envelope)


def a_lineage(weight: Fraction = Fraction(2, 3), **envelope: Any) -> LineageCorrected:
    """Return what became of phường Trần Phú: so much of it is in phường Lê Thanh Nghị."""
    parts = {"2025-10532": weight, "2025-10537": 1 - weight}
    ways = [Way(new=new, share=Share.PART, weight=part) for new, part in parts.items()]
    data = LineageData(lineage=told("2004-10528", ways, "Nghị quyết 1669/NQ-UBTVQH15"))
    subject = lineage_id("2004-10528")
    return an_event(LineageCorrected, data, subject=subject, source="/wardbook/returns", **envelope)


def a_contribution(
    measure: str = "received",
    amount: int = 1,
    on: date = DAY,
    unit: str = UNIT,
    **dimensions: str,
) -> Contribution:
    """Return a contribution to one tally."""
    return Contribution(unit, Series(measure, tuple(sorted(dimensions.items()))), on, amount)


def a_version(
    sequence: int = 1, *counts: Contribution, recorded_on: date = DAY, of: Event | None = None
) -> Version:
    """Return a version that counts as `counts`, or the one that an event tells of."""
    if of is not None:
        return Version(of.sequence, of.recorded_on, contributions(of))
    return Version(sequence, recorded_on, counts)


def a_record(
    value: Event | bytes | None,
    offset: int = 0,
    *,
    partition: int = 0,
    topic: str = TOPIC,
    key: bytes | None = None,
) -> Any:
    """Return an event, or any bytes, as Kafka hands it out."""
    if isinstance(value, Event):
        key = key or str(value.subject).encode()
        value = encode(value)
    return ConsumerRecord(
        topic=topic,
        partition=partition,
        offset=offset,
        timestamp=0,
        timestamp_type=0,
        key=key,
        value=value,
        checksum=None,
        serialized_key_size=len(key or b""),
        serialized_value_size=len(value or b""),
        headers=(),
    )


def records_of(
    values: Iterable[Event | bytes | None], *, first: int = 0, partition: int = 0
) -> list[Any]:
    """Return `values` as contiguous records of one partition."""
    return [
        a_record(value, offset, partition=partition)
        for offset, value in enumerate(values, start=first)
    ]
