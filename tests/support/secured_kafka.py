"""A real Kafka that knows its users, told what a real installation's is told."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from deploy.embedded.kafka import Kafka
from deploy.embedded.ports import HOST
from deploy.kafka.certificates import make_certificates
from deploy.kafka.rights import open_cluster
from shared.kafka import client_arguments
from shared.kafka_users import ADMIN, USERS
from shared.settings import KafkaSettings
from tests.support.servers import free_ports

PROPERTIES = Path(__file__).parents[2] / "deploy/kafka/server.properties"
OF_THIS_MACHINE = """
listeners=CLIENTS://{host}:{port},CONTROLLER://{host}:{controller},BROKERS://{host}:{brokers}
advertised.listeners=CLIENTS://{host}:{port},BROKERS://{host}:{brokers}
controller.quorum.voters=1@{host}:{controller}
log.dirs={data}
ssl.keystore.location={certificates}/kafka.pem
ssl.truststore.location={certificates}/authority.pem
"""


def password_of(user: str) -> str:
    """Return the password of a user, the admin included."""
    return f"of-{user}"


class SecuredKafka(Kafka):
    """Takes three ports; the certificates of its clients stand in `certificates`."""

    def __init__(self, folder: Path) -> None:
        port = free_ports(3)
        super().__init__(folder / "kafka", port=port, log=folder / "kafka.log")
        self.certificates = folder / "certificates"
        make_certificates(self.certificates)

    def settings(self, user: str, password: str | None = None) -> KafkaSettings:
        """Return how a user comes here."""
        told = {
            "kafka": self.bootstrap,
            "kafka_ca": self.certificates / "authority.pem",
            "kafka_user": user,
            "kafka_password": password or password_of(user),
        }
        return KafkaSettings.model_validate(told)

    def told(self, user: str) -> Mapping[str, Any]:
        """Return what aiokafka's clients of a user are told."""
        return client_arguments(self.settings(user))

    def _told_to_the_broker(self) -> str:
        own = OF_THIS_MACHINE.format(
            host=HOST,
            port=self._port,
            controller=self._controller_port,
            brokers=self._controller_port + 1,
            data=self._data.absolute(),
            certificates=self.certificates.absolute(),
        )
        return PROPERTIES.read_text() + own  # of two lines, Java takes the later one

    def _told_to_clients(self) -> Mapping[str, Any]:
        return self.told(ADMIN)

    async def _format(self, *more: str) -> None:
        admin = f"SCRAM-SHA-512=[name={ADMIN},password={password_of(ADMIN)}]"
        await super()._format(*more, "--add-scram", admin)


@asynccontextmanager
async def running_secured_kafka(folder: Path) -> AsyncIterator[SecuredKafka]:
    """Run one with every user of shared/kafka_users.py, and stop it in the end."""
    kafka = SecuredKafka(folder)
    try:
        await kafka.start()
        async with open_cluster(kafka.told(ADMIN)) as cluster:
            await cluster.give_passwords({user: password_of(user) for user in USERS})
            await cluster.set_rights()
        yield kafka
    finally:
        await kafka.stop()
