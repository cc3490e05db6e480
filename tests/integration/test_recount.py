"""The recount on a real Kafka and PostgreSQL: equal after a mixture, every difference named."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from deploy.embedded.ports import HOST
from services.reporting import positions, projection
from services.reporting.app import MIGRATIONS
from services.reporting.figure import Period
from services.reporting.issuing.commands import DrawReport
from services.reporting.issuing.drafts import Drafts
from services.reporting.issuing.office import Office
from services.reporting.recount import recount
from services.reporting.recounting.log import CannotRecount
from services.reporting.report import TERM, load
from services.reporting.settings import ReportingSettings
from services.reporting.worker import Worker
from shared.broker import create_broker
from shared.database import Pool, migrate
from shared.events.cases import Channel, Status
from shared.events.envelope import Event, encode
from shared.events.returns import DeclaredFigure
from shared.people import Role
from shared.topics import TOPICS, create_topics, topic_of
from tests.support.builders import (
    DAY,
    UNIT,
    a_birth,
    a_cancellation,
    a_case,
    a_correction,
    a_receipt,
    a_return,
    a_schedule,
    a_visit,
    recorded,
    subject_of,
)
from tests.support.forms_of_reports import FORMS
from tests.support.people import a_person
from tests.support.servers import fresh_database, open_pool, running_kafka
from tests.support.tables import live_tables
from tests.support.wait import wait_until

OTHER = "2004-10528"
LATER = DAY + timedelta(days=3)
YEAR = Period(start=date(2023, 1, 1), end=date(2023, 12, 31))
CASE, RETURN = subject_of(1), subject_of(5)
LINE = DeclaredFigure(indicator="budget.revenue_actual", amount=9)


def before() -> Sequence[Event | bytes]:
    """Return what is told before a report is drawn: some of it twice, some of it no event."""
    birth = a_birth(a_case(Status.RESOLVED), recorded_on=DAY)
    return [
        a_receipt(),
        birth,
        b"no event",
        birth,
        a_receipt(subject=subject_of(2)),
        a_correction(a_case(unit=OTHER), subject=subject_of(2), sequence=2, recorded_on=LATER),
        a_visit(subject=subject_of(3)),
        a_schedule(subject=subject_of(4)),
        a_return(subject=RETURN),
        a_return(LINE, subject=RETURN, sequence=2, recorded_on=LATER),
    ]


def after() -> Sequence[Event | bytes]:
    """Return what is told after it."""
    online = a_case(Status.RESOLVED, channel=Channel.POST)
    return [
        a_correction(online, recorded_on=LATER),
        a_cancellation(a_case(unit=OTHER), subject=subject_of(2), recorded_on=DAY),
        *(a_receipt(subject=subject_of(number, number % 6)) for number in range(10, 40)),
        b"{}",
    ]


@dataclass(frozen=True)
class Folded:
    """A Kafka, a database into which its log is folded, and a document drawn in between."""

    kafka: str
    dsn: str
    document: UUID

    @property
    def environment(self) -> dict[str, str]:
        """What the command is told."""
        return {"WARDBOOK_KAFKA": self.kafka, "WARDBOOK_DATABASE": self.dsn, "WARDBOOK_PORT": "1"}

    async def recount(self, document: UUID | None = None) -> Sequence[str]:
        return await recount(settings(self.kafka, self.dsn), document)

    async def tamper(self, statement: str, *values: object) -> None:
        """Change the live tables by hand; something must change."""
        async with live_tables(self.dsn) as conn:
            assert not (await conn.execute(statement, *values)).endswith(" 0")


def settings(kafka: str, dsn: str) -> ReportingSettings:
    return ReportingSettings.model_validate({"kafka": kafka, "database": dsn, "port": 1})


async def publish(kafka: str, values: Sequence[Event | bytes]) -> None:
    """Publish in order, as departments do; and take back what a transaction told before."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, transactional_id="of-the-test")
    await producer.start()
    try:
        await producer.begin_transaction()
        await producer.send_and_wait(TOPICS[0].name, b"taken back", key=b"x")
        await producer.abort_transaction()
        for value in values:
            await producer.begin_transaction()
            if isinstance(value, Event):
                topic = topic_of(value.source.rpartition("/")[2])
                await producer.send_and_wait(topic, encode(value), key=str(value.subject).encode())
            else:
                await producer.send_and_wait(TOPICS[0].name, value, partition=0)
            await producer.commit_transaction()
    finally:
        await producer.stop()


async def fold(kafka: str, dsn: str, pool: Pool) -> None:
    """Fold until nothing waits, as the service does."""
    failed: list[Exception] = []
    broker = create_broker(settings(kafka, dsn), "test")
    await broker.start()
    live = await projection.live(pool)
    worker = await Worker.start(live, settings(kafka, dsn), broker, failed.append)
    try:

        async def level() -> bool:
            return worker.consumer.assigned and await worker.consumer.lag() <= len(MARKERS)

        MARKERS.clear()
        await wait_until(level)
    finally:
        await worker.stop()
        await broker.stop()
    assert not failed


MARKERS: list[int] = []
