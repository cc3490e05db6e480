"""Reporting's database has no column that could hold personal data (promise 8)."""

from collections.abc import AsyncIterator, Mapping

import pytest

from services.reporting import projection
from services.reporting.app import MIGRATIONS
from shared.database import Pool, migrate
from tests.support.servers import open_pool

COLUMNS: Mapping[str, str] = {
    "migrations": "applied_at",
    "projections": "id version begun_at live_at",
    "documents": "id concerns starts ends as_of dated number",
    "document_steps": "document step at",
    "document_files": "document",
    "document_numbers": "year last last_on",
    "positions": "partition next_offset",
    "units": "id",
    "types": "id",
    "topics": "id",
    "series": "id",
    "facts": "subject sequence type recorded_on topic partition offset units series occurred_on"
    " amounts",
    "tally_parts": "unit series occurred_on recorded_on facts amounts",
    "tallies": "unit series occurred_on recorded_on facts amount",
    "dead_letters": "partition offset kept_at",
    "statements": "subject sequence unit recorded_on starts ends",
}
"""Numbers, days and identities, by table."""

TEXTS: Mapping[str, str] = {
    "migrations.name": "a file of the code",
    "migrations.checksum": "its hash",
    "projections.state": "one of three words, by a constraint",
    "documents.unit": "identity of a unit",
    "documents.kind": "one of two words, by a constraint",
    "documents.subject": "the report's, written by its outline: kind, unit and period",
    "documents.content": "the report as drawn: figures, and texts that officials authored for it",
    "documents.sha256": "its hash",
    "documents.positions": "offsets by topic and partition",
    "documents.broken": "codes of checks",
    "documents.state": "where a document stands, by code",
    "documents.notation": "what follows the number of a document: BC-UBND",
    "document_steps.action": "a step, by code",
    "document_steps.person": "an official of the ward, as the law wants of who signs",
    "document_steps.role": "a role, by code",
    "document_steps.capacity": "in what right an official signed, by code",
    "document_steps.position": "the official's position, which is printed",
    "document_steps.state": "where a document stands, by code",
    "document_steps.reason": "an official's, of a waiver or recall, printed where it is a waiver's",
    "document_steps.check_id": "code of a check",
    "document_files.form": "a form, by code",
    "document_files.media_type": "its media type",
    "document_files.content": "documents.content as printed",
    "document_files.sha256": "its hash",
    "document_numbers.unit": "identity of a unit",
    "document_numbers.notation": "as in documents.notation",
    "positions.topic": "name of a topic",
    "units.unit": "identity of a unit",
    "types.type": "type of an event",
    "topics.topic": "name of a topic",
    "series.measure": "what is counted, by code",
    "series.dimensions": "codes of a case: procedure, channel, timeliness",
    "dead_letters.topic": "name of a topic",
    "dead_letters.reason": "one of a fixed list",
    "dead_letters.detail": "the place in the record and the rule, never its value",
    "dead_letters.key": "bytes of a record that is no event, kept for its repair",
    "dead_letters.value": "bytes of a record that is no event, kept for its repair",
    "statements.kind": "return or entry",
    "statements.code": "code of a form or register",
    "statements.status": "where a return or entry stands, by code",
    "statements.content": "lines of a return, values of an entry, as in their events",
}
"""Columns that take any text or bytes, each with the reason why no personal data come in there."""

_COLUMNS = """
SELECT table_name || '.' || column_name AS name, coalesce(element.data_type, own.data_type) AS type
  FROM information_schema.columns AS own
  LEFT JOIN information_schema.element_types AS element
    ON (element.object_schema, element.object_name, element.collection_type_identifier)
     = (own.table_schema, own.table_name, own.dtd_identifier) AND element.object_type = 'TABLE'
 WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
"""
_PLAIN = {
    *("smallint", "integer", "bigint", "boolean", "uuid"),
    *("date", "timestamp with time zone"),
}


async def complaints(pool: Pool) -> list[str]:
    """Return each column of a database that may hold personal data."""
    listed = {f"{table}.{name}" for table, names in COLUMNS.items() for name in names.split()}
    found = {row["name"]: row["type"] for row in await pool.fetch(_COLUMNS)}
    return [
        f"{name}: {type_}"
        for name, type_ in sorted(found.items())
        if name not in (listed if type_ in _PLAIN else TEXTS)
    ] + sorted(f"{name}: listed, but not there" for name in (listed | TEXTS.keys()) - found.keys())


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    async with open_pool(database, 4) as opened:
        await migrate(opened, [MIGRATIONS])
        live = await projection.live(opened)
        await (await live.open(database, 2)).close()
        yield opened


async def test_no_column_of_reporting_can_hold_personal_data(pool: Pool) -> None:
    """Each one is listed; those that take any text are so with the reason."""
    assert await complaints(pool) == []


@pytest.mark.parametrize(
    "column", ["applicant text", "applicant text[]", "applicant jsonb", "applicant uuid"]
)
@pytest.mark.parametrize("table", ["documents", "projection_1.facts"])
async def test_a_column_for_the_applicant_is_found(pool: Pool, table: str, column: str) -> None:
    await pool.execute(f"ALTER TABLE {table} ADD COLUMN {column}")

    name = table.rpartition(".")[2]
    assert await complaints(pool) == [f"{name}.{column.removesuffix('[]').replace(' ', ': ')}"]
