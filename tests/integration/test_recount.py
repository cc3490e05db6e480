"""The recount on a real Kafka and PostgreSQL: equal after a mixture, every difference named."""

import asyncio
import json
import os
import re
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from prometheus_client import REGISTRY as REGISTRY_OF_METRICS

from services.reporting import positions, projection
from services.reporting.app import MIGRATIONS
from services.reporting.consumer import Consumer
from services.reporting.figure import Period
from services.reporting.fold import Folder
from services.reporting.issuing.commands import DrawReport
from services.reporting.issuing.drafts import Drafts
from services.reporting.issuing.office import Office
from services.reporting.measures import measure
from services.reporting.recount import recount
from services.reporting.recounting import document
from services.reporting.recounting.log import CannotRecount
from services.reporting.recounting.told import Told
from services.reporting.report import TERM, load
from services.reporting.settings import ReportingSettings
from services.reporting.worker import Worker
from shared.broker import create_broker
from shared.database import Pool, migrate
from shared.events.cases import Channel, Status
from shared.events.envelope import Event, encode, event_id
from shared.events.lineage import lineage_id
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
    a_lineage,
    a_receipt,
    a_record,
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

REGISTRY = "registry.events"
OTHER, HEIR = "2004-10528", "2025-10532"
"""A ward, and one of the two that it went into."""
LATER = DAY + timedelta(days=3)
YEAR = Period(start=date(2023, 1, 1), end=date(2023, 12, 31))
CASE, RETURN, LINEAGE = subject_of(1), subject_of(5), lineage_id(OTHER)
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
        a_lineage(recorded_on=LATER),
    ]


def after() -> Sequence[Event | bytes]:
    """Return what is told after it."""
    online = a_case(Status.RESOLVED, channel=Channel.POST)
    return [
        a_correction(online, recorded_on=LATER),
        a_lineage(Fraction(1, 7), sequence=2, recorded_on=LATER),
        a_cancellation(a_case(unit=OTHER), subject=subject_of(2), recorded_on=DAY),
        *(a_receipt(subject=subject_of(number, number % 6)) for number in range(10, 40)),
        b"{}",
    ]


@dataclass(frozen=True)
class Folded:
    """A Kafka, a database into which its log is folded, and two documents drawn in between."""

    kafka: str
    dsn: str
    document: UUID
    rolled: UUID

    @property
    def environment(self) -> dict[str, str]:
        """What the command is told."""
        return {"WARDBOOK_KAFKA": self.kafka, "WARDBOOK_DATABASE": self.dsn, "WARDBOOK_PORT": "1"}

    async def recount(self, document: UUID | None = None) -> Sequence[str]:
        """Recount in this process."""
        return await recount(settings(self.kafka, self.dsn), document)

    async def tamper(self, statement: str, *values: object) -> None:
        """Change the live tables by hand; something must change."""
        async with live_tables(self.dsn) as conn:
            assert not (await conn.execute(statement, *values)).endswith(" 0")


def settings(kafka: str, dsn: str) -> ReportingSettings:
    return ReportingSettings.model_validate({"kafka": kafka, "database": dsn, "port": 1})


async def take_back(kafka: str) -> None:
    """Publish in a transaction that is taken back: a marker of it stays."""
    own = AIOKafkaProducer(bootstrap_servers=kafka, transactional_id="of-the-test")
    await own.start()
    await own.begin_transaction()
    await own.send_and_wait(REGISTRY, b"taken back", partition=0)
    await own.abort_transaction()
    await own.stop()
    await wait_until(partial(_is_readable, kafka))


async def _is_readable(kafka: str) -> bool:
    """Say whether readers get past the transaction: Kafka writes its marker after it answered."""
    ends = []
    for level in ("read_committed", "read_uncommitted"):
        reader = AIOKafkaConsumer(bootstrap_servers=kafka, isolation_level=level)
        await reader.start()
        ends.append(await reader.end_offsets([TopicPartition(REGISTRY, 0)]))
        await reader.stop()
    return bool(ends[0] == ends[1])


async def publish(kafka: str, values: Sequence[Event | bytes]) -> None:
    """Publish in order, as departments do, after what a transaction took back."""
    await take_back(kafka)
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True)
    await producer.start()
    for value in values:
        if isinstance(value, Event):
            topic = topic_of(value.source.rpartition("/")[2])
            await producer.send_and_wait(topic, encode(value), key=str(value.subject).encode())
        else:
            await producer.send_and_wait(REGISTRY, value, partition=0)
    await producer.stop()


async def fold(kafka: str, dsn: str, pool: Pool) -> None:
    """Fold until nothing waits, as the service does."""
    failed: list[Exception] = []
    broker = create_broker(settings(kafka, dsn), "test")
    await broker.start()
    live = await projection.live(pool)
    worker = await Worker.start(live, settings(kafka, dsn), broker, failed.append)

    async def level() -> bool:
        return worker.consumer.assigned and await worker.consumer.lag() == 0

    try:
        await wait_until(level)
    finally:
        await worker.stop()
        await broker.stop()
    assert not failed


async def drafted(pool: Pool, unit: str, **borders: str) -> UUID:
    """Draw the report of the year as a document."""
    person, now = a_person(Role.DRAFTER, unit=unit), recorded(date(2024, 1, 2))
    asked = {"kind": "report", "unit": unit, "from": YEAR.start, "to": YEAR.end, **borders}
    drawn = await Drafts(pool, {TERM: load(TERM)}).content(
        DrawReport.model_validate(asked), person, now
    )
    return (await Office(pool, FORMS).add(drawn, person, now)).id


@pytest.fixture(scope="module")
async def folded(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Folded]:
    """A Kafka of its own, because a log that others add to has no end to recount to."""
    async with (
        running_kafka(tmp_path_factory.mktemp("recount")) as kafka,
        fresh_database(postgres) as dsn,
    ):
        await create_topics(kafka.bootstrap)
        async with open_pool(dsn, 4) as pool:
            await migrate(pool, [MIGRATIONS])
            await publish(kafka.bootstrap, before())
            await fold(kafka.bootstrap, dsn, pool)
            document = await drafted(pool, UNIT)
            rolled = await drafted(pool, HEIR, borders="today")
            await publish(kafka.bootstrap, after())
            await fold(kafka.bootstrap, dsn, pool)
        yield Folded(kafka.bootstrap, dsn, document, rolled)


@pytest.fixture
async def copy(folded: Folded, postgres: str) -> AsyncIterator[Folded]:
    """The same with a database of one test, which may be tampered with."""
    name = urlsplit(folded.dsn).path[1:]
    async with fresh_database(postgres, template=name) as dsn:
        yield replace(folded, dsn=dsn)


async def command(folded: Folded, *arguments: str) -> tuple[int | None, str]:
    """Run the operator's command; return its exit code and what it said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.reporting.recount", *arguments),
        env=os.environ | folded.environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode()


async def test_what_is_folded_equals_the_log(folded: Folded) -> None:
    async with live_tables(folded.dsn) as conn:
        assert await conn.fetchval("SELECT count(*) FROM facts") == 42
        assert await conn.fetchval("SELECT count(*) FROM dead_letters") == 2

    assert await folded.recount() == []
    code, said = await command(folded)
    assert code == 0, said
    assert "Reporting is what the log says." in said
    assert "events/s" in said


async def test_a_batch_is_in_the_folds_hands_as_soon_as_it_is_read(
    folded: Folded, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No other task sees a partition read to its end, and the fold idle, while a batch waits."""
    waiting: list[int] = []
    seen: list[bool] = []
    read, handle = AIOKafkaConsumer.getmany, Consumer._handle

    async def getmany(self: AIOKafkaConsumer, **how: int) -> Mapping[TopicPartition, object]:
        batch: Mapping[TopicPartition, object] = await read(self, **how)
        if batch:
            waiting.append(1)
            asyncio.get_running_loop().call_soon(lambda: seen.append(bool(waiting)))
        return batch

    async def handled(self: Consumer, body: object) -> None:
        waiting.clear()
        await handle(self, body)

    monkeypatch.setattr(AIOKafkaConsumer, "getmany", getmany)
    monkeypatch.setattr(Consumer, "_handle", handled)
    async with open_pool(database, 4) as pool:
        await migrate(pool, [MIGRATIONS])
        await fold(folded.kafka, database, pool)

    assert seen
    assert not any(seen)


async def test_a_document_is_what_the_log_said_then_whatever_came_later(folded: Folded) -> None:
    assert await folded.recount(folded.document) == []


async def test_a_document_adds_up_units_as_they_were_known_then(copy: Folded) -> None:
    """A part of another ward counts in it by the weight that was told when it was drawn."""
    async with live_tables(copy.dsn) as conn:
        read = "SELECT content FROM public.documents WHERE id = $1"
        model = json.loads(await conn.fetchval(read, copy.rolled))
    assert model["figures"]["registry.applications_received"]["value"] == "0.67"
    assert await copy.recount(copy.rolled) == []


async def test_a_figure_of_a_document_that_the_log_contradicts_is_named(copy: Folded) -> None:
    async with live_tables(copy.dsn) as conn:
        read = "SELECT content FROM public.documents WHERE id = $1"
        model = json.loads(await conn.fetchval(read, copy.document))
        figure = model["figures"]["registry.applications_received"]
        assert figure["value"] == 1
        figure.update(value=7, display="7")
        write = "UPDATE public.documents SET content = $1 WHERE id = $2"
        await conn.execute(write, json.dumps(model).encode(), copy.document)

    code, said = await command(copy, "--document", str(copy.document))

    assert code == 1, said
    [line] = [one for one in said.splitlines() if one.startswith("figure ")]
    assert line.startswith("figure registry.applications_received (")
    assert line.endswith("the document says 7 (7), the log 1 (1)")


async def test_a_recount_and_what_stands_at_the_end_of_a_log_are_told_to_the_metrics(
    copy: Folded,
) -> None:
    """The marker of a transaction is no lag; a log that ends below its position is lost."""
    await copy.tamper("DELETE FROM dead_letters WHERE value = $1", b"{}")
    [_] = await copy.recount()
    async with open_pool(copy.dsn, 4) as pool:
        await measure(pool)
        assert sample("wardbook_recount_differences") == 1
        assert time.time() - sample("wardbook_recount_timestamp_seconds") < 60
        await take_back(copy.kafka)
        await fold(copy.kafka, copy.dsn, pool)
        assert sample("wardbook_fold_positions_beyond_log") == 0
        await copy.tamper("UPDATE positions SET next_offset = 10000 WHERE partition = 3")
        await fold(copy.kafka, copy.dsn, pool)
    assert sample("wardbook_fold_positions_beyond_log") == len(TOPICS)


def sample(name: str) -> float:
    return REGISTRY_OF_METRICS.get_sample_value(name) or 0


async def test_a_document_is_what_a_log_said_that_holds_nothing_but_statements(
    database: str,
) -> None:
    """Nothing is counted of it, so that no unit's number is looked up for a count."""
    events = (a_return(subject=RETURN), a_lineage(recorded_on=LATER))
    records = [a_record(one, at, topic="returns.events") for at, one in enumerate(events)]
    async with open_pool(database, 4) as pool:
        await migrate(pool, [MIGRATIONS])
        tables = await (await projection.live(pool)).open(database, 2)
        await positions.seed(tables, {TopicPartition("returns.events", 0): 0})
        await Folder(tables, 1).fold(records)
        await tables.close()
        drawn = await drafted(pool, UNIT)
    async with live_tables(database) as conn:
        vintage = await document.find(conn, drawn)
        assert "8.837" in {one.display for one in vintage.report.figures.values()}
        told = await Told.begin(conn)
        await told.add(records)
        await told.count()
        assert await document.compare(told, vintage) == []


async def test_a_tally_that_was_tampered_with_is_named_with_its_events(copy: Folded) -> None:
    await copy.tamper(
        "UPDATE tally_parts SET amounts[1] = amounts[1] + 1 WHERE ctid IN (SELECT min(part.ctid)"
        " FROM tally_parts AS part JOIN units ON units.id = part.unit WHERE units.unit = $1)",
        OTHER,
    )

    code, said = await command(copy)

    assert code == 1
    [line] = [one for one in said.splitlines() if one.startswith("tally ")]
    assert f"unit {OTHER}, series" in line
    assert f"recorded on {LATER}: held 1 (of 0 contributions), recounted 0 (of 0)" in line
    both = ", ".join(event_id(subject_of(2), number) for number in (2, 3))
    assert line.endswith(f"events: {both}")
    assert said.rstrip().endswith("Reporting is not what the log says.")


TAMPERED: Mapping[str, tuple[Sequence[object], str]] = {
    "DELETE FROM facts WHERE subject = $1 AND sequence = 2": (
        [CASE],
        rf"fact {CASE}.00000002: not held; the log has it at registry.events/0@\d+",
    ),
    "UPDATE facts SET amounts[1] = 3 WHERE subject = $1 AND sequence = 1": (
        [CASE],
        rf"fact {CASE}.00000001: held otherwise .*: what it counts as",
    ),
    "UPDATE facts SET \"offset\" = 7, recorded_on = '2000-01-01' WHERE subject = $1": (
        [subject_of(3)],
        rf"fact {subject_of(3)}.00000001: held otherwise .*: the day of recording, its place",
    ),
    "INSERT INTO facts SELECT $1, 1, type, recorded_on, topic, partition, 0, '{}', '{}', '{}',"
    " '{}' FROM facts LIMIT 1": (
        [subject_of(99)],
        rf"fact {subject_of(99)}.00000001: held, but the log has no such event",
    ),
    "DELETE FROM statements WHERE subject = $1 AND sequence = 1": (
        [RETURN],
        rf"statement {RETURN}.00000001: not held; the log has it at returns.events/0@0",
    ),
    "UPDATE statements SET content = jsonb_set(content, '{0,amount}', '10'), ends = starts"
    " WHERE subject = $1 AND sequence = 2": (
        [RETURN],
        rf"statement {RETURN}.00000002: held otherwise .*: content, ends",
    ),
    "UPDATE statements SET content = jsonb_set(content, '{ways,0,weight}', '\"1/9\"')"
    " WHERE subject = $1 AND sequence = 1": (
        [LINEAGE],
        rf"statement {LINEAGE}.00000001: held otherwise .*: content",
    ),
    "DELETE FROM dead_letters WHERE value = $1": (
        [b"{}"],
        r"dead letter registry.events/0@\d+: not held; it is not_an_event",
    ),
    "UPDATE dead_letters SET value = '' WHERE value = $1": (
        [b"no event"],
        r"dead letter registry.events/0@\d+: held as not_json, it is not_json; or its bytes .*",
    ),
}


@pytest.mark.parametrize("statement", TAMPERED)
async def test_what_was_lost_added_or_changed_is_named(copy: Folded, statement: str) -> None:
    values, expected = TAMPERED[statement]
    await copy.tamper(statement, *values)

    [line] = await copy.recount()

    assert re.fullmatch(expected, line), line


async def test_what_all_is_wrong_ends_somewhere(copy: Folded) -> None:
    await copy.tamper("UPDATE tally_parts SET facts = '{}', amounts = '{}', series = '{}'")

    found = await copy.recount()

    assert found
    assert all(line.startswith("tally ") for line in found)


async def test_a_position_beyond_the_end_of_the_log_is_told(copy: Folded) -> None:
    await copy.tamper("UPDATE positions SET next_offset = 10000 WHERE partition = 3")

    code, said = await command(copy)

    assert code == 2
    assert "registry.events/3: folded to offset 10000, but the log ends at" in said
    assert "returns.events/3" in said
    assert "WARDBOOK_KAFKA" in said


async def test_a_log_that_has_lost_its_beginning_is_told(copy: Folded, tmp_path: Path) -> None:
    here = TopicPartition(REGISTRY, 0)
    async with running_kafka(tmp_path) as kafka:
        await create_topics(kafka.bootstrap)
        await publish(kafka.bootstrap, before())
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
        await admin.start()
        await admin.delete_records({here: RecordsToDelete(before_offset=2)})
        await admin.close()
        with pytest.raises(CannotRecount, match=r"registry.events/0: the log begins at offset 2"):
            await replace(copy, kafka=kafka.bootstrap).recount(copy.document)


async def test_what_cannot_be_recounted_is_told(copy: Folded, database: str) -> None:
    """An unknown document, and a database in which nothing is folded yet."""
    with pytest.raises(CannotRecount, match="there is no document"):
        await copy.recount(UUID(int=1))
    async with open_pool(database, 2) as pool:
        await migrate(pool, [MIGRATIONS])
    with pytest.raises(CannotRecount, match="no projection of this version is live"):
        await replace(copy, dsn=database).recount()
    code, said = await command(replace(copy, dsn=f"{database}_that_is_not_there"))
    assert code == 2, said
