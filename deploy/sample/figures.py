"""Reads figures.toml: what the sample must show, and what was chosen where the report is silent."""

import tomllib
from datetime import date
from enum import StrEnum
from pathlib import Path

from pydantic import Field

from shared.events.cases import Outcome, ProcedureCode, UnitId
from shared.events.petitions import Weekday
from shared.frozen import Closed


class Wrong(StrEnum):
    """Which field of a case was first recorded wrongly, to be corrected some days later."""

    CHANNEL = "channel"
    PROCEDURE = "procedure"
    CLOSED_ON = "closed_on"


class Work(Closed):
    """The cases of one procedure: how many came, and how.

    Those not told otherwise came in person and were resolved early. `open` ones are due after the
    period, `overdue` ones are open too and were due within it. `entered_twice` counts further
    cases, cancelled as copies. `room` leaves the period's last working days to what `follows`.
    """

    procedure: ProcedureCode
    working_days: int = Field(ge=1)
    received: int
    online: int = 0
    on_time: int = 0
    late: int = 0
    withdrawn: int = 0
    open: int = 0
    overdue: int = 0
    entered_twice: int = 0
    wrong: tuple[Wrong, ...] = ()
    follows: ProcedureCode | None = None
    room: int = 0


class Petitions(Closed):
    """Citizen reception and mediation: visitors of each visit, outcome of each mediation.

    A mediation may take `mediation_days`; where none are told, as many as the law had on its day.
    """

    reception_day: Weekday
    visits: tuple[int, ...]
    mediations: tuple[Outcome, ...]
    mediation_days: int | None = Field(default=None, ge=1)


class Figures(Closed):
    """Everything the sample must show for one unit and period."""

    unit: UnitId
    start: date
    end: date
    work: tuple[Work, ...]
    petitions: Petitions


def read_figures() -> Figures:
    """Return what figures.toml says."""
    text = Path(__file__).with_name("figures.toml").read_text(encoding="utf-8")
    return Figures.model_validate(tomllib.loads(text))
