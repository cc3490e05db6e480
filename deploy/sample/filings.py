"""What the departments of the sample ward file: returns, authored texts, entries of registers.

Read from returns.toml, narrative.toml and entries.toml. A return is submitted some working days
after its period (a plan: after its period began), or on the sample's last day, and accepted some
days later.
"""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from deploy.sample.steps import Step, Subject
from deploy.sample.working_days import WorkingDays
from shared.forms import FORMS

_SUBMITTED_AFTER, _ACCEPTED_AFTER = 4, 7
"""Working days from the day on which it is owed; ten are allowed."""


def filings(unit: str, days: WorkingDays, prefix: str) -> Iterator[Subject]:
    """Yield the returns and the entries of `unit`."""
    told = [*_read("returns.toml")["return"], *_read("narrative.toml")["return"]]
    for number, one in enumerate(told, 1):
        yield return_of(unit, days, f"{prefix}/returns/{number:05}", one)
    number = 0
    for entry in _read("entries.toml")["entry"]:
        for day in entry["days"]:
            number += 1
            yield _entry(unit, days, f"{prefix}/entries/{number:05}", entry, day)


def return_of(unit: str, days: WorkingDays, name: str, told: Mapping[str, Any]) -> Subject:
    """Return what submits and accepts a return as told: form, from, to, lines."""
    body = {
        "unit": unit,
        "form": told["form"],
        "period_start": told["from"].isoformat(),
        "period_end": told["to"].isoformat(),
        "figures": [_figure(line) for line in told["lines"]],
    }
    owed_on = told["from"] if FORMS[told["form"]].ahead else told["to"] + timedelta(days=1)
    last = days.period[-1]
    submitted = min(days.after(owed_on, _SUBMITTED_AFTER), last)
    accepted = min(days.after(owed_on, _ACCEPTED_AFTER), last)
    acceptance = "/returns/{id}/acceptance"
    return Subject(
        service="returns",
        steps=(
            Step(path="/returns/submissions", body=body, recorded_on=submitted, key=f"{name}/1"),
            Step(path=acceptance, body={"sequence": 1}, recorded_on=accepted, key=f"{name}/2"),
        ),
    )


def _figure(line: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a line as the interface takes it: a number as it is written in the file."""
    figure = {"amount" if name == "value" else name: told for name, told in line.items()}
    if "until" in figure:
        figure["until"] = figure["until"].isoformat()
    return figure


def _entry(unit: str, days: WorkingDays, name: str, told: Mapping[str, Any], day: date) -> Subject:
    body = {
        "unit": unit,
        "register_code": told["register"],
        "happened_on": day.isoformat(),
        "values": told["values"],
    }
    recorded_on = min(days.after(day, 0), days.period[-1])
    step = Step(path="/entries", body=body, recorded_on=recorded_on, key=f"{name}/1")
    return Subject(service="returns", steps=(step,))


def _read(name: str) -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))
