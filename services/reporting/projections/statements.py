"""What one version of a return or of an entry states. Pure.

Statements are kept as they are: a report finds in them what departments declared and what the
registers hold (decision 0012). They count as nothing in the tallies.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from shared.events.envelope import Event
from shared.events.returns import EntryData, ReturnData, ReturnStatus


@dataclass(frozen=True, slots=True)
class Statement:
    """A return, with its lines, or an entry, with its values; `code` is the form or register."""

    unit: str
    kind: Literal["return", "entry"]
    code: str
    starts: date
    ends: date
    status: str
    content: Sequence[Mapping[str, Any]] | Mapping[str, str]


def statement(event: Event) -> Statement | None:
    """Return what the subject states after `event`, None where it is of another kind."""
    match event.data:
        case ReturnData(ward_return=told):
            return Statement(
                unit=told.unit,
                kind="return",
                code=told.form,
                starts=told.period_start,
                ends=told.period_end,
                status=(told.status or ReturnStatus.ACCEPTED).value,
                content=[line.model_dump(mode="json", exclude_none=True) for line in told.figures],
            )
        case EntryData(entry=told):
            return Statement(
                unit=told.unit,
                kind="entry",
                code=told.register_code,
                starts=told.happened_on,
                ends=told.happened_on,
                status="cancelled" if told.cancelled else "recorded",
                content=dict(told.values),
            )
    return None
