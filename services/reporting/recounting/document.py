"""An issued or drafted report, held against the log up to the positions that it keeps."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from services.reporting import positions
from services.reporting.drawing import drawn, members
from services.reporting.issuing.kept import KeptFigure, KeptReport, kept
from services.reporting.known_lineage import read_lineage
from services.reporting.positions import Positions
from services.reporting.recounting.log import CannotRecount
from services.reporting.recounting.told import Told
from services.reporting.report import load, to_json
from services.reporting.tally_reader import tallies_of_each
from shared.database import Connection

_FIND = """
SELECT kind, content, positions::text AS positions, log_lost FROM public.documents WHERE id = $1
"""

_AS_REPORTS_READ = """
CREATE TEMP TABLE units (id integer, unit text);
CREATE TEMP TABLE series (id integer, measure text, dimensions jsonb);
CREATE TEMP TABLE tally_parts (LIKE tally_parts);
CREATE TEMP TABLE statements (LIKE statements);
INSERT INTO tally_parts
SELECT unit, array_agg(series), array_agg(occurred_on), array_agg(recorded_on),
       array_agg(facts::integer), array_agg(amount)
  FROM log_tallies GROUP BY unit;
"""
"""Temporary tables are found before others of their names: reports read these in this session."""
_UNITS = "INSERT INTO units SELECT * FROM unnest($1::integer[], $2::text[])"
_SERIES = """
INSERT INTO series SELECT id, measure, dimensions::jsonb
  FROM unnest($1::integer[], $2::text[], $3::text[]) AS told (id, measure, dimensions)
"""
_STATEMENTS = """
INSERT INTO statements
SELECT subject, sequence, units.id, log_facts.recorded_on, kind, code, starts, ends, status, content
  FROM log_facts
 CROSS JOIN jsonb_to_record(stated)
            AS told (unit text, kind text, code text, starts date, ends date, status text,
                     content jsonb)
  JOIN units ON units.unit = told.unit
 WHERE stated IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Vintage:
    """A report as a document keeps it, and the positions up to which it was drawn."""

    report: KeptReport
    positions: Positions


async def find(conn: Connection, id_: UUID) -> Vintage:
    """Return the report of a document; raises CannotRecount where it has none."""
    row = await conn.fetchrow(_FIND, id_)
    if row is None:
        raise CannotRecount(f"there is no document {id_} in this database")
    if row["kind"] != "report":
        raise CannotRecount(f"document {id_} is a letter: it has no figures of its own")
    if row["log_lost"]:
        raise CannotRecount(
            f"document {id_} was drawn from a log that was lost and published anew: how far that"
            " one went says nothing of this one. Its restatement tells what differs now."
        )
    return Vintage(kept(row["content"]), positions.from_json(row["positions"]))


async def compare(told: Told, vintage: Vintage) -> list[str]:
    """Return a line for each figure of a report that is not what the log said."""
    await _as_reports_read(told)
    old = vintage.report
    mine = members(old.about, await read_lineage(told.conn))
    tallies = await tallies_of_each(told.conn, [one.unit for one in mine], old.about.as_of)
    new = kept(to_json(drawn(load(old.outline), old.about, mine, tallies)))
    return list(_different(old, new))


async def _as_reports_read(told: Told) -> None:
    conn, names = told.conn, told.names
    await conn.execute(_AS_REPORTS_READ)
    await conn.execute(_UNITS, list(names.units.values()), list(names.units))
    await conn.execute(
        _SERIES,
        list(names.series.values()),
        [one.measure for one in names.series],
        [json.dumps(dict(one.dimensions)) for one in names.series],
    )
    await conn.execute(_STATEMENTS)


def _different(old: KeptReport, new: KeptReport) -> Iterator[str]:
    for key, figure in old.figures.items():
        again = new.figures.get(key)
        if again is None or again.told != figure.told:
            yield (
                f"figure {key} ({figure.label}): the document says {_shown(figure)},"
                f" the log {'has no such figure' if again is None else _shown(again)}"
            )


def _shown(figure: KeptFigure) -> str:
    value = figure.absence if figure.value is None else figure.value
    return f"{value} ({figure.display})"
