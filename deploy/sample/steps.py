"""Turns what happened to a case into a clerk's commands, each with its recording day."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from deploy.sample.figures import Wrong
from deploy.sample.working_days import WorkingDays
from shared.events.cases import Case, Channel, Status

_OPENING = {"unit", "procedure", "channel", "received_on", "due_on"}
_CLOSING = {"closed_on", "outcome"}
_OF_A_PERMIT = {"permits.boundary_marking", "permits.construction_start"}
_DAYS_LATE = (0, 1, 2, 3)
_DAYS_LATE_WEIGHTS = (80, 12, 5, 3)
_REASONS = {
    Wrong.CHANNEL: "Ghi nhầm hình thức tiếp nhận",
    Wrong.PROCEDURE: "Chọn nhầm thủ tục",
    Wrong.CLOSED_ON: "Ghi nhầm ngày trả kết quả",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command. `{id}` in the path stands for the id that answered the subject's first step."""

    path: str
    body: Mapping[str, object]
    recorded_on: date
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What one service is told of one case, visit, schedule or return, step after step."""

    service: str
    steps: tuple[Step, ...]


type _Told = tuple[str, Mapping[str, object], date]
"""Path and body of a command, and the day on which it happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clerk:
    """Records cases: mostly on the day itself, sometimes a few days later, now and then wrongly."""

    rng: random.Random
    days: WorkingDays

    def case(self, name: str, case: Case, wrong: Wrong | None = None) -> Subject:
        """Return the steps that end in `case`; one corrects the field that was `wrong` at first."""
        told = case.model_copy(update=self._mistaken(case, wrong))
        steps = [_opening(told), *self._closing(name, case, told)]
        if wrong is Wrong.PROCEDURE:
            # Once resolved, a case can no longer change its kind of act.
            steps.insert(1, _correction(case, wrong, self.days.after(case.received_on, 1)))
        elif wrong is not None:
            found_on = self.days.after(told.closed_on or told.received_on, self.rng.randint(3, 15))
            steps.append(_correction(case, wrong, found_on))
        return self._recorded(name, case, steps)

    def entered_twice(self, name: str, case: Case) -> Subject:
        """Return the steps of a copy of `case` that was cancelled when it was noticed."""
        noticed_on = self.days.after(case.received_on, self.rng.randint(1, 10))
        reason = {"reason": "Nhập hai lần cùng một hồ sơ"}
        steps: list[_Told] = [_opening(case), ("/cases/{id}/cancellation", reason, noticed_on)]
        return self._recorded(name, case, steps)

    def _mistaken(self, case: Case, wrong: Wrong | None) -> Mapping[str, object]:
        match wrong:
            case None:
                return {}
            case Wrong.CHANNEL:
                online = case.channel is Channel.ONLINE
                return {wrong: Channel.IN_PERSON if online else Channel.ONLINE}
            case Wrong.PROCEDURE:
                return {wrong: "registry.civil_status_extract"}
            case Wrong.CLOSED_ON:
                return {wrong: self.days.after(case.due_on, 1)}

    def _closing(self, name: str, case: Case, told: Case) -> Iterator[_Told]:
        if told.closed_on is None:
            return
        body = told.model_dump(mode="json", include=_CLOSING, exclude_none=True)
        if case.status is Status.WITHDRAWN:
            yield "/cases/{id}/withdrawal", body, told.closed_on
            return
        # The law gives parents 60 days to register a birth, relatives 15 to register a death.
        if case.procedure == "registry.birth":
            body["born_on"] = self._earlier(case.received_on, 60)
        if case.procedure == "registry.death":
            body["died_on"] = self._earlier(case.received_on, 15)
        if case.procedure in _OF_A_PERMIT:
            body["permit_number"] = f"{name[-5:]}/GPXD"
        yield "/cases/{id}/resolution", body, told.closed_on

    def _earlier(self, day: date, most: int) -> str:
        return (day - timedelta(days=self.rng.randint(1, most))).isoformat()

    def _recorded(self, name: str, case: Case, told: list[_Told]) -> Subject:
        steps: list[Step] = []
        previous, last = case.received_on, self.days.period[-1]
        for number, (path, body, happened_on) in enumerate(told, 1):
            late = self.rng.choices(_DAYS_LATE, _DAYS_LATE_WEIGHTS)[0]
            previous = min(max(previous, self.days.after(happened_on, late)), last)
            steps.append(Step(path=path, body=body, recorded_on=previous, key=f"{name}/{number}"))
        return Subject(service=case.procedure.partition(".")[0], steps=tuple(steps))


def _opening(case: Case) -> _Told:
    return "/cases", case.model_dump(mode="json", include=_OPENING), case.received_on


def _correction(case: Case, wrong: Wrong, found_on: date) -> _Told:
    right = case.model_dump(mode="json", include={wrong.value})
    return "/cases/{id}/correction", {**right, "reason": _REASONS[wrong]}, found_on
