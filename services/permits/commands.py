"""What the permits office may be asked beside the common case commands."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.casework.commands import Reason, ResolveCase, UnitCodeOrId
from shared.events.permits import Finding
from shared.frozen import Closed

Fine = Annotated[int, Field(ge=1, le=1_000_000_000_000, strict=True)]
"""In đồng."""


class Permit(Closed):
    """Which construction permit a notice or a marking is of, and when building starts."""

    permit: UUID | None = None
    permit_number: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    starts_on: date | None = None


class ResolvePermitCase(Permit, ResolveCase):
    """Resolve a case of building or land.

    A notice of a start and the marking of a boundary name the construction permit: by the id of its
    case, or by its number where this office has no case of it. `starts_on`, the day on which
    building starts, belongs to such a notice; left out, it is the day on which it is noted.
    """

    @property
    def particulars(self) -> Permit:
        """What is kept of it with the case."""
        return Permit(
            permit=self.permit, permit_number=self.permit_number, starts_on=self.starts_on
        )

    @property
    def concerns(self) -> tuple[UUID, ...]:
        """The cases that the decision hangs on, beside its own."""
        return () if self.permit is None else (self.permit,)


class ForwardFile(Closed):
    """Forward a land file to the city's land registration office."""

    forwarded_on: date | None = None


class TakeBackFile(Closed):
    """Say that a land file came back from there."""

    back_on: date | None = None


class RecordInspection(Closed):
    """Record an inspection of a construction site.

    `case` is the construction permit or repair application that is built under, if there is one.
    """

    unit: UnitCodeOrId
    inspected_on: date | None = None
    finding: Finding
    case: UUID | None = None

    @property
    def concerns(self) -> tuple[UUID, ...]:
        """The cases that the decision hangs on."""
        return () if self.case is None else (self.case,)


class RecordMinutes(Closed):
    """Record that minutes of a violation were drawn up. Who did it stays out of Wardbook."""

    minutes_on: date | None = None


class RecordFine(Closed):
    """Record the fine of a violation of which there are minutes."""

    fine: Fine
    fined_on: date | None = None


class CorrectInspection(Closed):
    """Put an inspection right, or say with `cancelled` that there was none.

    Fields left out stay as they are; a violation that was none is one `in_order`, and its minutes
    and its fine are gone with it.
    """

    inspected_on: date | None = None
    finding: Finding | None = None
    minutes_on: date | None = None
    fine: Fine | None = None
    fined_on: date | None = None
    cancelled: bool | None = None
    reason: Reason
