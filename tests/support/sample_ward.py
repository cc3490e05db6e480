"""The sample ward without services: its steps decided, counted and drawn as figures, in memory."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import msgspec
import numpy as np

from deploy.sample.steps import Step, Subject
from services.reporting.figure import Period
from services.reporting.figures import TallyFigures
from services.reporting.projections.contributions import Contribution, Series, count_case
from services.reporting.projections.statements import statement
from services.reporting.statements import Line, Statement
from services.reporting.sums import Series as ReadSeries
from services.reporting.sums import Sums
from services.reporting.tally_reader import Tallies
from services.returns import entries, model
from services.returns.commands import AcceptSubmission, RecordEntry, SubmitReturn
from shared.events.cases import Case
from shared.events.envelope import Event
from shared.events.returns import ReturnData
from shared.procedures import PROCEDURES
from shared.recorded import Recorded

TERM = Period(start=date(2021, 6, 1), end=date(2023, 11, 30))

type Record = dict[str, str]

_STATUS = {"cases": "open", "resolution": "resolved", "withdrawal": "withdrawn"}
_LINES = msgspec.json.Decoder(tuple[Line, ...])


def recount(subjects: Sequence[Subject], as_of: date = TERM.end) -> list[Record]:
    """Replay the steps recorded up to a day, field by field, and return the cases that count."""
    records = []
    for subject in subjects:
        record: Record = {"service": subject.service}
        for step in subject.steps:
            if step.recorded_on > as_of:
                break
            said = {key: value for key, value in step.body.items() if isinstance(value, str)}
            said.pop("reason", None)
            record |= said
            verb = step.path.rsplit("/", 1)[-1]
            if verb in {"cases", "resolution", "withdrawal", "refusal", "cancellation"}:
                record["last"] = verb
        if record.get("last") not in {None, "cancellation"}:
            records.append(record)
    return records


def case_of(record: Record) -> Case:
    """Return a case as it stood; raises ValueError where it is none."""
    return Case.model_validate({**record, "status": _STATUS[record["last"]]})


def figures(subjects: Sequence[Subject]) -> TallyFigures:
    """Return the figures of the sample's period. Raises Refused where a service would refuse."""
    tallies = Tallies(
        sums=_sums(list(_counted(subjects))),
        statements=sorted(
            (_stated(one) for one in subjects if one.service == "returns"),
            key=lambda one: (one.period.end, one.period.start, one.subject),
        ),
    )
    return TallyFigures(TERM, tallies)


def _counted(subjects: Sequence[Subject]) -> Iterator[Contribution]:
    for record in recount(subjects):
        yield from count_case(case_of(record))
    for step in (step for subject in subjects for step in subject.steps):
        body: Mapping[str, Any] = step.body
        if step.path == "/visits":
            day = date.fromisoformat(body["visited_on"])
            yield Contribution(body["unit"], Series("visitors", ()), day, body["visitors"])
        elif step.path == "/reception-schedules":
            weekday = Series("schedule", (("weekday", body["weekday"]),))
            yield Contribution(body["unit"], weekday, date.fromisoformat(body["from_day"]), 1)


def _sums(told: Sequence[Contribution]) -> Sums:
    named = sorted({one.series for one in told}, key=lambda one: (one.measure, one.dimensions))
    place = {series: number for number, series in enumerate(named)}
    return Sums(
        series=[ReadSeries(one.measure, _dimensions(dict(one.dimensions))) for one in named],
        place=np.array([place[one.series] for one in told], np.int64),
        occurred_on=np.array([one.occurred_on.toordinal() for one in told], np.int64),
        amount=np.array([one.amount for one in told], np.int64),
        as_of=TERM.end,
    )


def _dimensions(own: dict[str, str]) -> dict[str, str]:
    procedure = PROCEDURES.get(own.get("procedure", ""))
    implied = {"department": procedure.department, "field": procedure.field} if procedure else {}
    return own | implied


def _stated(subject: Subject) -> Statement:
    """Return what a return or an entry states after its last step."""
    *_, event = _decided(subject.steps)
    told = statement(event)
    assert told is not None
    assert told.kind != "lineage"
    content = json.dumps(told.content).encode()
    return Statement(
        subject=str(event.subject),
        sequence=event.sequence,
        kind=told.kind,
        code=told.code,
        period=Period(start=told.starts, end=told.ends),
        status=told.status,
        delivered_on=subject.steps[0].recorded_on,
        recorded_on=event.recorded_on,
        lines=_LINES.decode(content) if told.kind == "return" else (),
        values=json.loads(content) if told.kind == "entry" else {},
    )


def _decided(steps: Iterable[Step]) -> Iterator[Event]:
    """Yield the events that the service decides on a subject's steps."""
    held: model.HeldReturn | None = None
    for step in steps:
        at = datetime.combine(step.recorded_on, time(3), UTC)
        recorded = Recorded(at=at, migrated=True)
        if step.path == "/entries":
            id_ = uuid5(NAMESPACE_URL, step.key)
            yield entries.record(id_, RecordEntry.model_validate(step.body), recorded)
            continue
        if step.path == "/returns/submissions":
            event = model.submit(held, SubmitReturn.model_validate(step.body), recorded)
        else:
            acceptance = AcceptSubmission.model_validate(step.body)
            event = model.accept_submission(held, acceptance, recorded.after(at))
        assert isinstance(event.data, ReturnData)
        held = model.HeldReturn(
            id=event.subject,
            sequence=event.sequence,
            recorded_at=event.recordedtime,
            ward_return=event.data.ward_return,
        )
        yield event
