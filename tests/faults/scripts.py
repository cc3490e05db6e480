"""The faults: each a script that strikes a world in which clerks are at work.

To add one, write its few lines here and name it at the end. A script may lay waste to anything that
is started again; what must hold afterwards is the same for all (judgement.py).
"""

import asyncio
import itertools
import json
import random
import signal
from collections.abc import Callable
from typing import Any

from shared.problems import MEDIA_TYPE
from shared.topics import PARTITIONS, partition_of
from tests.faults.world import Script, World
from tests.support import wire
from tests.support.by_hand import POISON, Raw, case_of, event, put_all, written
from tests.support.servers import free_ports
from tests.support.wait import wait_until
from tests.support.wardbook import DEPARTMENTS, SERVICES
from tests.support.wire import PRODUCE, Message, Steps, Trap, Wire
from tests.system.recount import read_topics

_A_MINUTE = 60


async def each_service_is_killed(world: World, rng: random.Random) -> None:
    """SIGKILL of all five, one after the other."""
    for name in rng.sample(SERVICES, len(SERVICES)):
        await asyncio.sleep(rng.uniform(0.1, 1))
        await world.kill(name)


async def relay_is_killed_between_publishing_and_deleting(world: World, rng: random.Random) -> None:
    """A department is killed when Kafka has its events and it does not know, and just before."""
    for name in DEPARTMENTS if world.long else rng.sample(DEPARTMENTS[:3], 1):
        for answered in (True, False):
            await world.up(name)
            trap = Trap(wanted=_produced_by(name), spring=world.killer(name), answered=answered)
            await world.spring(world.to_kafka, trap, f"{name} was killed in publishing")


async def department_is_killed_at_each_message(world: World, rng: random.Random) -> None:
    """A department is killed at its n-th message to PostgreSQL: commands and the relay alike."""
    for nth in rng.sample(range(1, 80), 24 if world.long else 2):
        name = rng.choice(DEPARTMENTS[:3])
        await world.up(name)
        trap = Trap(
            wanted=_nth_of(name, nth), spring=world.killer(name), answered=rng.random() < 0.5
        )
        await world.spring(world.to_postgres, trap, f"{name} was killed at message {nth}")


def _produced_by(name: str) -> Callable[[Message], bool]:
    return lambda message: (message.kind, message.who) == (PRODUCE, f"wardbook-{name}")


def _nth_of(who: str, nth: int) -> Callable[[Message], bool]:
    sent = itertools.count(1)
    return lambda message: message.who == who and next(sent) == nth


async def fold_is_killed_at_each_step(world: World, rng: random.Random) -> None:
    """The fold's process is killed, or its connection cut, at every step of its transaction."""
    last = await _steps_of_the_fold(world)
    steps = range(1, last + 1)
    if world.long:
        strikes = [(step, kills, False) for step in steps for kills in (True, False)]
        strikes += [(step, kills, True) for step in (3, last) for kills in (True, False)]
    else:
        strikes = [(step, False, False) for step in (*rng.sample(steps[1:-1], 2), last)]
        strikes.append((last, True, True))
    for step, kills, answered in strikes:
        await world.up("reporting")
        trap = Trap(wanted=Steps("reporting", step).wanted, answered=answered)
        if kills:
            trap.spring = world.killer("reporting")
        what = f"the fold was {'killed' if kills else 'cut off'} at step {step} of {last}"
        await world.spring(world.to_postgres, trap, what)


async def _steps_of_the_fold(world: World) -> int:
    """Count how many steps a transaction of the fold usually has."""
    steps = Steps("reporting")
    world.to_postgres.trap = Trap(wanted=steps.wanted)

    async def several() -> bool:
        return steps.lengths.total() >= 10

    await wait_until(several)
    [(usual, _)] = steps.lengths.most_common(1)
    world.say(f"the fold's transactions have {usual} steps")
    return usual


async def postgresql_is_killed(world: World, rng: random.Random) -> None:
    """SIGKILL of PostgreSQL with all its processes; it comes back at once or after a while."""
    for seconds in (0, 20) if world.long else (rng.uniform(0, 3),):
        await asyncio.sleep(rng.uniform(0.5, 2))
        await world.postgres.kill()
        await asyncio.sleep(seconds)
        await world.postgres.restart()
        world.say(f"PostgreSQL was killed and gone for {seconds:.0f} s")
        await world.up(*SERVICES)


async def kafka_is_killed(world: World, rng: random.Random) -> None:
    """SIGKILL of Kafka, which comes back at once."""
    await _kafka_is_gone(world, rng, 0)


async def kafka_is_gone_for_a_while(world: World, rng: random.Random) -> None:
    """SIGKILL of Kafka, which comes back after two minutes in which clerks go on."""
    await _kafka_is_gone(world, rng, 120 if world.long else 5)


async def _kafka_is_gone(world: World, rng: random.Random, seconds: float) -> None:
    await asyncio.sleep(rng.uniform(0.5, 2))
    await world.kafka.kill()
    await _clerks_go_on(world, seconds)
    await world.kafka.restart()
    world.say(f"Kafka, which was killed, is back; drained {await world.drained():.1f} s later")


async def kafka_is_frozen(world: World, rng: random.Random) -> None:
    """SIGSTOP of Kafka: its connections stay and nothing answers on them, for two minutes."""
    await asyncio.sleep(rng.uniform(0.5, 2))
    processes = world.kafka.processes()
    for process in processes:
        process.suspend()
    try:
        await _clerks_go_on(world, 120 if world.long else 5)
    finally:
        for process in processes:
            process.resume()
    world.say(f"Kafka, which was frozen, goes on; drained {await world.drained():.1f} s later")


async def _clerks_go_on(world: World, seconds: float) -> None:
    """Let clerks work without Kafka: commands are answered, and how long events wait is told."""
    if not seconds:
        return
    before = await _accepted(world)
    await asyncio.sleep(seconds)
    told, oldest = await _accepted(world) - before, await world.oldest_waits()
    waiting = [await world.metric("wardbook_outbox_events", name) for name in DEPARTMENTS]
    world.say(
        f"no Kafka for {seconds} s: {told:.0f} commands were accepted, {sum(waiting):.0f} events"
        f" wait, the oldest for {oldest:.0f} s"
    )
    assert told > 0, "no command was accepted while Kafka was away"
    assert sum(waiting) > 0, "nothing tells that events wait"
    assert oldest > seconds / 2, "nothing tells for how long they have waited"


async def _accepted(world: World) -> float:
    """Return how many commands the departments say that they have accepted."""
    name = "wardbook_commands_total"
    return sum([await world.metric(name, one, outcome="accepted") for one in DEPARTMENTS])


async def workers_join_and_leave(world: World, rng: random.Random) -> None:
    """More fold workers come and go every second or two, killed or asked to leave."""

    async def come_and_go(name: str, rng: random.Random) -> None:
        for _ in range(8 if world.long else 2):
            await world.wardbook.start_another(name, "reporting")
            await asyncio.sleep(rng.uniform(0.5, 2))
            if rng.random() < 0.5:
                await world.wardbook.kill(name)
                world.say(f"{name} joined and was killed")
            else:
                await world.wardbook.stop(name)
                world.say(f"{name} joined and left")

    async with asyncio.TaskGroup() as group:
        for name in ("reporting-2", "reporting-3") if world.long else ("reporting-2",):
            group.create_task(come_and_go(name, random.Random(rng.random())))


async def worker_is_frozen(world: World, rng: random.Random) -> None:
    """A worker stands still until its partitions moved to another, and then goes on as before."""
    await _frozen(world, rng, step=0)


async def worker_is_frozen_in_its_transaction(world: World, rng: random.Random) -> None:
    """A worker stands still while it holds its positions locked, and its partitions move."""
    last = await _steps_of_the_fold(world)
    await _frozen(world, rng, step=rng.randrange(3, last + 1))


async def _frozen(world: World, rng: random.Random, step: int) -> None:
    name = "reporting-2"
    await world.wardbook.start_another(name, "reporting")
    try:
        await world.group_of(2)
        await asyncio.sleep(rng.uniform(0, 1))
        if step:
            freeze = Trap(
                wanted=Steps(name, step).wanted,
                spring=lambda: world.signal(name, signal.SIGSTOP),
                cuts=False,
            )
            await world.spring(world.to_postgres, freeze, f"{name} was frozen at step {step}")
        else:
            world.signal(name, signal.SIGSTOP)
            world.say(f"{name} was frozen")
        await world.group_of(1)
        waiting = await world.caught_up()
        world.say(f"its partitions moved and were caught up {waiting:.0f} s later")
        world.signal(name, signal.SIGCONT)
        await world.group_of(2)
        world.say(f"{name} went on")
    finally:
        await world.wardbook.stop(name)


async def events_come_twice_late_and_in_any_order(world: World, rng: random.Random) -> None:
    """Straight on the topics: copies, old ones, ones of the future, strays of a wrong partition."""
    everything: list[Raw] = [
        (*written(told), None)
        for case in range(200 if world.long else 60)
        for told in _life(world, rng, ("2001-02-03", "2024-03-04", "2031-05-06")[case % 3])
    ]
    rng.shuffle(everything)
    copies = rng.sample(everything, len(everything) // 2)
    old: list[Raw] = [
        (one.value, one.key, None)
        for one in await read_topics(world.wardbook.kafka)
        if one.place not in world.wardbook.poison and one.place[0] == "registry.events"
    ]
    copies += rng.sample(old, min(len(old), 300))
    world.by_hand |= set(await put_all(world.wardbook, [*everything, *copies]))
    strays: list[Raw] = [
        (value, key, (partition_of(key) + rng.randrange(1, PARTITIONS)) % PARTITIONS)
        for value, key, _ in rng.sample(copies, 30)
        if key is not None
    ]
    world.wardbook.poison |= set(await put_all(world.wardbook, strays))
    world.say(f"{len(everything)} events by hand and {len(copies)} copies were put on the topics")


def _life(world: World, rng: random.Random, day: str) -> list[dict[str, Any]]:
    """Return some versions of a case that was received on a day."""
    subject = world.new_subject(rng)
    unit, moved_to = world.units
    first = event(unit, subject)
    case_of(first).update(received_on=day, due_on=day)
    second = event(unit, subject, 2) | {"type": "case.withdrawn"}
    case_of(second).update(received_on=day, due_on=day, status="withdrawn", closed_on=day)
    third = event(moved_to, subject, 3) | {"type": "case.corrected"}
    third["data"] = json.loads(json.dumps(second["data"]))
    third["data"] |= {"corrects": second["id"], "changed": ["unit"]}
    case_of(third)["unit"] = f"2004-{moved_to}"
    for told in (first, second, third):
        told["time"] = f"{day}T00:00:00+07:00"
        told["recordedtime"] = f"{day}T0{int(told['sequence'])}:00:00Z"
    return [first, second, third][: rng.randrange(1, 4)]


async def poison_is_put_on_the_topics(world: World, rng: random.Random) -> None:
    """Every form of what is no event, among events."""
    for _ in range(5 if world.long else 1):
        for _, make in rng.sample(list(POISON.values()), len(POISON)):
            good = event(world.units[0], world.new_subject(rng))
            value, key = written(good)
            bad: Raw = (*make(world.units[0]), partition_of(key))
            places = await put_all(world.wardbook, [bad, (value, key, None)])
            world.wardbook.poison.add(places[0])
        await asyncio.sleep(rng.uniform(0, 1))
    world.say(f"{len(POISON)} forms of poison were put among events")


async def disk_is_full(world: World, rng: random.Random) -> None:
    """PostgreSQL has no room left for a while, not even for its log, then has it again.

    Clerks are told to come again, and no service has to be started again.
    """
    for panics in (False, True, False) if world.long else (True,):
        await asyncio.sleep(rng.uniform(0.5, 1.5))
        ended = list(world.ended)
        await world.fill_the_disk(rng.choice((0, 100_000)))
        answer = await world.told_to_come_again()
        said = (answer.status_code, answer.headers["content-type"])
        assert said == (503, MEDIA_TYPE), answer.text
        if panics:
            await world.fill_the_log()
        await asyncio.sleep(rng.uniform(1, 4))
        await world.free_the_disk()
        assert world.ended == ended, "services wait for their database and go on by themselves"
        world.say("PostgreSQL has room again, and all services are ready")


async def clocks_step(world: World, rng: random.Random) -> None:
    """The departments' clocks step to and fro, by up to a day, while they do the recording."""
    processes = world.wardbook.processes
    names = DEPARTMENTS[:3] if world.long else rng.sample(DEPARTMENTS[:3], 1)
    usual = {name: processes[name].command for name in names}
    try:
        for name in usual:
            seed = str(rng.random())
            processes[name].command = ("tests.support.stepping_clock", name, seed)
            await world.kill(name)
        await world.up(*usual)
        world.stated = False
        await asyncio.sleep(10 if world.long else 4)
    finally:
        world.stated = True
        for name, command in usual.items():
            processes[name].command = command
    for name in usual:
        await world.kill(name)


async def clocks_are_off(world: World, rng: random.Random) -> None:
    """One department's clock is an hour ahead of all others, one an hour behind; both tell it."""
    processes = world.wardbook.processes
    ahead, behind = rng.sample(DEPARTMENTS[:3], 2)
    usual = {name: processes[name].command for name in (ahead, behind)}
    try:
        for name, seconds in ((ahead, 3_600), (behind, -3_600)):
            processes[name].command = ("tests.support.stepping_clock", name, "", str(seconds))
            await world.kill(name)
            await world.up(name)
            off = await world.metric("wardbook_clock_offset_seconds", name)
            assert abs(off - seconds) < _A_MINUTE, f"the clock of {name} is off by {seconds} s"
            world.say(f"the clock of {name} is off, as it tells, by {off:.3f} s")
        world.stated = False
        await asyncio.sleep(30 if world.long else 3)
    finally:
        world.stated = True
        for name, command in usual.items():
            processes[name].command = command
    for name in usual:  # what was recorded an hour ahead is followed by right clocks
        await world.kill(name)


async def acknowledgements_of_kafka_are_lost(world: World, rng: random.Random) -> None:
    """Kafka has the events and the relay never hears of it, again and again."""
    for _ in range(15 if world.long else 4):
        name = rng.choice(DEPARTMENTS[:3])
        trap = Trap(wanted=_produced_by(name), answered=True)
        await world.spring(world.to_kafka, trap, f"{name} was cut off from Kafka")


async def answers_to_clerks_are_lost(world: World, rng: random.Random) -> None:
    """A command is carried out and the clerk never hears of it, again and again."""
    for name in DEPARTMENTS[:3]:
        process = world.wardbook.processes[name]
        async with Wire(free_ports(), process.port, wire.anything) as door:
            process.door = door.port
            try:
                for _ in range(10 if world.long else 2):
                    nth = rng.randrange(1, 20)
                    trap = Trap(wanted=_nth_of("", nth), answered=True)
                    await world.spring(door, trap, f"a clerk was cut off from {name}")
            finally:
                process.door = None


_ALWAYS: tuple[Script, ...] = (
    each_service_is_killed,
    relay_is_killed_between_publishing_and_deleting,
    department_is_killed_at_each_message,
    fold_is_killed_at_each_step,
    postgresql_is_killed,
    kafka_is_gone_for_a_while,
    kafka_is_frozen,
    workers_join_and_leave,
    worker_is_frozen_in_its_transaction,
    events_come_twice_late_and_in_any_order,
    poison_is_put_on_the_topics,
    disk_is_full,
    clocks_step,
    clocks_are_off,
    acknowledgements_of_kafka_are_lost,
    answers_to_clerks_are_lost,
)
_WHEN_THERE_IS_TIME: tuple[Script, ...] = (kafka_is_killed, worker_is_frozen)

SHORT = {script.__name__: script for script in _ALWAYS}
FAULTS = SHORT | {script.__name__: script for script in _WHEN_THERE_IS_TIME}
