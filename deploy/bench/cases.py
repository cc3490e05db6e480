"""One case of the workload: its steps, drawn at random, and the bytes that tell of each.

The bytes are those that `shared.events` would give (a test holds them against it), put together
from text because a million models would take minutes.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from uuid import UUID

from shared.procedures import Procedure

STAYS_OPEN, REFUSED, WITHDRAWN = 0.03, 0.02, 0.02
ON_TIME, LATE = 0.06, 0.04
CORRECTED, CANCELLED = 0.041, 0.0103
"""Shares of the cases. A case has about two events, so half of these are shares of the events."""
REPEATED, REPEATED_IF_AMENDED = 0.011, 0.2
"""Cases of which an event is delivered twice: of the plain ones, of those put right later."""

DAY_MS = 9 * 3_600_000
"""A working day: the desks record from 07:30 to 16:30 in Việt Nam, 00:30 to 09:30 UTC."""

_OPENING_MS = 1_800_000
_LATE_DAYS, _CORRECTED_DAYS, _CANCELLED_DAYS, _REPEATED_DAYS = 10, 20, 5, 5
_CHANNELS = ("in_person",) * 12 + ("online",) * 7 + ("post",)
_PERSONAL_DAY = {"registry.birth.registered": "born_on", "registry.death.registered": "died_on"}
_OTHER_OUTCOME = {"reconciled": "not_reconciled", "not_reconciled": "reconciled"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """A case as it now is; days are places in the list of working days."""

    unit: str
    procedure: Procedure
    channel: str
    received: int
    due: int
    status: str = "open"
    closed: int | None = None
    outcome: str | None = None


@dataclass(slots=True)
class History:
    """All that is told of one case: its moments, in working milliseconds, and the bytes of each."""

    subject: str
    department: str
    steps: list[tuple[int, bytes]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """Draws one case after the other. `due` gives for each procedure the due day of each day."""

    rng: random.Random
    units: Sequence[str]
    procedures: Sequence[Procedure]
    days: Sequence[date]
    due: Mapping[str, Sequence[int]]
    random_ids: bool
    texts: Sequence[str]

    def case(self, at: int) -> History:
        """Return the history of a case that is received at a moment."""
        rng = self.rng
        procedure = rng.choice(self.procedures)
        received = at // DAY_MS
        case = _Case(
            unit=rng.choice(self.units),
            procedure=procedure,
            channel=rng.choice(_CHANNELS),
            received=received,
            due=self.due[procedure.code][received],
        )
        history = History(self._subject(at), procedure.department)
        self._tell(history, "case.received", case, at, received)
        if rng.random() >= STAYS_OPEN:
            case = self._close(history, case, at)
        told = len(history.steps)
        if rng.random() < CORRECTED:
            case = self._correct(history, case)
        if rng.random() < CANCELLED:
            cancelled = replace(case, status="cancelled")
            self._amend(history, "case.cancelled", cancelled, _CANCELLED_DAYS)
        if rng.random() < (REPEATED if told == len(history.steps) else REPEATED_IF_AMENDED):
            again = rng.choice(history.steps)[1]
            later = history.steps[-1][0] + 1 + rng.randrange(_REPEATED_DAYS * DAY_MS)
            history.steps.append((later, again))
        return history

    def _subject(self, at: int) -> str:
        bits = self.rng.getrandbits(128)
        if self.random_ids:
            return str(UUID(int=bits, version=4))
        day, ms = divmod(at, DAY_MS)
        midnight = datetime.combine(self.days[day], datetime.min.time(), UTC)
        front = f"{int(midnight.timestamp()) * 1_000 + _OPENING_MS + ms:012x}"
        tail = f"{bits & (1 << 72) - 1:018x}"
        variant = "89ab"[bits >> 126]
        return f"{front[:8]}-{front[8:]}-7{tail[:3]}-{variant}{tail[3:6]}-{tail[6:]}"

    def _close(self, history: History, case: _Case, at: int) -> _Case:
        """Resolve, refuse or withdraw a case: before, on or after its due day."""
        rng = self.rng
        when = rng.random()
        if when < LATE:
            day = case.due + 1 + rng.randrange(_LATE_DAYS)
        elif when < LATE + ON_TIME:
            day = case.due
        else:
            day = rng.randrange(case.received, case.due)
        moment = rng.randrange(max(at + 1, day * DAY_MS), (day + 1) * DAY_MS + 1)
        how = rng.random()
        status, kind, outcome = "resolved", case.procedure.act, None
        if how < REFUSED:
            status, kind = "refused", "case.refused"
        elif how < REFUSED + WITHDRAWN:
            status, kind = "withdrawn", "case.withdrawn"
        elif case.procedure.field == "mediation":
            outcome = rng.choice(tuple(_OTHER_OUTCOME))
        closed = replace(case, status=status, closed=day, outcome=outcome)
        extra = ""
        if kind in _PERSONAL_DAY:
            extra = f',"{_PERSONAL_DAY[kind]}":"{self.texts[case.received - 1]}"'
        self._tell(history, kind, closed, moment, day, extra)
        return closed

    def _correct(self, history: History, case: _Case) -> _Case:
        """Move the count of a case to another outcome, unit or day."""
        rng = self.rng
        if case.outcome:
            changed, right = "outcome", replace(case, outcome=_OTHER_OUTCOME[case.outcome])
        elif rng.getrandbits(1):
            place = self.units.index(case.unit)
            changed, right = "unit", replace(case, unit=self.units[place - 1])
        elif case.closed is None or case.closed == case.received:
            changed, right = "received_on", replace(case, received=case.received - 1)
        else:
            changed, right = "closed_on", replace(case, closed=case.closed - 1)
        self._amend(history, "case.corrected", right, _CORRECTED_DAYS, changed)
        return right

    def _amend(
        self, history: History, kind: str, case: _Case, within: int, changed: str = ""
    ) -> None:
        """Tell, within so many days, that the last step was not right."""
        moment = history.steps[-1][0] + 1 + self.rng.randrange(within * DAY_MS)
        extra = f',"corrects":"{history.subject}.{len(history.steps):08d}"'
        if changed:
            extra += f',"changed":["{changed}"]'
        self._tell(history, kind, case, moment, moment // DAY_MS, extra)

    def _tell(
        self, history: History, kind: str, case: _Case, at: int, day: int, extra: str = ""
    ) -> None:
        texts, step = self.texts, f"{len(history.steps) + 1:08d}"
        recorded, ms = divmod(at, DAY_MS)
        seconds, ms = divmod(ms + _OPENING_MS, 1_000)
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        closed = f',"closed_on":"{texts[case.closed]}"' if case.closed is not None else ""
        if case.outcome:
            closed += f',"outcome":"{case.outcome}"'
        value = (
            f'{{"specversion":"1.0","id":"{history.subject}.{step}",'
            f'"source":"/wardbook/{history.department}","type":"{kind}",'
            f'"subject":"{history.subject}","sequence":"{step}",'
            f'"time":"{texts[day]}T00:00:00+07:00","recordedtime":"{texts[recorded]}'
            f'T{hours:02d}:{minutes:02d}:{seconds:02d}.{ms:03d}001Z","migrated":false,'
            f'"datacontenttype":"application/json","dataschema":"urn:wardbook:event:{kind}",'
            f'"data":{{"case":{{"unit":"{case.unit}","procedure":"{case.procedure.code}",'
            f'"channel":"{case.channel}","received_on":"{texts[case.received]}",'
            f'"due_on":"{texts[case.due]}","status":"{case.status}"{closed}}}{extra}}}}}'
        )
        history.steps.append((at, value.encode()))
