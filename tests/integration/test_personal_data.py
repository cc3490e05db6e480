"""Where personal data may stand: in columns of departments that are listed, nowhere in reporting.

Promise 8.
"""

from collections.abc import AsyncIterator, Mapping

import pytest

from services.reporting import projection
from services.reporting.app import MIGRATIONS
from shared.casework.retention import RULES
from shared.database import AUDIT as AUDIT_MIGRATIONS
from shared.database import Pool, migrate
from shared.department import MIGRATIONS as MIGRATIONS_OF_ALL
from tests.support.servers import open_pool

ROOT = MIGRATIONS.parents[2]

AUDIT: Mapping[str, str] = {
    "audit.actor": "an official or operator, read by auditors",
    "audit.act": "what was done, by code",
    "audit.subject": "the id of a case or document, the path of a request, the name of an official",
    "audit.unit": "identity of a unit",
    "audit.told": "numbers, places of records, roles: written by the code",
    "audit.source": "name of a table",
    "audit.digest": "a hash",
    "audit.reason": "a hash with a salt that is emptied with the reason",
    "audit.hash": "a hash",
}
"""Columns of the audit trail, which every database has."""

COLUMNS: Mapping[str, str] = {
    "migrations": "applied_at",
    "projections": "id version begun_at live_at",
    "documents": "id concerns starts ends as_of dated number log_lost",
    "document_steps": "document step at",
    "document_files": "document",
    "document_numbers": "year last last_on",
    "recounts": "id ended_at differences",
    "audit": "number at place",
    "positions": "partition next_offset",
    "units": "id",
    "types": "id",
    "topics": "id",
    "series": "id",
    "facts": "subject sequence type recorded_on topic partition offset units series occurred_on"
    " amounts",
    "tally_parts": "unit series occurred_on recorded_on facts amounts",
    "tallies": "unit series occurred_on recorded_on facts amount",
    "dead_letters": "partition offset kept_at replayed_at",
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
    **AUDIT,
    "statements.kind": "return or entry",
    "statements.code": "code of a form or register",
    "statements.status": "where a return or entry stands, by code",
    "statements.content": "lines of a return, values of an entry, as in their events",
}
"""Columns that take any text or bytes, each with the reason why no personal data come in there."""

OF_DEPARTMENTS: Mapping[str, str] = {
    "log_marks": "partition next_offset",
    "republishing": "position began_at",
    "migrations": "applied_at",
    "outbox": "position appended_at",
    "idempotency": "accepted_at",
    "history": "subject position salt",
    "readings": "id read_at subject",
    "cases": "id sequence received_on due_on closed_on recorded_at received_at paused_on resumed_on"
    " extended appointments waits_in_time accepted_on stepped_on ended_on reopened_on",
    "books": "year last",
    "entries": "id year number registered_on happened_on cancelled ended_on",
    "entry_people": "entry",
    "entry_steps": "entry sequence occurred_on recorded_at change_case",
    "case_files": "id sent_at dry_run recorded_on rows rows_read taken repeated began_at began_with"
    " moved_at attempts",
    "case_file_parts": "file number",
    "case_file_faults": "file row_number",
    "retentions": "id applied_at before rows",
    "audit": "number at place",
    "records": "id sequence recorded_at",
    "drafts": "id version saved_at",
    "return_steps": "id sequence period_start period_end recorded_at",
}
"""Numbers, days and identities of the departments' databases, by table."""

OF_DEPARTMENTS_TEXTS: Mapping[str, str] = {
    "migrations.name": "a file of the code",
    "migrations.checksum": "its hash",
    "outbox.key": "the subject of the event",
    "outbox.value": "an event, which has no personal data (tests/support/personal_data.py)",
    "outbox.type": "type of an event",
    "outbox.traceparent": "random numbers: ids of a trace and a span",
    "idempotency.key": "a client's, or of a row of a file: its number in a register, no name",
    "idempotency.fingerprint": "a hash",
    "idempotency.answer": "a case or record as events tell of it",
    "history.value": "as outbox.value",
    "readings.reader_unit": "identity of a unit",
    "readings.kind": "what was read, by code",
    "readings.fields": "names of fields, never their values",
    "cases.unit": "identity of a unit",
    "cases.procedure": "code of a procedure",
    "cases.channel": "by code",
    "cases.status": "by code",
    "cases.outcome": "by code",
    "cases.sorting": "by code",
    "cases.neighbourhood": "kind and number of a part of a unit",
    "cases.received_by": "identity of a unit",
    "books.kind": "of an entry, by code",
    "books.unit": "identity of a unit",
    "entries.kind": "by code",
    "entries.unit": "identity of a unit",
    "entries.ending": "by code",
    "entry_people.role": "child, mother, wife …: a field's name",
    "entry_steps.step": "what was done, by code",
    "case_files.take": "one of two words, by a constraint",
    "case_files.unused": "headings of columns",
    "case_files.state": "one of six words, by a constraint",
    "case_files.office": "identity of a unit",
    "case_file_faults.cell": "a place in a sheet",
    "case_file_faults.field": "name of a field",
    "case_file_faults.rule": "code of a rule",
    **AUDIT,
    "retentions.rule": "code of a rule",
    "records.state": "payload of an event",
    "drafts.content": "figures, and texts that an official authors for a report",
    "return_steps.unit": "identity of a unit",
    "return_steps.form": "code of a form",
    "return_steps.status": "where a return stands, by code",
    "return_steps.figures": "as drafts.content",
}
"""Columns of departments that take any text or bytes, with why no personal data come in there."""

PERSONAL: Mapping[str, str] = {
    "cases.applicant": "read by role, each reading kept; emptied by rule",
    "cases.reason": "read by role, each reading kept; emptied by rule",
    "cases.particulars": "read by role, each reading kept; emptied by rule",
    "entries.entry": "read by role, each reading kept; registers are kept for ever",
    "entry_people.number": "entries are found by it; answered nowhere",
    "entry_people.name": "entries are found by it; answered nowhere",
    "entry_steps.official": "an official, read as entries.entry",
    "entry_steps.reason": "read as entries.entry",
    "entry_steps.content": "read as entries.entry",
    "outbox.actor": "an official",
    "outbox.reason": "as cases.reason; moves to history within moments",
    "history.actor": "an official",
    "history.reason": "as cases.reason",
    "readings.reader": "an official, read by auditors",
    "readings.purpose": "an official's words, read by auditors",
    "case_files.sent_by": "an official; answered nowhere",
    "case_file_parts.bytes": "answered nowhere; dropped when the file is done",
    "case_file_faults.values": "what was wrong in a cell, told to who sent it; emptied by rule",
    "records.reason": "why a visit or return was corrected; answered nowhere",
    "return_steps.reason": "an official's, why a return was sent back, told to its department",
}
"""Columns of departments that may hold personal data, with who reads them and when they end."""

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
    *("date", "timestamp with time zone", "time without time zone"),
}


async def complaints(
    pool: Pool, plain: Mapping[str, str] = COLUMNS, texts: Mapping[str, str] = TEXTS
) -> list[str]:
    """Return each column of a database that may hold personal data and is not listed."""
    listed = {f"{table}.{name}" for table, names in plain.items() for name in names.split()}
    found = {row["name"]: row["type"] for row in await pool.fetch(_COLUMNS)}
    return [
        f"{name}: {type_}"
        for name, type_ in sorted(found.items())
        if name not in (listed if type_ in _PLAIN else texts)
    ] + sorted(f"{name}: listed, but not there" for name in (listed | texts.keys()) - found.keys())


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


@pytest.fixture
async def departments(database: str) -> AsyncIterator[Pool]:
    """The tables of all departments in one database, whatever folders they come from."""
    of_services = [one for one in ROOT.glob("services/*/migrations") if one != MIGRATIONS]
    of_parts = [one for one in ROOT.glob("shared/*/**/migrations") if one != AUDIT_MIGRATIONS]
    folders = [MIGRATIONS_OF_ALL, *of_parts, *of_services]
    async with open_pool(database, 2) as opened:
        await migrate(opened, folders)
        yield opened


async def test_every_column_of_the_departments_is_known_to_be_personal_or_not(
    departments: Pool,
) -> None:
    """A new one is to be listed: with why it is not, or with who reads it and when it ends."""
    assert await complaints(departments, OF_DEPARTMENTS, {**OF_DEPARTMENTS_TEXTS, **PERSONAL}) == []
    await departments.execute("ALTER TABLE cases ADD COLUMN born_on date, ADD COLUMN phone text")
    found = await complaints(departments, OF_DEPARTMENTS, {**OF_DEPARTMENTS_TEXTS, **PERSONAL})
    assert found == ["cases.born_on: date", "cases.phone: text"]


def test_what_is_personal_about_a_case_has_rules_of_retention() -> None:
    """Those that are emptied by rule can be named by one."""
    columns = {name for rule in RULES for name in rule.columns}
    emptied = {name for name, told in PERSONAL.items() if told.endswith("emptied by rule")}

    assert emptied - {"case_file_faults.values"} == {f"cases.{name}" for name in columns}
