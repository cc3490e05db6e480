"""`wardbook outbox`, `positions`, `topics`: how far events are, from departments to the fold."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import click

from deploy.cli.exits import WRONG, Impossible
from deploy.cli.output import Row, as_json, tell
from deploy.cli.places import DEPARTMENTS, Places, given


@click.command()
@as_json
@given
def outbox(places: Places, *, as_json: bool) -> None:
    """Events that departments have committed and Kafka has not acknowledged yet."""
    import asyncpg

    from shared.outbox import backlog

    async def ask(department: str) -> Row:
        conn = await asyncpg.connect(places.need(department, "DATABASE"))
        try:
            waiting, age = await backlog(conn)
        finally:
            await conn.close()
        return {"department": department, "waiting": waiting, "oldest_age_seconds": age}

    async def ask_all() -> Sequence[Row]:
        return [await ask(department) for department in DEPARTMENTS]

    tell(asyncio.run(ask_all()), as_json=as_json)


@click.command()
@as_json
@given
def positions(places: Places, *, as_json: bool) -> None:
    """How far each partition is folded, where it ends, and how many events are between."""
    from services.reporting import positions as stored
    from services.reporting import projection
    from services.reporting.recounting.log import open_log
    from shared.database import create_pool

    async def ask() -> Sequence[Row]:
        settings = places.reporting()
        pool = await create_pool(settings.database.get_secret_value(), 2)
        try:
            try:
                await projection.find_live(pool)
            except projection.NotBuilt as missing:
                raise Impossible(str(missing)) from None
            async with projection.snapshot(pool) as conn:
                reached = await stored.read(conn)
        finally:
            await pool.close()
        async with open_log(settings) as log:
            ends = await log.ends(reached)
        return [
            {
                "topic": tp.topic,
                "partition": tp.partition,
                "position": position,
                "end": ends[tp],
                "lag": ends[tp] - position,
            }
            for tp, position in sorted(reached.items())
        ]

    tell(asyncio.run(ask()), as_json=as_json, none="Nothing is folded yet.")


@click.command()
@click.option("--create", is_flag=True, help="Make those that are missing.")
@as_json
@given
def topics(places: Places, *, create: bool, as_json: bool) -> None:
    """Topics as they are beside how they are to be: partitions, retention, events.

    Exit code 1 where one is missing or otherwise.
    """
    from shared import topics as wanted
    from shared.kafka import client_arguments
    from shared.kafka_users import OPERATOR

    async def ask() -> Sequence[Row]:
        told = client_arguments(places.kafka(OPERATOR))
        if create:
            await wanted.create_topics(**told)
        return [_row(topic, await _state(told)) for topic in wanted.TOPICS]

    rows = asyncio.run(ask())
    tell(rows, as_json=as_json)
    if any(row["wrong"] for row in rows):
        click.get_current_context().exit(WRONG)


type _State = tuple[dict[str, int], dict[str, str], dict[str, int]]


def _row(topic: Any, state: _State) -> Row:
    """Say of a topic how it is, and what of it is not as in shared/topics.py."""
    partitions, retention, events = state
    wrong = []
    if topic.name not in partitions:
        wrong = ["it is missing: --create"]
    else:
        if partitions[topic.name] != topic.partitions:
            wrong.append(f"{topic.partitions} partitions are wanted")
        if retention[topic.name] != topic.config["retention.ms"]:
            wrong.append(f"retention.ms={topic.config['retention.ms']} is wanted")
    return {
        "topic": topic.name,
        "partitions": partitions.get(topic.name),
        "retention_ms": retention.get(topic.name),
        "events": events.get(topic.name),
        "wrong": wrong,
    }


async def _state(told: Mapping[str, Any]) -> _State:
    """Return partitions, retention and number of events of every topic of ours that is there."""
    from aiokafka import AIOKafkaConsumer, TopicPartition
    from aiokafka.admin import AIOKafkaAdminClient
    from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

    from shared.topics import TOPICS

    consumer = AIOKafkaConsumer(**told)
    admin = AIOKafkaAdminClient(**told)
    await consumer.start()
    try:
        await admin.start()
        there = await consumer.topics() & {topic.name for topic in TOPICS}
        partitions, retention, events = {}, {}, {}
        for name in there:
            described = await admin.describe_topics([name])
            tps = [TopicPartition(name, one["partition"]) for one in described[0]["partitions"]]
            partitions[name] = len(tps)
            begins = await consumer.beginning_offsets(tps)
            ends = await consumer.end_offsets(tps)
            events[name] = sum(ends[tp] - begins[tp] for tp in tps)
            asked = ConfigResource(ConfigResourceType.TOPIC, name, {"retention.ms": ""})
            [answer] = await admin.describe_configs([asked])
            [resource] = answer.resources
            retention[name] = dict(one[:2] for one in resource[4])["retention.ms"]
    finally:
        await consumer.stop()
        await admin.close()
    return partitions, retention, events
