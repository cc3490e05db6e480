"""From settings to Kafka clients.

FastStream's broker for those who read, aiokafka's producer for the relay, which sends in batches.
"""

import logging
from typing import Any

from aiokafka import AIOKafkaProducer
from faststream.kafka import KafkaBroker
from faststream.security import BaseSecurity, SASLScram512

from shared.kafka import client_arguments
from shared.settings import KafkaSettings

_LARGEST_BATCH = 512 * 1024
"""Bytes before compression: half of what a broker takes by default (message.max.bytes)."""


def create_broker(settings: KafkaSettings, name: str) -> KafkaBroker:
    """Return a broker that is not connected yet."""
    told = client_arguments(settings)
    return KafkaBroker(
        told["bootstrap_servers"],
        client_id=f"wardbook-{name}",
        security=_security(told),
        allow_auto_create_topics=False,
        logger=logging.getLogger("faststream"),
        log_level=logging.DEBUG,
    )


def create_producer(settings: KafkaSettings, name: str) -> AIOKafkaProducer:
    """Return a producer that is not connected yet.

    It never loses or reorders: acknowledged by all replicas, idempotent.
    """
    return AIOKafkaProducer(
        **client_arguments(settings),
        client_id=f"wardbook-{name}",
        acks="all",
        enable_idempotence=True,
        compression_type="lz4",
        max_batch_size=_LARGEST_BATCH,
    )


def _security(told: dict[str, Any]) -> BaseSecurity:
    """Say in FastStream's words what aiokafka's clients are told."""
    context = told.get("ssl_context")
    if "sasl_mechanism" not in told:
        return BaseSecurity(context)
    return SASLScram512(told["sasl_plain_username"], told["sasl_plain_password"], context)
