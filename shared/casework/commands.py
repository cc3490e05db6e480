"""What a department may be asked about its cases.

Days are calendar days of Việt Nam; a day left out is today.
"""

from collections.abc import Callable
from datetime import date, time
from typing import Annotated

from pydantic import AfterValidator, Field, WrapValidator
from pydantic_core import PydanticCustomError

from shared.events.cases import Channel, Neighbourhood, Outcome
from shared.frozen import Closed

UnitCodeOrId = Annotated[str, Field(min_length=1, max_length=16, examples=["10525"])]
"""A unit's five-digit code as in force on the day concerned, or its id (2004-10525)."""


def _neighbourhood(value: object, read: Callable[[object], str]) -> str:
    try:
        return read(value)
    except ValueError:
        raise PydanticCustomError("no_neighbourhood", "kind and number, such as tdp-3") from None


OneNeighbourhood = Annotated[Neighbourhood, WrapValidator(_neighbourhood)]
"""The same as in an event; a refusal tells what is meant."""

Reason = Annotated[str, Field(min_length=1, max_length=500)]
"""Why, in words. It stays in the department: events carry no free text."""


def _wall_clock(value: time) -> time:
    """Refuse a time with a zone of its own."""
    if value.tzinfo is not None:
        raise PydanticCustomError("wall_clock", "must be a time of Việt Nam, such as 09:30")
    return value


class ReceiveCase(Closed):
    """Receive a case. `due_on` left out is computed from the procedure's processing time.

    `received_time` is the wall clock of Việt Nam; left out with `received_on`, it is now, and left
    out alone, the office was open. `applicant` stays in the department's database and is in no
    event. `unit` is whose case it is; `received_by` is the unit whose one-stop desk took it in,
    where that is another one, `neighbourhood` the one of `unit` that it concerns.
    """

    unit: UnitCodeOrId
    procedure: Annotated[str, Field(max_length=64, examples=["registry.birth"])]
    channel: Channel
    received_on: date | None = None
    received_time: (
        Annotated[time, Field(examples=["09:30"]), AfterValidator(_wall_clock)] | None
    ) = None
    due_on: date | None = None
    applicant: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    neighbourhood: OneNeighbourhood | None = None
    received_by: UnitCodeOrId | None = None


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


class PauseCase(Closed):
    """Stop the clock of an open case: its applicant was asked to supplement the file."""

    paused_on: date | None = None
    reason: Reason


class ResumeCase(Closed):
    """Let the clock run again: the file was supplemented on a day, which counts."""

    resumed_on: date | None = None


class ExtendCase(Closed):
    """Give an open case more days, as many as the law of its procedure allows, and of their kind.

    `decided_on` must lie within the time that it extends.
    """

    days: Annotated[int, Field(ge=1, le=365)]
    decided_on: date | None = None
    reason: Reason


class ReappointCase(Closed):
    """Say that the applicant got a letter of apology and a new day. The due day stays."""

    appointment_on: date
    reason: Reason


class CorrectCase(Closed):
    """Put right what was recorded wrongly about a case. Fields left out stay as they are.

    `received_by` is put right to the case's own unit where its own desk took it in.
    """

    unit: UnitCodeOrId | None = None
    procedure: Annotated[str, Field(max_length=64)] | None = None
    channel: Channel | None = None
    received_on: date | None = None
    due_on: date | None = None
    closed_on: date | None = None
    outcome: Outcome | None = None
    neighbourhood: OneNeighbourhood | None = None
    received_by: UnitCodeOrId | None = None
    reason: Reason


class CancelCase(Closed):
    """Say that a case was entered by mistake: it counts as nothing from now on."""

    reason: Reason
