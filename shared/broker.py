"""From settings to Kafka clients.

FastStream's broker for those who read, aiokafka's producer for the relay, which sends in batches.
"""

import logging

from aiokafka import AIOKafkaProducer
from faststream.kafka import KafkaBroker

from shared.settings import Settings

_LARGEST_BATCH = 512 * 1024
"""Bytes before compression: half of what a broker takes by default (message.max.bytes)."""


def create_broker(settings: Settings, name: str) -> KafkaBroker:
    """Return a broker that is not connected yet."""
    return KafkaBroker(
        settings.kafka.split(","),
        client_id=f"wardbook-{name}",
        allow_auto_create_topics=False,
        logger=logging.getLogger("faststream"),
        log_level=logging.DEBUG,
    )


def create_producer(settings: Settings, name: str) -> AIOKafkaProducer:
    """Return a producer that is not connected yet.

    It never loses or reorders: acknowledged by all replicas, idempotent.
    """
    return AIOKafkaProducer(
        bootstrap_servers=settings.kafka.split(","),
        client_id=f"wardbook-{name}",
        acks="all",
        enable_idempotence=True,
        compression_type="lz4",
        max_batch_size=_LARGEST_BATCH,
    )
