"""Finds cases: the conditions of a search as SQL, page after page by the place of the last one.

What is open comes in the order of its due day, so that the overdue stand first; those whose clock
stands still, which are not overdue, come last. Everything else comes newest first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from shared.casework import store
from shared.casework.code import ids_of
from shared.casework.held import Held
from shared.database import Connection
from shared.events.cases import Status
from shared.refusal import Refused

_SELECT = f"SELECT {store.HELD} FROM cases WHERE "  # noqa: S608 - constants only
_OPEN = " ORDER BY waits_in_time, due_on, id LIMIT $1"
_NEWEST = " ORDER BY received_on DESC, id DESC LIMIT $1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for; None is not asked. `overdue_on` is a day on which it must be overdue."""

    ids: tuple[UUID, UUID] | None = None
    units: Sequence[str] | None = None
    procedure: str | None = None
    status: Status | None = None
    received_from: date | None = None
    received_to: date | None = None
    due_from: date | None = None
    due_to: date | None = None
    overdue_on: date | None = None

    @property
    def of_open(self) -> bool:
        """Whether only open cases are looked for."""
        return self.status is Status.OPEN or self.overdue_on is not None

    def place(self, held: Held) -> str:
        """Return the place of a case in the order of what is found: where the next page begins."""
        case = held.case
        if self.of_open:
            return f"{case.due_on}.{held.id}.{'waits' if case.waits_in_time else 'runs'}"
        return f"{case.received_on}.{held.id}"


async def find(conn: Connection, search: Search, after: str | None, limit: int) -> Sequence[Held]:
    """Return the first `limit` cases, those after a place where one is given.

    A condition that is not asked is not in the statement, so that each kind of search is planned by
    itself. Refuses a place that is none.
    """
    conditions: list[str] = []
    values: list[Any] = [limit]
    for condition, *told in (*_conditions(search), *_beyond(search, after)):
        places = [f"${len(values) + number}" for number in range(1, len(told) + 1)]
        conditions.append(condition.format(*places))
        values += told
    order = _OPEN if search.of_open else _NEWEST
    rows = await conn.fetch(_SELECT + (" AND ".join(conditions) or "true") + order, *values)
    return [store.held(row) for row in rows]


def _conditions(search: Search) -> Iterator[tuple[Any, ...]]:
    if search.ids is not None:
        yield "id BETWEEN {} AND {}", *search.ids
    status = Status.OPEN if search.of_open else search.status
    if status is not None:
        yield (f"status = '{status}'",)  # written out: an index may be of some states only
    if search.overdue_on is not None:
        yield "NOT waits_in_time AND due_on < {}", search.overdue_on
        if search.status not in {None, Status.OPEN}:
            yield ("false",)  # nothing else is overdue
    for condition, value in (
        ("unit = ANY({})", search.units),
        ("procedure = {}", search.procedure),
        ("received_on >= {}", search.received_from),
        ("received_on <= {}", search.received_to),
        ("due_on >= {}", search.due_from),
        ("due_on <= {}", search.due_to),
        ("received_on <= {}", search.due_to),  # as it must be: this one has an index
    ):
        if value is not None:
            yield condition, value


def _beyond(search: Search, place: str | None) -> Iterator[tuple[Any, ...]]:
    if place is None:
        return
    try:
        day, case_id, *waits = place.split(".")
        last: tuple[date, UUID] = date.fromisoformat(day), UUID(case_id)
    except ValueError:
        raise Refused("unknown_place", "after") from None
    if len(waits) != search.of_open:
        raise Refused("unknown_place", "after")
    if search.of_open:
        yield "(waits_in_time, due_on, id) > ({}, {}, {})", waits == ["waits"], *last
    else:
        yield "(received_on, id) < ({}, {})", *last


def by_code(code: str) -> tuple[UUID, UUID]:
    """Return the ids that a code means, or refuse it."""
    found = ids_of(code)
    if found is None:
        raise Refused("unknown_code", "code")
    return found
