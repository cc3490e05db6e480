"""A batch in columns: read quickly or thoroughly, the same comes out; and quickly it mostly is."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting import batch
from services.reporting.batch import Batch, Reader, Record
from services.reporting.decode import Fact, Undecodable, Version, decode
from services.reporting.projections.contributions import Contribution
from shared.events import PUBLISHED
from shared.events.cases import Channel, Outcome, Sorting, Status
from shared.events.envelope import Event, encode
from shared.events.examples import EXAMPLES
from shared.procedures import PROCEDURES
from shared.topics import topic_of
from tests.support.builders import (
    DAY,
    SUBJECT,
    TOPIC,
    a_birth,
    a_cancellation,
    a_case,
    a_correction,
    a_receipt,
    a_record,
    a_return,
    a_visit,
    subject_of,
)

STATUSES = [status for status in Status if status is not Status.CANCELLED]


def read_back(reader: Reader, found: Batch) -> dict[int, Fact | Undecodable]:
    """Return what a batch says of each place, in the words of `decode`."""
    told: dict[int, Fact | Undecodable] = dict(found.letters)
    versions, first = found.versions, 0
    for row, place in enumerate(versions.place.tolist()):
        count = int(versions.count[row])
        counts = tuple(
            Contribution(
                reader.units.seen[versions.counts.unit[one]],
                reader.series.seen[versions.counts.series[one]],
                date.fromordinal(int(versions.counts.occurred_on[one])),
                int(versions.counts.amount[one]),
            )
            for one in range(first, first + count)
        )
        first += count
        day = date.fromordinal(int(versions.recorded_on[row]))
        subject = str(UUID(bytes=bytes(versions.subject[row])))
        assert subject == found.subjects[row]
        kind = reader.types.seen[found.types[row]]
        told[place] = Fact(subject, kind, Version(int(versions.sequence[row]), day, counts))
    return told


def decoded(record: Record) -> Fact | Undecodable:
    return decode(record.topic, record.key, record.value)


def a_case_event(
    procedure: str,
    channel: Channel,
    status: Status,
    days: tuple[int, int],
    outcome: Outcome | None = None,
) -> Event:
    """Return a case's event with days of due day and act, counted from its receipt."""
    closed = status is not Status.OPEN
    case = a_case(
        status,
        procedure=procedure,
        channel=channel,
        received_on=DAY,
        due_on=DAY + timedelta(days[0]),
        closed_on=DAY + timedelta(days[1]) if closed else None,
        outcome=outcome,
    )
    event: Event = a_receipt(case)
    return event


@st.composite
def events(draw: st.DrawFn) -> Event:
    """Draw an event of the registry in the form that it writes."""
    kind = draw(st.sampled_from(["case", "birth", "correction", "cancellation"]))
    case = a_case_event(
        draw(st.sampled_from(["registry.birth", "registry.death"])),
        draw(st.sampled_from(Channel)),
        draw(st.sampled_from(STATUSES)),
        (draw(st.integers(0, 9)), draw(st.integers(0, 12))),
    )
    if kind == "case":
        return case
    changed = case.data.case
    made: dict[str, Event] = {
        "birth": a_birth(a_case(Status.RESOLVED)),
        "correction": a_correction(changed),
        "cancellation": a_cancellation(changed),
    }
    return made[kind]


@pytest.fixture(scope="module")
def learnt() -> Reader:
    """Return a reader that has seen every kind of event before."""
    reader = Reader()
    for service, kinds in PUBLISHED.items():
        topic = topic_of(service)
        for kind in kinds:
            example = EXAMPLES[kind.model_fields["type"].default]
            reader.read([a_record(example, topic=topic, partition=place) for place in range(6)])
    for channel in Channel:
        for status in STATUSES:
            for procedure in ("registry.birth", "registry.death"):
                case = a_case_event(procedure, channel, status, (3, 5))
                for event in (case, a_correction(case.data.case), a_cancellation(case.data.case)):
                    reader.read([a_record(event)])
    return reader


@settings(deadline=None)
@given(event=events())
def test_an_event_in_its_usual_form_is_read_quickly_and_for_the_same(
    learnt: Reader, event: Event
) -> None:
    record = a_record(event)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(batch, "decode_record", lambda *_: pytest.fail("was not read quickly"))
        found = learnt.read([record])

    assert read_back(learnt, found) == {0: decoded(record)}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
DATES = st.dates().map(date.isoformat)
INSTANTS = st.datetimes().flatmap(
    lambda moment: st.sampled_from(
        [f"{moment.isoformat()}{zone}" for zone in ("Z", "+00:00", "+07:00", "", "-11:30")]
        + [f"{moment:%Y-%m-%dT%H:%M}Z", f"{moment:%Y-%m-%d %H:%M:%S}.123456789Z"]
    )
)
ODD = st.sampled_from(
    [
        *("00000000", "00000002", "0000001", " 0000001", "0000000\uff11", f"{SUBJECT}.00000001"),
        *(str(SUBJECT).upper(), str(SUBJECT).replace("-", ""), "2023-11-14T16:59:59.9999999Z"),
        *(*Status, *Channel, *Outcome, "2004-10525", "2004-99999", "permits.land_file", 1, "1.0"),
    ]
)


@settings(deadline=None, max_examples=400)
@given(event=events(), where=st.data(), value=JSON | DATES | INSTANTS | ODD)
def test_whatever_stands_in_a_field_the_quick_way_agrees_with_the_thorough_one(
    learnt: Reader, event: Event, where: st.DataObject, value: Any
) -> None:
    message = json.loads(encode(event))
    place = where.draw(
        st.sampled_from(
            [message, message["data"], message["data"]["case"], message["data"]["case"]]
        )
    )
    place[where.draw(st.sampled_from(sorted(place)))] = value
    record = a_record(json.dumps(message).encode(), key=str(event.subject).encode())

    assert read_back(learnt, learnt.read([record])) == {0: decoded(record)}


@settings(deadline=None)
@given(event=events(), missing=st.data())
def test_a_missing_field_is_missed_by_both(
    learnt: Reader, event: Event, missing: st.DataObject
) -> None:
    message = json.loads(encode(event))
    place = missing.draw(st.sampled_from([message, message["data"], message["data"]["case"]]))
    del place[missing.draw(st.sampled_from(sorted(place)))]
    record = a_record(json.dumps(message).encode(), key=str(event.subject).encode())

    assert read_back(learnt, learnt.read([record])) == {0: decoded(record)}


@settings(deadline=None)
@given(event=events(), key=st.none() | st.binary(max_size=40) | st.just(b"\xc3\xa9" * 18))
def test_a_key_that_is_not_the_subject_is_refused_by_both(
    learnt: Reader, event: Event, key: bytes | None
) -> None:
    record = a_record(encode(event), key=key)

    assert read_back(learnt, learnt.read([record])) == {0: Undecodable(*WRONG_KEY)}


WRONG_KEY = ("wrong_key", "the key is not the subject")


@pytest.mark.parametrize("partition", range(1, 6))
def test_a_record_in_another_partition_than_its_keys_is_a_dead_letter(
    learnt: Reader, partition: int
) -> None:
    """Read quickly or not: two workers must never fold steps of one subject at the same time."""
    for event in (a_receipt(), a_visit(), a_return()):
        topic = event.source.removeprefix("/wardbook/") + ".events"
        found = learnt.read([a_record(event, topic=topic, partition=partition)])

        assert found.letters[0].reason == "wrong_partition"
    assert learnt.read([a_record(a_receipt(), partition=0)]).letters == {}


def test_how_a_petition_was_sorted_counts_the_same_quickly() -> None:
    reader, topic = Reader(), "petitions.events"
    for sorting in (*Sorting, *Sorting):
        case = a_case(Status.REFUSED, procedure="petitions.complaint", sorting=sorting)
        record = a_record(a_receipt(case, source="/wardbook/petitions"), topic=topic)
        assert read_back(reader, reader.read([record])) == {0: decoded(record)}


def test_where_a_case_belongs_counts_the_same_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """A neighbourhood is read quickly once it was seen, the desk of another unit never."""
    reader = Reader()
    there = a_record(a_receipt(a_case(neighbourhood="tdp-3")))
    others = a_record(a_receipt(a_case(received_by="2004-10528")))
    for record in (there, others, there, others):
        assert read_back(reader, reader.read([record])) == {0: decoded(record)}
    monkeypatch.setattr(batch, "decode_record", lambda *_: pytest.fail("was not read quickly"))
    assert len(reader.read([there]).subjects) == 1


def test_many_kinds_of_cases_are_learnt_one_after_the_other() -> None:
    """More than there was room for at first: each counts as it did when there were few."""
    reader = Reader()
    cases = [a_case(neighbourhood=f"tdp-{number}") for number in range(1, 151)]
    records = [a_record(a_receipt(case, subject=subject_of(n))) for n, case in enumerate(cases, 1)]
    for _ in range(2):
        for place, told in read_back(reader, reader.read(records)).items():
            assert told == decoded(records[place])


@pytest.mark.parametrize("name", ["tdp-3\n", "tdp-0", "tdp-1000", "xom-3", "tdp-3 ", "TDP-3"])
def test_what_is_no_neighbourhood_is_a_dead_letter(name: str) -> None:
    event = json.loads(encode(a_receipt(a_case(neighbourhood="tdp-3"))))
    event["data"]["case"]["neighbourhood"] = name
    record = a_record(json.dumps(event).encode(), key=str(SUBJECT).encode())
    for reader in (Reader(), learnt_by(a_receipt(a_case(neighbourhood="tdp-3")))):
        assert reader.read([record]).letters[0].reason == "not_an_event"


def learnt_by(event: Event) -> Reader:
    """Return a reader that has seen an event."""
    reader = Reader()
    reader.read([a_record(event)])
    return reader


@pytest.mark.parametrize("code", PROCEDURES)
def test_every_procedure_counts_the_same_quickly(code: str) -> None:
    """First seen it is read thoroughly, the second time quickly."""
    topic = topic_of(PROCEDURES[code].department)
    for status in STATUSES:
        reader = Reader()
        for days in ((5, 2), (5, 5), (5, 9), (0, 1)):
            for outcome in (None, Outcome.RECONCILED):
                event = a_case_event(code, Channel.POST, status, days, outcome)
                record = a_record(event, topic=topic)
                assert read_back(reader, reader.read([record])) == {0: decoded(record)}


def test_a_batch_of_all_sorts_keeps_each_in_its_place() -> None:
    reader = Reader()
    values: Sequence[Event | bytes | None] = [
        a_receipt(),
        b"no event",
        a_receipt(subject=subject_of(2)),
        None,
        a_birth(a_case(Status.RESOLVED)),
        a_receipt(subject=subject_of(2), sequence=2),
    ]
    records = [a_record(value, offset, topic=TOPIC) for offset, value in enumerate(values)]

    assert read_back(reader, reader.read(records)) == dict(enumerate(map(decoded, records)))
    assert read_back(reader, reader.read(records)) == dict(enumerate(map(decoded, records)))
    assert read_back(reader, reader.read([])) == {}
