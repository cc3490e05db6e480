"""The consumer on a real Kafka: what it leaves behind."""

import asyncio
import gc
from collections.abc import AsyncIterator

import pytest
from aiokafka.consumer.fetcher import PartitionRecords
from pydantic import SecretStr

from deploy.bench.workload import Workload, produce
from services.reporting.projection import Projection
from services.reporting.settings import ReportingSettings
from services.reporting.worker import Worker
from shared.broker import create_broker
from shared.topics import create_topics
from tests.support.servers import running_kafka
from tests.support.wait import wait_until

ROUNDS = 8


@pytest.fixture(scope="module")
async def kafka(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """Bootstrap servers of a Kafka with nothing but the topics of the departments."""
    async with running_kafka(tmp_path_factory.mktemp("kafka")) as server:
        await create_topics(server.bootstrap)
        yield server.bootstrap


async def test_what_was_fetched_does_not_stay_in_memory(kafka: str, database: str) -> None:
    """Each fetch of a partition is an object with all its bytes, in a cycle of references."""
    settings = ReportingSettings(kafka=kafka, database=SecretStr(database), port=1)
    broker = create_broker(settings, "reporting")
    await broker.start()
    failures: list[Exception] = []
    worker = await Worker.start(Projection(1), settings, broker, failures.append)
    gc.collect()
    gc.disable()  # in a worker its thresholds are so high that it does not come by itself
    try:
        for seed in range(ROUNDS):
            await produce(kafka, Workload(events=300, seed=seed))
            await wait_until(lambda: _is_level(worker))
            await asyncio.sleep(1.1)
        left = sum(isinstance(one, PartitionRecords) for one in gc.get_objects())
    finally:
        gc.enable()
        await worker.stop()
        await broker.stop()

    assert not failures
    assert left < 3 * 24  # those of the last two rounds, of 24 partitions


async def _is_level(worker: Worker) -> bool:
    return await worker.consumer.lag() == 0
