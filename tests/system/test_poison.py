"""Records that are no events, events that come twice, and events that come in the wrong order."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer

from tests.support.tables import live_tables
from tests.support.wardbook import Wardbook
from tests.system.recount import Told, assert_tallies_equal_a_recount, read_topics

PERIOD = (date(2023, 1, 1), date(2024, 12, 31))

type Change = Callable[[dict[str, Any]], object]


def event(unit: str, subject: str | None = None, sequence: int = 1) -> dict[str, Any]:
    """Return what registry says of a case of civil status that it received, written by hand."""
    subject = subject or str(uuid4())
    return {
        "specversion": "1.0",
        "id": f"{subject}.{sequence:08d}",
        "source": "/wardbook/registry",
        "type": "case.received",
        "subject": subject,
        "sequence": f"{sequence:08d}",
        "time": "2024-03-04T00:00:00+07:00",
        "recordedtime": f"2024-03-{3 + sequence:02}T05:00:00Z",
        "migrated": False,
        "datacontenttype": "application/json",
        "dataschema": "urn:wardbook:event:case.received",
        "data": {
            "case": {
                "unit": f"2004-{unit}",
                "procedure": "registry.marriage",
                "channel": "online",
                "received_on": "2024-03-04",
                "due_on": "2024-03-05",
                "status": "open",
            }
        },
    }


def case_of(told: dict[str, Any]) -> dict[str, Any]:
    case: dict[str, Any] = told["data"]["case"]
    return case


async def put(
    wardbook: Wardbook, value: bytes | None, key: bytes | None, topic: str = "registry.events"
) -> tuple[str, int, int]:
    """Put a record on a topic, in the partition of its key; return its place."""
    producer = AIOKafkaProducer(bootstrap_servers=wardbook.kafka)
    await producer.start()
    try:
        metadata = await producer.send_and_wait(topic, value, key)
    finally:
        await producer.stop()
    return metadata.topic, metadata.partition, metadata.offset


async def put_event(wardbook: Wardbook, told: dict[str, Any]) -> tuple[str, int, int]:
    return await put(wardbook, json.dumps(told).encode(), told["subject"].encode())


async def letter(wardbook: Wardbook, place: tuple[str, int, int]) -> asyncpg.Record | None:
    """Return the dead letter of a place."""
    async with live_tables(wardbook.dsn("reporting")) as conn:
        return await conn.fetchrow(
            "SELECT reason, key, value FROM dead_letters"
            ' WHERE topic = $1 AND partition = $2 AND "offset" = $3',
            *place,
        )


def changed(change: Change) -> Callable[[str], tuple[bytes, bytes]]:
    """Return a maker of an event with a change in it, and its key."""

    def make(unit: str) -> tuple[bytes, bytes]:
        told = event(unit)
        key = told["subject"].encode()
        change(told)
        return json.dumps(told).encode(), key

    return make


def of_case(**fields: Any) -> Callable[[str], tuple[bytes, bytes]]:
    return changed(lambda told: case_of(told).update(fields))


def of_event(**fields: Any) -> Callable[[str], tuple[bytes, bytes]]:
    return changed(lambda told: told.update(fields))


def _wrong_key(unit: str) -> tuple[bytes, bytes]:
    return json.dumps(event(unit)).encode(), str(uuid4()).encode()


POISON: dict[str, tuple[str, Callable[[str], tuple[bytes | None, bytes | None]]]] = {
    "no JSON": ("not_json", lambda _: (b"{not json", b"k")),
    "no UTF-8": ("not_json", lambda _: (b'{"type": "\xff\xfe"}', b"k")),
    "nested without end": ("not_json", lambda _: (b"[" * 100_000, b"k")),
    "JSON, but no object": ("not_an_event", lambda _: (b"42", b"k")),
    "unknown type": ("unknown_type", of_event(type="registry.nothing.happened")),
    "type with a NUL": ("unknown_type", of_event(type="case\x00received")),
    "type of 200 kB": ("unknown_type", of_event(type="x" * 200_000)),
    "no type": ("not_an_event", changed(lambda told: told.pop("type"))),
    "wrong types": ("not_an_event", of_case(received_on=["2024"], channel=7)),
    "no data": ("not_an_event", of_event(data=None)),
    "closed without a day": ("not_an_event", of_case(status="resolved")),
    "another's id": ("not_an_event", of_event(id=f"{uuid4()}.00000001")),
    "wrong key": ("wrong_key", _wrong_key),
    "no key": ("wrong_key", lambda unit: (json.dumps(event(unit)).encode(), None)),
    "unknown unit": ("unknown_unit", of_case(unit="2004-99999")),
    "unknown procedure": ("unknown_procedure", of_case(procedure="registry.nothing")),
    "another's procedure": ("unknown_procedure", of_case(procedure="permits.land_file")),
    "empty": ("empty", lambda _: (b"", b"k")),
    "tombstone": ("empty", lambda _: (None, b"k")),
    "300 kB": ("too_long", of_event(note="x" * 300_000)),
    "of another topic": ("wrong_topic", of_event(type="permits.boundary.marked")),
}

EXTREMES = {
    "due on the last of all days": of_case(due_on="9999-12-31"),
    "received on the first of all days": of_case(received_on="0001-01-01"),
    "recorded in the last hour of all": of_event(recordedtime="9999-12-31T23:59:59Z"),
    "recorded in the first hour of all": of_event(recordedtime="0001-01-01T00:00:00+14:00"),
    "happened in the last hour of all": of_event(time="9999-12-31T23:59:59-10:00"),
    "sequence as high as can be": of_event(sequence="9" * 4000),
}


@pytest.mark.parametrize("what", POISON)
async def test_what_is_no_event_is_kept_and_stops_nothing(wardbook: Wardbook, what: str) -> None:
    """It is in the dead letters with reason, place and bytes; the event behind it is counted."""
    reason, make = POISON[what]
    unit = wardbook.new_unit()
    value, key = make(unit)
    place = await put(wardbook, value, key)
    wardbook.poison.add(place)
    await put_event(wardbook, event(unit))
    await wardbook.settled(seconds=20)
    kept = await letter(wardbook, place)
    assert kept is not None
    assert (kept["reason"], kept["key"], kept["value"]) == (reason, key, value)
    assert (await wardbook.figures(unit, *PERIOD))["registry.applications_received"] == 1


@pytest.mark.parametrize("what", EXTREMES)
async def test_an_event_with_an_extreme_value_stops_nothing(wardbook: Wardbook, what: str) -> None:
    """Whether it is counted or kept as a dead letter, the event behind it is counted."""
    unit, other = wardbook.new_unit(), wardbook.new_unit()
    value, key = EXTREMES[what](other)
    place = await put(wardbook, value, key)
    wardbook.poison.add(place)
    await put_event(wardbook, event(unit))
    await wardbook.settled(seconds=20)
    if await letter(wardbook, place) is None:
        wardbook.poison.discard(place)
    assert (await wardbook.figures(unit, *PERIOD))["registry.applications_received"] == 1


async def test_an_event_that_comes_twice_counts_once(wardbook: Wardbook) -> None:
    """The bytes of a case's steps, copied from the topic and put there again, change nothing."""
    unit = wardbook.new_unit()
    body = {"unit": unit, "procedure": "registry.marriage", "channel": "post"}
    body |= {"received_on": "2024-03-04"}
    case = await wardbook.told("registry", "/cases", body, recorded_on=date(2024, 3, 4))
    closing = {"closed_on": "2024-03-05"}
    path = f"/cases/{case['id']}/resolution"
    await wardbook.told("registry", path, closing, recorded_on=date(2024, 3, 5))
    await wardbook.settled()
    before = await wardbook.figures(unit, *PERIOD)
    mine = [one for one in await read_topics(wardbook.kafka) if _is_about(one, case["id"])]
    assert len(mine) == 2
    for one in [*mine, *reversed(mine)]:
        await put(wardbook, one.value, one.key)
    await wardbook.settled()
    assert await wardbook.figures(unit, *PERIOD) == before
    assert before["registry.marriages_registered"] == 1
    await assert_tallies_equal_a_recount(wardbook)


async def test_an_older_version_never_overwrites_a_newer_one(wardbook: Wardbook) -> None:
    """Versions that arrive backwards are put into their places by their numbers."""
    unit, moved_to = wardbook.new_unit(), wardbook.new_unit()
    subject = str(uuid4())
    first = event(unit, subject, 1)
    second = event(unit, subject, 2) | {"type": "case.withdrawn"}
    case_of(second).update(status="withdrawn", closed_on="2024-03-04")
    third = event(moved_to, subject, 3) | {"type": "case.corrected"}
    case_of(third).update(status="withdrawn", closed_on="2024-03-04")
    third["data"] |= {"corrects": second["id"], "changed": ["unit"]}
    for told in (third, first, second):
        await put_event(wardbook, told)
        await wardbook.settled()
    here, there = [await wardbook.figures(u, *PERIOD) for u in (unit, moved_to)]
    keys = ("registry.applications_received", "registry.applications_withdrawn")
    assert [here[key] for key in keys] == [0, 0]
    assert [there[key] for key in keys] == [1, 1]
    await assert_tallies_equal_a_recount(wardbook)


def _is_about(told: Told, case_id: str) -> bool:
    return told.key == case_id.encode()
