"""The only place where a topic is spelt: names, partitions, retention.

`python -m shared.topics` creates them.
"""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError

from shared.events import PUBLISHED

PARTITIONS = 6
"""Partitions of every topic, fixed for good: the order of a case's events hangs on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic, its partitions and its configuration at the broker."""

    name: str
    partitions: int = PARTITIONS
    config: Mapping[str, str] = field(default_factory=lambda: {"retention.ms": "-1"})


def topic_of(service: str) -> str:
    """Return the name of the topic on which a department service publishes."""
    return f"{service}.events"


TOPICS: tuple[Topic, ...] = tuple(Topic(name=topic_of(service)) for service in PUBLISHED)
"""Every topic. Events are kept for ever: a report can be recounted from them (decision 0007)."""


async def create_topics(bootstrap: str) -> None:
    """Create the topics that are not there yet; those that are stay as they are."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        for topic in TOPICS:
            new = NewTopic(topic.name, topic.partitions, 1, topic_configs=dict(topic.config))
            response = await admin.create_topics([new])
            for _, code, message in response.topic_errors:
                if code not in {0, TopicAlreadyExistsError.errno}:
                    raise RuntimeError(f"topic {topic.name} was not created: {code} {message}")
    finally:
        await admin.close()


if __name__ == "__main__":
    asyncio.run(create_topics(os.environ["WARDBOOK_KAFKA"]))
