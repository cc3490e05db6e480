"""The only place where a topic is spelt: names, partitions, retention.

`python -m shared.topics` creates them.
"""

import asyncio
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError

from shared.events import PUBLISHED
from shared.kafka import client_arguments
from shared.settings import KafkaSettings, read_settings

PARTITIONS = 6
"""Partitions of every topic, fixed for good: the order of a case's events hangs on it."""

READERS = "wardbook-reporting-"
"""What the names of the consumer groups that fold begin with."""

_M = 0x5BD1E995
_WORD = 0xFFFFFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic, its partitions and its configuration at the broker."""

    name: str
    partitions: int = PARTITIONS
    config: Mapping[str, str] = field(default_factory=lambda: {"retention.ms": "-1"})


def topic_of(service: str) -> str:
    """Return the name of the topic on which a department service publishes."""
    return f"{service}.events"


def partition_of(key: bytes) -> int:
    """Return the partition of a key as Kafka's own clients choose it: by its murmur2.

    aiokafka's function does the same byte by byte, which is too slow for every event.
    """
    length = len(key)
    words = length // 4
    h = 0x9747B28C ^ length
    for word in struct.unpack_from(f"<{words}I", key):
        k = word * _M & _WORD
        h = h * _M & _WORD ^ (k ^ k >> 24) * _M & _WORD
    if rest := key[4 * words :]:
        h = (h ^ int.from_bytes(rest, "little")) * _M & _WORD
    h = (h ^ h >> 13) * _M & _WORD
    return ((h ^ h >> 15) & 0x7FFFFFFF) % PARTITIONS


TOPICS: tuple[Topic, ...] = tuple(Topic(name=topic_of(service)) for service in PUBLISHED)
"""Every topic. Events are kept for ever: a report can be recounted from them (decision 0007)."""


async def create_topics(bootstrap_servers: str | Sequence[str], **told: Any) -> None:
    """Create the topics that are not there yet; those that are stay as they are.

    Takes what Kafka's clients are told (shared/kafka.py).
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, **told)
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
    asyncio.run(create_topics(**client_arguments(read_settings(KafkaSettings))))
