"""Clerks who tell of invented work over HTTP, and know by themselves what must come of it.

A naive state machine, written apart from the services: each command's answer is foreseen, and the
versions of a case that were accepted are kept with their recording days.
"""

import asyncio
import itertools
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Protocol

from tests.support.wardbook import Wardbook

FIRST, LAST = date(2023, 1, 2), date(2024, 6, 28)
NEWEST = date(2024, 12, 31)
"""No recording day is later."""

# Procedure -> (field, kind of act): what a resolved case may be corrected to has the same act.
PROCEDURES = {
    "registry.birth": ("civil_status", "birth"),
    "registry.death": ("civil_status", "death"),
    "registry.marriage": ("civil_status", "marriage"),
    "registry.marital_status": ("civil_status", "marital"),
    "registry.civil_status_extract": ("civil_status", "resolved"),
    "registry.civil_status_change": ("civil_status", "resolved"),
    "registry.guardianship": ("civil_status", "resolved"),
    "registry.signature_certification": ("certification", "signature"),
    "registry.copy_certification": ("certification", "copy"),
    "registry.electronic_certification": ("certification", "electronic"),
    "registry.contract_certification": ("certification", "resolved"),
    "permits.construction_permit": ("construction", "permit"),
    "permits.repair_application": ("construction", "repair"),
    "permits.construction_start": ("construction", "start"),
    "permits.boundary_marking": ("construction", "boundary"),
    "permits.land_file": ("land", "land"),
    "petitions.petition": ("petition", "answered"),
    "petitions.complaint": ("petition", "answered"),
    "petitions.denunciation": ("petition", "answered"),
    "petitions.mediation": ("mediation", "mediated"),
}
ROUTES = {"resolved": "resolution", "refused": "refusal", "withdrawn": "withdrawal"}

type State = dict[str, Any]
type Versions = list[tuple[date, State]]


def of(department: str) -> list[str]:
    """Return the procedures of a department."""
    return [code for code in PROCEDURES if code.startswith(f"{department}.")]


@dataclass(slots=True)
class Story:
    """One case, visit or return: who tells it, the versions that were accepted, and its id.

    Where the days are not `stated`, the service's clock says when each step was recorded.
    """

    wardbook: Wardbook
    rng: random.Random
    units: Sequence[str]
    service: str
    versions: Versions = field(default_factory=list)
    id: str = ""
    sent: int = 0
    stated: bool = True

    @property
    def state(self) -> State:
        """The case as it must now be."""
        return self.versions[-1][1]

    def later(self) -> date:
        """Return a recording day that follows the last one."""
        return min(self.versions[-1][0] + timedelta(self.rng.choice((0, 0, 1, 3, 20))), NEWEST)

    async def command(
        self, name: str, body: State, on: date, after: State | None, refused: int = 0
    ) -> None:
        """Send a command and compare the answer with what must come of it; now and then twice."""
        key = self.wardbook.new_key()
        path = f"/{name}" if not self.id else f"/{name.format(id=self.id)}"
        # Releases side by side keep keys in their own ways: one answers what it is told twice.
        to = self.wardbook.processes[self.service]
        for _ in range(1 if self.rng.random() < 0.85 else 2):
            answer = await self.wardbook.send(
                self.service,
                path,
                body,
                key=key,
                recorded_on=on if self.stated else None,
                patient=True,
                to=to,
            )
            self.sent += 1
            said = f"{path} {body} on {on}, {self.versions}: {answer.status_code} {answer.text}"
            if refused:
                assert answer.status_code == refused, said
                continue
            assert answer.is_success, said
            got = answer.json()
            assert after is not None
            self.id = got["id"]
            assert got["sequence"] == len(self.versions) + 1, said
            shown = got.get("visit") or got.get("return") or got
            if "due_on" in after and not after["due_on"]:
                after["due_on"] = shown["due_on"]
            assert {name: shown[name] for name in after} == plain(after), said
        if after is not None and not refused:
            after = {k: _day(v) if k.endswith("_on") and v else v for k, v in after.items()}
            self.versions.append((on, after))


def plain(state: State) -> State:
    """Return a state as JSON has it."""
    return {name: str(v) if isinstance(v, date) else v for name, v in state.items()}


def _day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


async def tell_case(story: Story, steps: int) -> None:
    """Receive a case and do some random steps with it, allowed ones and others."""
    rng = story.rng
    procedure = rng.choice(of(story.service))
    received = FIRST + timedelta(rng.randrange((LAST - FIRST).days))
    due = None if rng.random() < 0.2 else received + timedelta(rng.randrange(15))
    body: State = {
        "unit": rng.choice(story.units),
        "procedure": procedure,
        "channel": rng.choice(("online", "in_person", "post")),
        "received_on": str(received),
    }
    if due:
        body["due_on"] = str(due)
    after = {
        **body,
        "unit": f"2004-{body['unit']}",
        "due_on": due,
        "received_on": received,
        "status": "open",
        "closed_on": None,
        "outcome": None,
    }
    on = received + timedelta(rng.choice((0, 0, 0, 1, 2, 9)))
    await story.command("cases", body, on if story.stated else NEWEST, after)
    for _ in range(steps):
        chance = rng.random()
        if chance < 0.55:
            await _close(story)
        elif chance < 0.93:
            await _correct(story)
        else:
            await _cancel(story)


async def _close(story: Story) -> None:
    rng, now = story.rng, story.state
    status = rng.choices(("resolved", "refused", "withdrawn"), (8, 1, 1))[0]
    closed = now["received_on"] + timedelta(rng.choice((0, 1, 2, 5, 9, 14, 30)))
    on = min(max(story.later(), closed), NEWEST)
    body: State = {"closed_on": str(closed)}
    after = now | {"status": status, "closed_on": closed}
    if status == "refused":
        body["reason"] = "Thiếu giấy tờ"
    if status == "resolved":
        earlier = str(now["received_on"] - timedelta(3))
        match now["procedure"]:
            case "registry.birth":
                body["born_on"] = earlier
            case "registry.death":
                body["died_on"] = earlier
            case "permits.construction_start" | "permits.boundary_marking":
                body["permit_number"] = "12/GPXD"
            case "petitions.mediation":
                body["outcome"] = after["outcome"] = rng.choice(("reconciled", "not_reconciled"))
    refused = 0 if now["status"] == "open" else 409
    await story.command(f"cases/{{id}}/{ROUTES[status]}", body, on, after, refused)


async def _correct(story: Story) -> None:
    rng, now = story.rng, story.state
    on = story.later()
    what = rng.choice(("unit", "channel", "procedure", "received_on", "due_on", "closed_on"))
    if what == "unit":
        told: Any = rng.choice(story.units)
        value: Any = f"2004-{told}"
    elif what == "channel":
        told = value = rng.choice(("online", "in_person", "post"))
    elif what == "procedure":
        told = value = rng.choice(of(story.service))
    else:
        value = (now[what] or now["received_on"]) + timedelta(rng.randrange(-6, 7))
        told = str(value)
    after = now | {what: value}
    refused = 0
    if now["status"] == "cancelled":
        refused = 409
    elif (
        value == now[what]
        or (what == "closed_on" and now["closed_on"] is None)
        or after["due_on"] < after["received_on"]
        or after["received_on"] > on
        or (after["closed_on"] and not after["received_on"] <= after["closed_on"] <= on)
        or (now["status"] == "resolved" and _act(now) != _act(after))
    ):
        refused = 422
    body = {what: told, "reason": "Ghi nhầm"}
    await story.command("cases/{id}/correction", body, on, after, refused)


def _act(state: State) -> str:
    return PROCEDURES[state["procedure"]][1]


async def _cancel(story: Story) -> None:
    refused = 409 if story.state["status"] == "cancelled" else 0
    after = story.state | {"status": "cancelled"}
    body = {"reason": "Nhập hai lần"}
    await story.command("cases/{id}/cancellation", body, story.later(), after, refused)


async def tell_visit(story: Story) -> None:
    """Receive citizens; perhaps correct how many they were, or say that there were none."""
    rng = story.rng
    day = FIRST + timedelta(rng.randrange((LAST - FIRST).days))
    unit, visitors = rng.choice(story.units), rng.randrange(1, 9)
    body = {"unit": unit, "visited_on": str(day), "visitors": visitors}
    after = body | {"unit": f"2004-{unit}", "visited_on": day, "cancelled": False}
    await story.command("visits", body, day, after)
    for _ in range(rng.randrange(3)):
        now, visitors = story.state, rng.randrange(1, 9)
        change: State = {"cancelled": True} if rng.random() < 0.3 else {"visitors": visitors}
        refused = 409 if now["cancelled"] else 0
        if not refused and now | change == now:
            refused = 422
        await story.command(
            "visits/{id}/correction",
            change | {"reason": "Ghi nhầm"},
            story.later(),
            now | change,
            refused,
        )


LINES = ("budget.revenue_actual", "budget.revenue_plan", "budget.expenditure_actual")


async def tell_return(story: Story, unit: str, year: int) -> None:
    """Declare the budget of a unit's year, and put a line right or add one, once or more often."""
    rng = story.rng
    lines = {line: _line(line, rng) for line in rng.sample(LINES, 2)}
    body = {"unit": unit, "form": "budget", "figures": list(lines.values())}
    body |= {"period_start": f"{year}-01-01", "period_end": f"{year}-12-31"}
    await story.command("returns", body, date(year + 1, 1, 15), body | {"unit": f"2004-{unit}"})
    for _ in range(rng.randrange(4)):
        line = rng.choice(LINES)
        lines |= {line: _line(line, rng)}
        change = {"figures": [lines[line]], "reason": "Ghi nhầm"}
        after = story.state | {"figures": list(lines.values())}
        await story.command("returns/{id}/correction", change, story.later(), after)


def _line(indicator: str, rng: random.Random) -> State:
    return {"indicator": indicator, "amount": rng.randrange(10**12), "absence": None}


async def tell_many(
    wardbook: Wardbook,
    units: Sequence[str],
    *,
    seed: int,
    cases: int,
    visits: int = 0,
    departments: Sequence[str] = ("registry", "permits", "petitions"),
    steps: int = 4,
    stated: bool = True,
) -> list[Story]:
    """Tell seeded random stories, several at once; return them with what must come of them."""
    stories = []
    async with asyncio.TaskGroup() as group:
        for number in range(cases):
            rng = random.Random(f"{seed}/case/{number}")
            story = Story(wardbook, rng, units, rng.choice(departments), stated=stated)
            stories.append(story)
            group.create_task(tell_case(story, rng.randrange(steps + 1)))
        for number in range(visits):
            story = Story(wardbook, random.Random(f"{seed}/visit/{number}"), units, "petitions")
            stories.append(story)
            group.create_task(tell_visit(story))
    return stories


async def tell_returns(
    wardbook: Wardbook, units: Sequence[str], *, seed: int, years: Iterable[int]
) -> list[Story]:
    """Declare the budget of each unit and year, several at once."""
    stories = []
    async with asyncio.TaskGroup() as group:
        for year, unit in itertools.product(years, units):
            rng = random.Random(f"{seed}/return/{year}/{unit}")
            story = Story(wardbook, rng, units, "returns")
            stories.append(story)
            group.create_task(tell_return(story, unit, year))
    return stories


class Telling(Protocol):
    """Whoever knows the versions of a case: a clerk, or a reader of the topics."""

    @property
    def versions(self) -> Versions:
        """Its versions with their recording days, in their order."""


def known_on(stories: Iterable[Telling], unit: str, as_of: date) -> list[State]:
    """Return the states that counted for a unit as far as it was recorded on a day."""
    latest = [[state for on, state in story.versions if on <= as_of][-1:] for story in stories]
    return [
        state
        for states in latest
        for state in states
        if state["unit"] == f"2004-{unit}"
        and state.get("status") != "cancelled"
        and not state.get("cancelled")
    ]


def expected_figures(
    stories: Iterable[Telling], unit: str, start: date, end: date, as_of: date
) -> dict[str, int]:
    """Count a unit's figures of a period one state at a time."""
    states = known_on(stories, unit, as_of)
    cases = [state for state in states if "procedure" in state]
    counted = {
        "petitions.visitors_received": sum(
            s["visitors"] for s in states if "visitors" in s and start <= s["visited_on"] <= end
        )
    }
    for service, fields in {
        "registry": ("", "civil_status", "certification"),
        "permits": ("", "construction", "land"),
    }.items():
        for wanted in fields:
            mine = [
                case
                for case in cases
                if case["procedure"].startswith(service)
                and (not wanted or PROCEDURES[case["procedure"]][0] == wanted)
            ]
            counted |= _dossiers(service, wanted, mine, start, end, as_of)
    return counted | _by_procedure(cases, start, end)


def _dossiers(
    service: str, wanted: str, cases: list[State], start: date, end: date, as_of: date
) -> dict[str, int]:
    last = min(end, as_of)
    names = dict.fromkeys(
        (
            "applications_received",
            "applications_received?channel=online",
            "applications_received?channel=direct",
            "applications_carried_over",
            "applications_resolved",
            "applications_refused",
            "applications_withdrawn",
            "applications_open",
            *(f"applications_by_timeliness?timeliness={t}" for t in ("early", "on_time", "late")),
            "applications_by_timeliness?timeliness=within_deadline",
            "applications_by_timeliness?timeliness=overdue",
        ),
        0,
    )
    for case in cases:
        received, due, closed = case["received_on"], case["due_on"], case["closed_on"]
        if start <= received <= end:
            channel = "online" if case["channel"] == "online" else "direct"
            names["applications_received"] += 1
            names[f"applications_received?channel={channel}"] += 1
        if received < start and (closed is None or closed >= start):
            names["applications_carried_over"] += 1
        if closed and start <= closed <= end:
            names[f"applications_{case['status']}"] += 1
            if case["status"] == "resolved":
                how = "early" if closed < due else "late" if closed > due else "on_time"
                names[f"applications_by_timeliness?timeliness={how}"] += 1
        if received <= last and (closed is None or closed > last):
            how = "overdue" if due < last else "within_deadline"
            names["applications_open"] += 1
            names[f"applications_by_timeliness?timeliness={how}"] += 1
    return {_key(f"{service}.{name}", wanted): value for name, value in names.items()}


def _key(name: str, wanted: str) -> str:
    name, _, narrowing = name.partition("?")
    pairs = sorted(filter(None, (narrowing, wanted and f"field={wanted}")))
    return f"{name}?{'&'.join(pairs)}" if pairs else name


_RESOLVED = {
    "registry.births_registered": "registry.birth",
    "registry.deaths_registered": "registry.death",
    "registry.marriages_registered": "registry.marriage",
    "registry.marital_status_confirmations": "registry.marital_status",
    "registry.signature_certifications": "registry.signature_certification",
    "registry.electronic_certifications": "registry.electronic_certification",
    "registry.copy_certifications": "registry.copy_certification",
    "registry.contract_certifications": "registry.contract_certification",
    "registry.civil_status_extracts": "registry.civil_status_extract",
    "registry.civil_status_changes": "registry.civil_status_change",
    "registry.guardianships": "registry.guardianship",
    "permits.construction_permit_files_completed": "permits.construction_permit",
    "permits.construction_start_notices": "permits.construction_start",
    "permits.boundary_markings": "permits.boundary_marking",
    "land.land_files_completed": "permits.land_file",
}
_RECEIVED = {
    "permits.repair_applications_received": ("permits.repair_application",),
    "petitions.petitions_received": ("petitions.petition",),
    "petitions.complaints_denunciations": ("petitions.complaint", "petitions.denunciation"),
    "petitions.mediation_requests": ("petitions.mediation",),
}


def _by_procedure(cases: list[State], start: date, end: date) -> dict[str, int]:
    closed = [c for c in cases if c["closed_on"] and start <= c["closed_on"] <= end]
    received = [c for c in cases if start <= c["received_on"] <= end]
    return {
        **{
            name: sum(c["procedure"] == code and c["status"] == "resolved" for c in closed)
            for name, code in _RESOLVED.items()
        },
        **{
            name: sum(c["procedure"] in codes for c in received)
            for name, codes in _RECEIVED.items()
        },
        **{
            f"petitions.mediation_requests?outcome={how}": sum(c["outcome"] == how for c in closed)
            for how in ("reconciled", "not_reconciled")
        },
    }
