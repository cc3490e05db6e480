"""Case events in the form that departments write, read by msgspec in a tenth of the time.

Whatever has another form is refused here and read by `decode`, which alone says what an event is.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal, Union

import msgspec
from msgspec import Meta, Struct

from shared.events import CATALOGUE
from shared.events.cases import CaseCancelledData, CaseCorrectedData, CaseData
from shared.events.registry import BirthData, DeathData


class OtherForm(Exception):
    """A value is not in the usual form."""


def read_usual(value: bytes | None) -> Any:
    """Return the event in `value`, with the attributes of `_ENVELOPES`. Raises OtherForm."""
    try:
        return _read(value)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, TypeError) as error:
        raise OtherForm from error


def kind_of(topic: str, event: Any) -> tuple[Any, ...]:
    """Return all that decides what a case event counts as, but for its unit and its days."""
    case = event.data.case
    name = event.__struct_config__.tag
    how = case.channel, case.status, case.outcome, case.sorting
    return topic, name, case.procedure, *how, case.neighbourhood


_Neighbourhood = Annotated[str, Meta(pattern=r"^(tdp|kp|kdc|thon)-[1-9][0-9]{0,2}\Z")]


class _Case(Struct, gc=False):
    unit: str
    procedure: str
    channel: Literal["online", "in_person", "post"]
    received_on: date
    due_on: date
    status: Literal["open", "resolved", "refused", "withdrawn", "cancelled"]
    closed_on: date | None = None
    outcome: Literal["reconciled", "not_reconciled"] | None = None
    sorting: Literal["accepted", "passed_on", "guided", "filed"] | None = None
    neighbourhood: _Neighbourhood | None = None
    received_by: None = None  # nor does one that the desk of another unit took in
    paused_on: None = None  # a case whose clock stands still counts in another way: see `decode`


class _Data(Struct, gc=False):
    case: _Case


class _Corrected(_Data, gc=False):
    corrects: Annotated[str, Meta(max_length=64)]
    changed: Annotated[tuple[str, ...], Meta(min_length=1)]


class _Cancelled(_Data, gc=False):
    corrects: Annotated[str, Meta(max_length=64)]


class _Birth(_Data, gc=False):
    born_on: date


class _Death(_Data, gc=False):
    died_on: date


_PAYLOADS: Mapping[type, type[_Data]] = {
    CaseData: _Data,
    CaseCorrectedData: _Corrected,
    CaseCancelledData: _Cancelled,
    BirthData: _Birth,
    DeathData: _Death,
}
"""Payloads in the form that is read quickly. An event with another one always goes to `decode`."""

_ENVELOPES = [
    msgspec.defstruct(
        name,
        [
            ("id", str),
            ("source", Annotated[str, Meta(max_length=64)]),
            ("subject", str),
            ("sequence", str),
            ("time", Annotated[datetime, Meta(tz=True)]),
            ("recordedtime", Annotated[datetime, Meta(tz=True)]),
            ("dataschema", Annotated[str, Meta(max_length=128)]),
            ("data", _PAYLOADS[kind.__annotations__["data"]]),
            ("specversion", Literal["1.0"], "1.0"),
            ("migrated", bool, False),
            ("datacontenttype", Literal["application/json"], "application/json"),
        ],
        tag_field="type",
        tag=name,
        gc=False,
    )
    for name, kind in CATALOGUE.items()
    if kind.__annotations__["data"] in _PAYLOADS
]
_read: Callable[[Any], Any] = msgspec.json.Decoder(Union[tuple(_ENVELOPES)]).decode  # noqa: UP007
