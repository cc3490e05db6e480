"""The life of a registry's case as this test understands it: written from the rules, not the code.

A command either breaks rules, each named, or leads to the next version and the event that tells of
it. It knows neither HTTP nor the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from shared.casework.code import code_of
from tests.support.office import NOW

TODAY = NOW.date()
EARLIEST = date(1990, 1, 1)

ACTS: Mapping[str, tuple[str, str | None]] = {
    "registry.birth": ("registry.birth.registered", "born_on"),
    "registry.death": ("registry.death.registered", "died_on"),
    "registry.signature_certification": ("registry.signature.certified", None),
    "registry.civil_status_extract": ("case.resolved", None),
}
"""The event that resolves a procedure, and the day that it must be told."""

CLOSINGS = {"resolution": "resolved", "refusal": "refused", "withdrawal": "withdrawn"}


@dataclass(frozen=True)
class Told:
    """An event that must be in the outbox."""

    type: str
    sequence: int
    on: date
    case: Mapping[str, Any]
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Life:
    """A case: what it now is, and the events that told of it."""

    id: UUID
    case: Mapping[str, Any]
    told: tuple[Told, ...]

    @property
    def reopened_on(self) -> date:
        """The last day on which it was opened again, the first of all days where it never was."""
        return max((one.on for one in self.told if one.type == "case.reopened"), default=date.min)

    @property
    def sequence(self) -> int:
        """Its version: each step is told once."""
        return len(self.told)

    @property
    def answer(self) -> dict[str, Any]:
        """What its department says of it."""
        own = {"id": str(self.id), "code": code_of(self.id), "sequence": self.sequence}
        return {**shown(self.case), **own}


def shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as JSON has them."""
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in values.items()}


def received(id_: UUID, body: Mapping[str, Any], due_on: date) -> Life:
    """Return a case that was received; the calendar of due days is not judged here."""
    case = {
        "unit": "2004-10525",
        "procedure": body["procedure"],
        "channel": body["channel"],
        "received_on": body.get("received_on", TODAY),
        "due_on": due_on,
        "status": "open",
        "closed_on": None,
        "outcome": None,
        "paused_on": None,
        "sorting": None,
        "neighbourhood": None,
        "received_by": None,
    }
    return Life(id_, case, (Told("case.received", 1, case["received_on"], case),))


def broken_by_receipt(body: Mapping[str, Any]) -> set[str]:
    """Return the rules that a receipt breaks."""
    on = body.get("received_on", TODAY)
    return _receipt(on) | ({"before_received"} if body.get("due_on", on) < on else set())


def broken(life: Life, name: str, body: Mapping[str, Any]) -> set[str]:
    """Return the rules that a command to a case breaks; it is refused by one of them, if any."""
    if life.case["status"] == "cancelled":
        return {"case_cancelled"}
    if name == "cancellation":
        return set()
    if name == "correction":
        return _correction(life, body)
    if name == "reopening":
        return _reopening(life.case, body.get("reopened_on", TODAY))
    rules = set() if life.case["status"] == "open" else {"case_closed"}
    day = body.get("closed_on", TODAY)
    rules |= {"in_the_future"} if day > TODAY else set()
    rules |= {"before_received"} if day < life.case["received_on"] else set()
    rules |= {"before_step"} if day < life.reopened_on else set()
    return rules | (_act(life.case["procedure"], day, body) if name == "resolution" else set())


def after(life: Life, name: str, body: Mapping[str, Any], answer: Mapping[str, Any]) -> Life:
    """Return the case after a command that breaks no rule.

    Which day it is due on after a reopening is taken from the answer, but never an earlier one.
    """
    if name in CLOSINGS:
        day = body.get("closed_on", TODAY)
        case = {**life.case, "status": CLOSINGS[name], "closed_on": day}
        type_, wanted = f"case.{CLOSINGS[name]}", None
        if name == "resolution":
            type_, wanted = ACTS[case["procedure"]]
        return _next(life, type_, day, case, {wanted: body[wanted]} if wanted else {})
    if name == "reopening":
        day = body.get("reopened_on", TODAY)
        due_on = max(life.case["due_on"], date.fromisoformat(answer["due_on"]))
        case = {**life.case, "status": "open", "closed_on": None, "due_on": due_on}
        return _next(life, "case.reopened", day, case, {"ended_on": life.case["closed_on"]})
    last = {"corrects": f"{life.id}.{life.sequence:08d}"}
    if name == "cancellation":
        return _next(life, "case.cancelled", TODAY, {**life.case, "status": "cancelled"}, last)
    changed = {k for k, v in body.items() if k in life.case and life.case[k] != v}
    case = {**life.case, **{k: body[k] for k in changed}}
    return _next(life, "case.corrected", TODAY, case, {**last, "changed": changed})


def _next(
    life: Life, type_: str, on: date, case: Mapping[str, Any], more: Mapping[str, Any]
) -> Life:
    told = Told(type_, life.sequence + 1, on, case, more)
    return replace(life, case=case, told=(*life.told, told))


def _receipt(on: date) -> set[str]:
    return ({"in_the_future"} if on > TODAY else set()) | ({"too_old"} if on < EARLIEST else set())


def _act(procedure: str, closed_on: date, body: Mapping[str, Any]) -> set[str]:
    """Return the rules of acts: a birth has its day, a death has its own, nothing else has one."""
    _, wanted = ACTS[procedure]
    rules = set()
    for name in ("born_on", "died_on"):
        if name in body and name != wanted:
            rules.add("field_not_of_this")
        if name == wanted and name not in body:
            rules.add("field_required_here")
        if name == wanted and name in body and body[name] > closed_on:
            rules.add("after_closing")
    return rules


def _reopening(case: Mapping[str, Any], day: date) -> set[str]:
    if case["closed_on"] is None:
        return {"case_open"}
    rules = {"in_the_future"} if day > TODAY else set()
    return rules | ({"before_closing"} if day < case["closed_on"] else set())


def _correction(life: Life, body: Mapping[str, Any]) -> set[str]:
    case = life.case
    new = {**case, **{k: v for k, v in body.items() if k in case}}
    if new == case:
        return {"nothing_changes"}
    rules = _receipt(new["received_on"])
    rules |= {"before_received"} if new["due_on"] < new["received_on"] else set()
    if case["status"] == "resolved" and ACTS[new["procedure"]] != ACTS[case["procedure"]]:
        rules.add("act_cannot_change")
    if case["closed_on"] is None and new["closed_on"] is not None:
        rules.add("not_closed")
    if new["closed_on"] is not None:
        rules |= {"in_the_future"} if new["closed_on"] > TODAY else set()
        rules |= {"before_received"} if new["closed_on"] < new["received_on"] else set()
        rules |= {"before_step"} if new["closed_on"] < life.reopened_on else set()
    if life.reopened_on > date.min:
        first = next(one.on for one in life.told if one.type == "case.reopened")
        rules |= {"after_step"} if new["received_on"] > first else set()
    return rules
