"""From bytes to a fact, or to the reason of a dead letter; whatever they are, none is raised."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.decode import LONGEST, Fact, Undecodable, Version, decode
from shared.events import CATALOGUE, PUBLISHED
from shared.events.envelope import encode
from shared.events.examples import EXAMPLES
from shared.topics import topic_of
from tests.support.builders import (
    DAY,
    SUBJECT,
    UNIT,
    a_birth,
    a_contribution,
    a_receipt,
    a_return,
)

KEY = str(SUBJECT).encode()
TOPIC = "registry.events"
TOPICS = [topic_of(service) for service in PUBLISHED]


def a_message(case: dict[str, Any] | None = None, **attributes: Any) -> bytes:
    """Return the bytes of a receipt in which attributes, or fields of the case, are replaced."""
    message = json.loads(encode(a_receipt()))
    message["data"]["case"] |= case or {}
    return json.dumps(message | attributes).encode()


def reason(value: bytes | None, *, topic: str = TOPIC, key: bytes | None = KEY) -> str:
    decoded = decode(topic, key, value)
    assert isinstance(decoded, Undecodable)
    return decoded.reason


def test_an_event_is_decoded_to_its_step_and_what_it_counts_as() -> None:
    event = a_receipt()
    counts = (
        a_contribution(
            on=event.data.case.received_on, channel="online", procedure="registry.birth"
        ),
        a_contribution("overdue", on=DAY.replace(day=15), procedure="registry.birth"),
    )
    expected = Fact(str(SUBJECT), event.type, Version(1, DAY, counts))

    assert expected == decode(TOPIC, KEY, encode(event))


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_event_of_the_catalogue_is_decoded_on_the_topic_of_its_publisher(name: str) -> None:
    event = EXAMPLES[name]
    topic = event.source.removeprefix("/wardbook/") + ".events"

    decoded = decode(topic, str(event.subject).encode(), encode(event))
    if name.startswith("case."):  # the examples are all the registry's
        decoded = decode(TOPIC, str(event.subject).encode(), encode(event))
    assert isinstance(decoded, Fact)
    assert (str(event.subject), event.type) == (decoded.subject, decoded.type)
    assert (event.sequence, event.recorded_on) == (
        decoded.version.sequence,
        decoded.version.recorded_on,
    )


def test_the_recorded_day_is_the_wards() -> None:
    """Six in the evening in UTC is the next morning in Việt Nam."""
    decoded = decode(TOPIC, KEY, a_message(recordedtime="2023-11-14T18:00:00Z"))

    assert isinstance(decoded, Fact)
    assert decoded.version.recorded_on == DAY.replace(day=15)


def test_unknown_fields_are_ignored_wherever_they_stand() -> None:
    value = a_message(case={"colour": "red"}, traceparent="00-1-2-03")
    decoded = decode(TOPIC, KEY, value)

    assert isinstance(decoded, Fact)
    assert decode(TOPIC, KEY, encode(a_receipt())) == decoded


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "empty"),
        (b"", "empty"),
        (b" " * (LONGEST + 1), "too_long"),
        (b"\xff\xfe", "not_json"),
        (b"{", "not_json"),
        (b'{"type": "\\ud800"}', "not_json"),
        (b"[" * 10_000, "not_json"),
        (b"{}", "not_an_event"),
        (b"null", "not_an_event"),
        (b"[]", "not_an_event"),
        (b"7", "not_an_event"),
        (a_message(type="registry.joke.told"), "unknown_type"),
        (a_message(type=7), "unknown_type"),
        (a_message(specversion="2.0"), "not_an_event"),
        (a_message(sequence="00000000"), "not_an_event"),
        (a_message(sequence="one"), "not_an_event"),
        (a_message(subject="case 1"), "not_an_event"),
        (a_message(id=f"{SUBJECT}.00000002"), "not_an_event"),
        (a_message(recordedtime="2023-11-14T10:00:00"), "not_an_event"),
        (a_message(data={}), "not_an_event"),
        (a_message(case={"unit": "10525"}), "not_an_event"),
        (a_message(case={"channel": "pigeon"}), "not_an_event"),
        (a_message(case={"received_on": "2023-02-30"}), "not_an_event"),
        (a_message(case={"due_on": "2023-11-01"}), "not_an_event"),
        (a_message(case={"closed_on": "2023-11-14"}), "not_an_event"),
        (a_message(case={"procedure": "registry.none"}), "unknown_procedure"),
        (a_message(case={"procedure": "permits.land_file"}), "unknown_procedure"),
        (a_message(case={"unit": "2004-99999"}), "unknown_unit"),
        (a_message(case={"unit": "2025-00000"}), "unknown_unit"),
        (encode(a_return()), "wrong_topic"),
    ],
)
def test_a_record_that_is_no_event_is_told_why(value: bytes | None, expected: str) -> None:
    assert expected == reason(value)


@pytest.mark.parametrize(
    ("line", "unit", "expected"),
    [
        ({"amount": 7}, "2004-99999", "unknown_unit"),
        ({"text": "a\x00b"}, UNIT, "not_an_event"),
        ({"text": "a\x1fb"}, UNIT, "not_an_event"),
        ({"amount": 7, "dimensions": {"street": "\ufffe"}}, UNIT, "not_an_event"),
        ({"amount": 7, "text": "b"}, UNIT, "not_an_event"),
        ({"amount": 10**16}, UNIT, "not_an_event"),
    ],
)
def test_a_return_that_cannot_be_kept_or_printed_is_none(
    line: dict[str, Any], unit: str, expected: str
) -> None:
    """One line that PostgreSQL or a document cannot hold would stop the fold or every report."""
    told = json.loads(encode(a_return()))
    told["data"]["ward_return"]["unit"] = unit
    told["data"]["ward_return"]["figures"] = [{"indicator": "budget.revenue_actual", **line}]

    assert reason(json.dumps(told).encode(), topic="returns.events") == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"unit": "2004-10531"}, "not_an_event"),
        ({"ways": [{"new": "2025-10532", "share": "whole"}]}, "wrong_lineage"),
        ({"ways": [{"new": "2025-10525", "share": "whole"}]}, "wrong_lineage"),
        ({"ways": [{"new": "2025-10532", "share": "part", "weight": "half"}]}, "not_an_event"),
        ({"ways": []}, "not_an_event"),
        ({"legal_basis": "a\x00b"}, "not_an_event"),
    ],
)
def test_a_lineage_that_would_lose_a_part_of_a_unit_is_none(
    change: dict[str, Any], expected: str
) -> None:
    """It would stand in the way of every report on what the unit went into."""
    event = EXAMPLES["returns.lineage.corrected"]
    told = json.loads(encode(event))
    told["data"]["lineage"] |= change

    value, key = json.dumps(told).encode(), str(event.subject).encode()
    assert reason(value, topic="returns.events", key=key) == expected


@pytest.mark.parametrize("key", [None, b"", b"case 1", str(SUBJECT).upper().encode() + b" "])
def test_an_event_under_another_key_is_refused(key: bytes | None) -> None:
    """Its case's other steps may be in another partition, so its order is unknown."""
    assert reason(encode(a_receipt()), key=key) == "wrong_key"


def test_an_event_of_another_department_is_refused() -> None:
    assert reason(encode(a_birth()), topic="permits.events") == "wrong_topic"
    assert reason(encode(a_receipt()), topic="permits.events") == "unknown_procedure"
    assert reason(encode(a_receipt()), topic="returns.events") == "wrong_topic"


def test_the_longest_value_is_still_read() -> None:
    assert reason(b" " * LONGEST) == "not_json"


@pytest.mark.parametrize(
    "value",
    [
        a_message(case={"due_on": "9999-12-31"}),
        a_message(recordedtime="9999-12-31T23:00:00Z"),
        a_message(recordedtime="0001-01-01T00:00:00+07:00"),
    ],
    ids=["due_on", "late", "early"],
)
def test_a_day_at_the_end_of_time_is_a_dead_letter(value: bytes) -> None:
    assert isinstance(decode(TOPIC, KEY, value), Undecodable)


def test_a_detail_can_be_stored_as_text() -> None:
    decoded = decode(TOPIC, KEY, a_message(type="a\0b"))

    assert isinstance(decoded, Undecodable)
    assert "\0" not in decoded.detail


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from(TOPICS), st.none() | st.binary(max_size=40))
def test_bytes_are_never_too_strange(value: bytes, topic: str, key: bytes | None) -> None:
    assert isinstance(decode(topic, key, value), Undecodable)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.sampled_from([*json.loads(encode(a_receipt()))]), JSON)
def test_no_attribute_is_too_strange(name: str, value: Any) -> None:
    """Whatever stands in an attribute: a fact with the same step, or a reason."""
    decoded = decode(TOPIC, KEY, a_message(**{name: value}))

    assert isinstance(decoded, Fact | Undecodable)
    if isinstance(decoded, Undecodable):
        assert decoded.reason in {"not_json", "not_an_event", "unknown_type"}
