"""What every client of Kafka is told: the servers, by which authority to know them, who we are."""

from typing import Any

from aiokafka.conn import create_conn
from aiokafka.errors import KafkaError
from aiokafka.helpers import create_ssl_context

from shared.settings import KafkaSettings

MECHANISM = "SCRAM-SHA-512"
_PATIENCE_MS = 2_000


def client_arguments(settings: KafkaSettings) -> dict[str, Any]:
    """Return the arguments that aiokafka's consumer, producer and admin have in common."""
    told: dict[str, Any] = {"bootstrap_servers": settings.kafka.split(",")}
    if settings.kafka_ca is not None:
        told |= {
            "security_protocol": "SSL",
            "ssl_context": create_ssl_context(cafile=settings.kafka_ca),
        }
    if settings.kafka_user is not None and settings.kafka_password is not None:
        told |= {
            "security_protocol": "SASL_SSL",
            "sasl_mechanism": MECHANISM,
            "sasl_plain_username": settings.kafka_user,
            "sasl_plain_password": settings.kafka_password.get_secret_value(),
        }
    return told


async def wrong_with_kafka(settings: KafkaSettings) -> str | None:
    """Return None where a server lets us in within two seconds, else why the last one does not.

    aiokafka's clients say of a wrong password, too, that they are unable to bootstrap.
    """
    told = client_arguments(settings)
    wrong = None
    for server in told.pop("bootstrap_servers"):
        host, _, port = server.rpartition(":")
        try:
            conn = await create_conn(host, int(port), request_timeout_ms=_PATIENCE_MS, **told)
        except (OSError, TimeoutError, KafkaError) as error:
            wrong = f"{server}: {error!r}"
        else:
            conn.close()
            return None
    return wrong
