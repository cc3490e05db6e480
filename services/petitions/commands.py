"""What the petitions office may be asked beside the common case commands."""

from datetime import date
from typing import Annotated

from pydantic import Field

from shared.casework.commands import Reason, ResolveCase, UnitCodeOrId
from shared.events.cases import Outcome, Sorting
from shared.events.petitions import Code, SessionResult, Weekday
from shared.frozen import Closed

Visitors = Annotated[int, Field(ge=1, le=1000, strict=True)]


class ResolvePetitionCase(ResolveCase):
    """Answer a petition or conclude a mediation.

    `outcome` belongs to a mediation and to nothing else; left out, it is that of the last session.
    """

    outcome: Outcome | None = None


class SortPetition(Closed):
    """Sort a petition; `passed_to` belongs to one that is passed on, and to no other."""

    decision: Sorting
    sorted_on: date | None = None
    passed_to: Code | None = None
    reason: Reason | None = None


class HoldSession(Closed):
    """Record a session of a mediation. `team` belongs to mediation among residents."""

    held_on: date | None = None
    result: SessionResult
    team: Code | None = None


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
