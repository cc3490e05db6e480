"""What a department may be asked about its cases.

Days are calendar days of Việt Nam; a day left out is today.
"""

from datetime import date
from typing import Annotated

from pydantic import Field

from shared.events.cases import Channel, Outcome
from shared.frozen import Closed

UnitCodeOrId = Annotated[str, Field(min_length=1, max_length=16, examples=["10525"])]
"""A unit's five-digit code as in force on the day concerned, or its id (2004-10525)."""

Reason = Annotated[str, Field(min_length=1, max_length=500)]
"""Why, in words. It stays in the department: events carry no free text."""


class ReceiveCase(Closed):
    """Receive a case. `due_on` left out is computed from the procedure's processing time.

    `applicant` stays in the department's database and is in no event.
    """

    unit: UnitCodeOrId
    procedure: Annotated[str, Field(max_length=64, examples=["registry.birth"])]
    channel: Channel
    received_on: date | None = None
    due_on: date | None = None
    applicant: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class ResolveCase(Closed):
    """Resolve an open case by the act of its procedure."""

    closed_on: date | None = None


class RefuseCase(Closed):
    """Close an open case with a refusal."""

    closed_on: date | None = None
    reason: Reason


class WithdrawCase(Closed):
    """Close an open case because the applicant withdrew it."""

    closed_on: date | None = None


class CorrectCase(Closed):
    """Put right what was recorded wrongly about a case. Fields left out stay as they are."""

    unit: UnitCodeOrId | None = None
    procedure: Annotated[str, Field(max_length=64)] | None = None
    channel: Channel | None = None
    received_on: date | None = None
    due_on: date | None = None
    closed_on: date | None = None
    outcome: Outcome | None = None
    reason: Reason


class CancelCase(Closed):
    """Say that a case was entered by mistake: it counts as nothing from now on."""

    reason: Reason
