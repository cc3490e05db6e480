"""What one version of a return, of an entry or of a unit's lineage states. Pure.

Statements are kept as they are: a report finds in them what departments declared and what the
registers hold (decision 0012), and what became of units (0035). They count as nothing in tallies.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from shared.events.envelope import Event
from shared.events.lineage import LineageData
from shared.events.returns import EntryData, ReturnData, ReturnStatus


@dataclass(frozen=True, slots=True)
class Statement:
    """A return, with its lines, or an entry, with its values; `code` is the form or register.

    Or a lineage, with its ways: then the days are those of the change by law and in practice.
    """

    unit: str
    kind: Literal["return", "entry", "lineage"]
    code: str
    starts: date
    ends: date
    status: str
    content: Sequence[Mapping[str, Any]] | Mapping[str, Any]


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
        case LineageData(lineage=told):
            return Statement(
                unit=told.unit,
                kind="lineage",
                code="lineage",
                starts=told.legal_on,
                ends=told.operates_on,
                status="recorded",
                content=told.model_dump(
                    mode="json", include={"ways", "legal_basis"}, exclude_none=True
                ),
            )
    return None
