"""From settings to FastStream's Kafka broker.

Acknowledged by all replicas, idempotent, no topic made by itself.
"""

import logging

from faststream.kafka import KafkaBroker

from shared.settings import Settings


def create_broker(settings: Settings, name: str) -> KafkaBroker:
    """Return a broker that is not connected yet.

    Its producer never loses or reorders (acks=all).
    """
    return KafkaBroker(
        settings.kafka.split(","),
        client_id=f"wardbook-{name}",
        acks="all",
        enable_idempotence=True,
        compression_type="lz4",
        linger_ms=5,
        allow_auto_create_topics=False,
        logger=logging.getLogger("faststream"),
        log_level=logging.DEBUG,
    )
