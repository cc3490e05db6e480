"""The life of cases over HTTP on a real PostgreSQL, against a model of what must be.

State, sequence and outbox agree with the model after every step; what is refused changes nothing;
of two clerks at once, each at a process of their own, the one comes before the other.
"""

import asyncio
import json
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from services.registry.model import REGISTRY
from shared import units
from shared.calendar import is_working_day
from shared.casework.api import case_routes
from shared.casework.reopening import REOPENING
from shared.clock import ward_day
from tests.support.case_life import (
    ACTS,
    EARLIEST,
    TODAY,
    Life,
    Told,
    after,
    broken,
    broken_by_receipt,
    received,
    shown,
)
from tests.support.office import Office, a_database_of_offices, an_office

LIVES = settings(
    max_examples=25,
    stateful_step_count=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)

NEAR = [TODAY + timedelta(days=days) for days in range(-3, 2)]
DAYS = st.sampled_from([*NEAR, EARLIEST - timedelta(days=1)])
RECEIPTS = st.fixed_dictionaries(
    {
        "unit": st.just("10525"),
        "procedure": st.sampled_from(list(ACTS)),
        "channel": st.sampled_from(["online", "in_person", "post"]),
    },
    optional={"received_on": DAYS, "due_on": DAYS},
)
REASON = {"reason": st.just("ghi nhầm")}
DAY = {"closed_on": DAYS}
COMMANDS = st.one_of(
    st.tuples(
        st.just("resolution"),
        st.fixed_dictionaries({}, optional={**DAY, "born_on": DAYS, "died_on": DAYS}),
    ),
    st.tuples(st.just("refusal"), st.fixed_dictionaries(REASON, optional=DAY)),
    st.tuples(st.just("withdrawal"), st.fixed_dictionaries({}, optional=DAY)),
    st.tuples(
        st.just("correction"),
        st.fixed_dictionaries(
            REASON,
            optional={
                **DAY,
                "received_on": DAYS,
                "due_on": DAYS,
                "procedure": st.sampled_from(list(ACTS)),
                "channel": st.sampled_from(["online", "post"]),
            },
        ),
    ),
    st.tuples(st.just("reopening"), st.fixed_dictionaries(REASON, optional={"reopened_on": DAYS})),
    st.tuples(st.just("cancellation"), st.fixed_dictionaries(REASON)),
)

# Events of one case stand in the order of their steps; UUIDs compare as their texts do.
_EVENTS = (
    "SELECT convert_from(value, 'UTF8') FROM outbox ORDER BY convert_from(key, 'UTF8'), position"
)

type Command = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Sent:
    """A command that was accepted under a key, and its answer."""

    key: str
    path: str
    body: Mapping[str, Any]
    status: int
    answer: str


class CaseLives(RuleBasedStateMachine):
    """Two clerks, each with a process of their own, and the cases that they work on."""

    cases = Bundle("cases")
    sent = Bundle("sent")

    def __init__(self, runner: asyncio.Runner, offices: Sequence[Office]) -> None:
        """Begin with nothing."""
        super().__init__()
        self.runner = runner
        self.offices = offices
        self.lives: dict[UUID, Life] = {}
        self.keys = 0
        self.run(offices[0].pool.execute("TRUNCATE cases, outbox, idempotency"))

    def run[T](self, doing: Coroutine[Any, Any, T]) -> T:
        """Do something on the loop of the offices."""
        return self.runner.run(doing)

    @property
    def key(self) -> str:
        """A key of no accepted command; perhaps it was that of a refused one."""
        return f"k{self.keys}"

    async def post(
        self, path: str, body: Mapping[str, Any], key: str | None = None, clerk: int = 0
    ) -> httpx.Response:
        """Send a command as one of the two clerks."""
        return await self.offices[clerk].post(shown(body), path=path, key=key)

    @initialize(target=cases, body=RECEIPTS.filter(lambda body: not broken_by_receipt(body)))
    def receive_first(self, body: Mapping[str, Any]) -> UUID:
        """There is always a case to work on."""
        return self.taken(self.run(self.post("/cases", body)), body)

    @rule(target=cases, body=RECEIPTS)
    def receive(self, body: Mapping[str, Any]) -> UUID | MultipleResults[UUID]:
        """A case is received, or the receipt breaks a rule."""
        answer = self.run(self.post("/cases", body, self.key))
        if rules := broken_by_receipt(body):
            assert_refused(answer, rules)
            return multiple()
        self.keys += 1
        return self.taken(answer, body)

    def taken(self, answer: httpx.Response, body: Mapping[str, Any]) -> UUID:
        """Note a case that was received."""
        told = answer.json()
        assert answer.status_code == 201, told
        due_on = date.fromisoformat(told["due_on"])
        assert due_on == body.get("due_on", due_on) >= body.get("received_on", TODAY)
        life = received(UUID(told["id"]), body, due_on)
        assert told == life.answer
        self.lives[life.id] = life
        return life.id

    @rule(target=sent, case=cases, command=COMMANDS)
    def change(self, case: UUID, command: Command) -> Sent | MultipleResults[Sent]:
        """A case is changed, or the command breaks a rule."""
        name, body = command
        path = f"/cases/{case}/{name}"
        answer = self.run(self.post(path, body, self.key))
        if rules := broken(self.lives[case], name, body):
            assert_refused(answer, rules)
            return multiple()
        self.lives[case] = after(self.lives[case], name, body, answer.json())
        assert (answer.status_code, answer.json()) == (200, self.lives[case].answer)
        self.keys += 1
        return Sent(f"k{self.keys - 1}", path, body, answer.status_code, answer.text)

    @rule(sent=sent)
    def repeat(self, sent: Sent) -> None:
        """The first answer, letter by letter, whatever happened since."""
        answer = self.run(self.post(sent.path, sent.body, sent.key, clerk=1))
        assert (answer.status_code, answer.text) == (sent.status, sent.answer)

    @rule(sent=sent, case=cases, command=COMMANDS)
    def take_a_key_for_something_else(self, sent: Sent, case: UUID, command: Command) -> None:
        """A key stands for one command."""
        path = f"/cases/{case}/{command[0]}"
        if (path, command[1]) != (sent.path, sent.body):
            assert_refused(self.run(self.post(path, command[1], sent.key)), {"key_reused"})

    @rule(command=COMMANDS)
    def change_a_case_that_is_none(self, command: Command) -> None:
        """Nobody can change what was never received."""
        answer = self.run(self.post(f"/cases/{UUID(int=1)}/{command[0]}", command[1]))
        assert_refused(answer, {"unknown_case"})

    @rule(case=cases, first=COMMANDS, second=COMMANDS)
    def change_at_once(self, case: UUID, first: Command, second: Command) -> None:
        """The outcome is that of the one before the other, in one of both orders."""

        async def both() -> list[httpx.Response]:
            commands = enumerate((first, second))
            return await asyncio.gather(
                *(self.post(f"/cases/{case}/{c[0]}", c[1], clerk=n) for n, c in commands)
            )

        one, other = self.run(both())
        ways = [
            one_by_one(self.lives[case], [(first, one), (second, other)]),
            one_by_one(self.lives[case], [(second, other), (first, one)]),
        ]
        possible = [life for life in ways if life is not None]
        assert possible, (first, one.text, second, other.text)
        self.lives[case] = possible[0]

    @rule(case=cases, command=COMMANDS)
    def send_twice_at_once(self, case: UUID, command: Command) -> None:
        """Under one key and from two processes it is one command."""
        name, body = command

        async def both() -> list[httpx.Response]:
            path = f"/cases/{case}/{name}"
            return await asyncio.gather(*(self.post(path, body, self.key, n) for n in (0, 1)))

        answers = self.run(both())
        if rules := broken(self.lives[case], name, body):
            for answer in answers:
                assert_refused(answer, rules)
            return
        self.lives[case] = after(self.lives[case], name, body, answers[0].json())
        assert [a.json() for a in answers] == [self.lives[case].answer] * 2
        self.keys += 1

    @invariant()
    def all_is_as_it_must_be(self) -> None:
        """Cases, events and keys are those of the model."""
        self.run(self.compare())

    async def compare(self) -> None:
        """Compare every case as it is read, every event of the outbox, and the number of keys."""
        office = self.offices[1]
        for life in self.lives.values():
            assert (await office.client.get(f"/cases/{life.id}")).json() == life.answer
        events = [json.loads(row[0]) for row in await office.pool.fetch(_EVENTS)]
        told = [event_of(life.id, one) for life in self.lives.values() for one in life.told]
        assert [summary(event) for event in events] == sorted(told, key=lambda one: one["id"])
        assert await office.rows() == (len(self.lives), len(told), self.keys)


def one_by_one(life: Life, commands: Sequence[tuple[Command, httpx.Response]]) -> Life | None:
    """Return what commands in this order make of a case, None where the answers are others."""
    for (name, body), answer in commands:
        if rules := broken(life, name, body):
            if rule_of(answer) not in rules:
                return None
        else:
            if not answer.is_success:
                return None
            life = after(life, name, body, answer.json())
            if answer.json() != life.answer:
                return None
    return life


def rule_of(answer: httpx.Response) -> str | None:
    """Return the rule by which a command was refused, None where it was not."""
    assert answer.status_code < 500, answer.text
    return None if answer.is_success else answer.json()["errors"][0]["rule"]


def assert_refused(answer: httpx.Response, rules: set[str]) -> None:
    assert answer.status_code in {404, 409, 422}, answer.text
    assert rule_of(answer) in rules


def event_of(id_: UUID, told: Told) -> dict[str, Any]:
    """Return what an event must say of its step."""
    return {
        "id": f"{id_}.{told.sequence:08d}",
        "type": told.type,
        "sequence": f"{told.sequence:08d}",
        "on": told.on.isoformat(),
        "case": {k: v for k, v in shown(told.case).items() if v is not None},
        **{k: sorted(v) if isinstance(v, set) else v for k, v in shown(told.more).items()},
    }


def summary(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an event in the outbox says of its step."""
    data = dict(event["data"])
    if "changed" in data:
        data["changed"] = sorted(data["changed"])
    return {
        "id": event["id"],
        "type": event["type"],
        "sequence": event["sequence"],
        "on": ward_day(datetime.fromisoformat(event["time"])).isoformat(),
        **data,
    }


def test_cases_live_as_the_model_says(database: str) -> None:
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        stack = AsyncExitStack()

        async def opened() -> Sequence[Office]:
            # As a service does before its first command: the files take a second.
            units.resolve("10525", TODAY)
            is_working_day(TODAY)
            pool = await stack.enter_async_context(a_database_of_offices(database))
            department = replace(REGISTRY, steps=(*REGISTRY.steps, REOPENING))
            routes = [lambda desk, pool: case_routes(department, desk, pool)]
            return [
                await stack.enter_async_context(an_office(pool, routes=routes)) for _ in range(2)
            ]

        try:
            offices = runner.run(opened())
            machine: Any = lambda: CaseLives(runner, offices)  # noqa: E731 - a factory does, too
            run_state_machine_as_test(machine, settings=LIVES)
        finally:
            runner.run(stack.aclose())
