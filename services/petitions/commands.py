"""What the petitions office may be asked beside the common case commands."""

from datetime import date
from typing import Annotated

from pydantic import Field

from shared.casework.commands import Reason, ResolveCase, UnitCodeOrId
from shared.events.cases import Outcome
from shared.events.petitions import Weekday
from shared.frozen import Closed

Visitors = Annotated[int, Field(ge=1, le=1000, strict=True)]


class ResolvePetitionCase(ResolveCase):
    """Answer a petition or conclude a mediation.

    `outcome` belongs to a mediation and to nothing else.
    """

    outcome: Outcome | None = None


class ReceiveVisit(Closed):
    """Record how many people were received together on one day."""

    unit: UnitCodeOrId
    visited_on: date | None = None
    visitors: Visitors


class CorrectVisit(Closed):
    """Put a visit right, or say with `cancelled` that it did not take place."""

    visited_on: date | None = None
    visitors: Visitors | None = None
    cancelled: bool | None = None
    reason: Reason


class SetReceptionSchedule(Closed):
    """Set the weekday on which citizens are received every week, from a day on."""

    unit: UnitCodeOrId
    weekday: Weekday
    from_day: date
