"""Records written by hand and put straight on the topics: events, and what is none."""

import asyncio
import json
from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaProducer

from tests.support.wardbook import Wardbook

type Place = tuple[str, int, int]
type Raw = tuple[bytes | None, bytes | None, int | None]
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
    """Return the case in an event, to change it."""
    case: dict[str, Any] = told["data"]["case"]
    return case


async def put_all(
    wardbook: Wardbook, records: Iterable[Raw], topic: str = "registry.events"
) -> list[Place]:
    """Put records on a topic in their order, as values, keys and partitions; return their places.

    A record is on the topic when this returns, and nothing is wrong with it as Kafka sees it.
    """
    producer = AIOKafkaProducer(bootstrap_servers=wardbook.kafka, enable_idempotence=True)
    await producer.start()
    try:
        sent = [
            await producer.send(topic, value, key, partition=partition)
            for value, key, partition in records
        ]
        told = await asyncio.gather(*sent)
    finally:
        await producer.stop()
    return [(one.topic, one.partition, one.offset) for one in told]


async def put(
    wardbook: Wardbook, value: bytes | None, key: bytes | None, topic: str = "registry.events"
) -> Place:
    """Put a record on a topic, in the partition of its key; return its place."""
    [place] = await put_all(wardbook, [(value, key, None)], topic)
    return place


async def put_event(wardbook: Wardbook, told: dict[str, Any]) -> Place:
    """Put an event on the registry's topic, always on the same partition."""
    return await put(wardbook, *written(told))


def written(told: dict[str, Any]) -> tuple[bytes, bytes]:
    """Return an event's bytes and its key."""
    return json.dumps(told).encode(), told["subject"].encode()


def changed(change: Change) -> Callable[[str], tuple[bytes, bytes]]:
    """Return a maker of an event with a change in it, and its key."""

    def make(unit: str) -> tuple[bytes, bytes]:
        told = event(unit)
        key = told["subject"].encode()
        change(told)
        return json.dumps(told).encode(), key

    return make


def of_case(**fields: Any) -> Callable[[str], tuple[bytes, bytes]]:
    """Return a maker of an event with other fields in its case."""
    return changed(lambda told: case_of(told).update(fields))


def of_event(**fields: Any) -> Callable[[str], tuple[bytes, bytes]]:
    """Return a maker of an event with other attributes."""
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
    "a megabyte": ("too_long", of_event(note="x" * 1_000_000)),
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
