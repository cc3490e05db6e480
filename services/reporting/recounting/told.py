"""What the log tells, in temporary tables of one session; and the tallies counted from it anew.

The count is written apart from the fold (projections/tallies.py): in SQL, over all versions of each
subject at once, with no batch, no known versions and no parts. PostgreSQL does it on its disk, so
memory does not grow with the log.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from aiokafka import ConsumerRecord

from services.reporting.decode import Fact, Undecodable, decode_record
from services.reporting.projections.contributions import Series
from shared.database import Connection

_TABLES = """
CREATE TEMP TABLE read_facts (
    subject uuid, sequence integer, type text, recorded_on date, topic text, partition integer,
    "offset" bigint, units integer[], series integer[], occurred_on date[], amounts bigint[],
    stated jsonb
);
CREATE TEMP TABLE log_facts (LIKE read_facts, PRIMARY KEY (subject, sequence));
CREATE TEMP TABLE log_dead_letters (
    topic text, partition integer, "offset" bigint, reason text, key bytea, value bytea,
    PRIMARY KEY (topic, partition, "offset")
);
CREATE TEMP TABLE log_tallies (
    unit integer, series integer, occurred_on date, recorded_on date, facts bigint, amount bigint
);
CREATE TEMP VIEW log_moves AS
SELECT subject, moved.step AS sequence, part.unit, part.series, part.occurred_on,
       moved.day AS recorded_on, moved.times, part.amount
  FROM (SELECT *, max(recorded_on) OVER steps AS since, lead(recorded_on) OVER steps AS next_on,
               lead(sequence) OVER steps AS next
          FROM log_facts WINDOW steps AS (PARTITION BY subject ORDER BY sequence)) AS versions
 CROSS JOIN unnest(units, series, occurred_on, amounts) AS part (unit, series, occurred_on, amount)
 CROSS JOIN LATERAL (VALUES (1, since, sequence), (-1, greatest(since, next_on), next))
            AS moved (times, day, step)
 WHERE moved.step IS NOT NULL;
"""
"""`log_moves`: what each version puts in, on its day, and takes out of the version before it."""

_FACT = (
    *("subject", "sequence", "type", "recorded_on", "topic", "partition", "offset"),
    *("units", "series", "occurred_on", "amounts", "stated"),
)
_LETTER = ("topic", "partition", "offset", "reason", "key", "value")

_EACH_ONCE = """
INSERT INTO log_facts
SELECT DISTINCT ON (subject, sequence) * FROM read_facts
 ORDER BY subject, sequence, topic, partition, "offset"
"""
_COUNT = """
INSERT INTO log_tallies
SELECT unit, series, occurred_on, recorded_on, sum(times), sum(times * amount)
  FROM log_moves GROUP BY unit, series, occurred_on, recorded_on
"""
_UNITS = "SELECT id, unit FROM units"
_SERIES = "SELECT id, measure, dimensions::text AS dimensions FROM series"

_UNKNOWN = 1 << 20
"""Numbers from here on are of names that reporting does not have."""


@dataclass(slots=True)
class Names:
    """Units and series by name, with reporting's own numbers where it has one."""

    units: dict[str, int] = field(default_factory=dict)
    series: dict[Series, int] = field(default_factory=dict)

    async def learn(self, conn: Connection, facts: Iterable[Fact]) -> None:
        """Know every unit and series that facts count for.

        Numbers of reporting's never change, and it has those of all that it has folded.
        """
        counts = [one for fact in facts for one in fact.version.counts]
        if self.units and all(
            one.unit in self.units and one.series in self.series for one in counts
        ):
            return
        self.units |= {row["unit"]: row["id"] for row in await conn.fetch(_UNITS)}
        for row in await conn.fetch(_SERIES):
            dimensions = tuple(sorted(json.loads(row["dimensions"]).items()))
            self.series[Series(row["measure"], dimensions)] = row["id"]
        for one in counts:
            self.units.setdefault(one.unit, _UNKNOWN + len(self.units))
            self.series.setdefault(one.series, _UNKNOWN + len(self.series))


@dataclass(slots=True)
class Told:
    """What records tell, in temporary tables of a connection that finds reporting's own tables."""

    conn: Connection
    names: Names = field(default_factory=Names)

    @classmethod
    async def begin(cls, conn: Connection) -> "Told":
        """Make the tables."""
        await conn.execute(_TABLES)
        return cls(conn)

    async def add(self, records: "Sequence[ConsumerRecord[bytes, bytes]]") -> None:
        """Take what records tell, decoded one by one."""
        decoded = [(record, decode_record(record)) for record in records]
        facts = [(record, one) for record, one in decoded if isinstance(one, Fact)]
        await self.names.learn(self.conn, (fact for _, fact in facts))
        rows = [self._row(record, fact) for record, fact in facts]
        await self.conn.copy_records_to_table("read_facts", records=rows, columns=_FACT)
        letters = [
            (*_place(record), why.reason, record.key, record.value)
            for record, why in decoded
            if isinstance(why, Undecodable)
        ]
        await self.conn.copy_records_to_table("log_dead_letters", records=letters, columns=_LETTER)

    async def count(self) -> None:
        """Count the tallies anew, once everything is read."""
        for statement in (_EACH_ONCE, "ANALYZE log_facts", _COUNT, "ANALYZE log_tallies"):
            await self.conn.execute(statement)

    def _row(self, record: Any, fact: Fact) -> tuple[Any, ...]:
        counts = fact.version.counts
        return (
            fact.subject,
            fact.version.sequence,
            fact.type,
            fact.version.recorded_on,
            *_place(record),
            [self.names.units[one.unit] for one in counts],
            [self.names.series[one.series] for one in counts],
            [one.occurred_on for one in counts],
            [one.amount for one in counts],
            _stated(fact),
        )


def _place(record: Any) -> tuple[str, int, int]:
    return record.topic, record.partition, record.offset


def _stated(fact: Fact) -> str | None:
    """Return a statement as JSON, in the names of the columns in which reporting keeps it."""
    if fact.statement is None:
        return None
    told: Mapping[str, Any] = asdict(fact.statement) | {"recorded_on": fact.version.recorded_on}
    return json.dumps(told, default=date.isoformat, ensure_ascii=False)
