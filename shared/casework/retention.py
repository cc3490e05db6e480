"""Empties what is personal when its time is over, by the rules of retention.toml.

`python -m shared.casework.retention [--apply]`, with the WARDBOOK_DATABASE of a department, says
how much is due; only with --apply it is emptied, in chunks that are noted in table `retentions`.
Doing it again empties what became due meanwhile. Counts and events stay as they are.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator

from shared.clock import system_clock, ward_day
from shared.database import Pool, create_pool
from shared.frozen import Closed
from shared.procedures import PROCEDURES
from shared.settings import ToldSettings, read_settings
from shared.toml_files import read

CHUNK = 2_000

# Parameters: the day before which it must be over, the rule's code; of cases procedures, columns.
_START = "$1::date::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'"
_DUE_CASES = f"""
    SELECT id FROM cases
     WHERE procedure = ANY($3) AND received_on < $1 AND status <> 'open'
       AND coalesce(closed_on, received_on) < $1 AND recorded_at < {_START}
       AND ('applicant' = ANY($4) AND applicant IS NOT NULL
            OR 'reason' = ANY($4) AND reason IS NOT NULL
            OR 'particulars' = ANY($4) AND particulars <> '{{}}')
"""  # noqa: S608 - constants only
_DUE_FAULTS = f"""
    SELECT fault.ctid AS id FROM case_file_faults AS fault JOIN case_files ON case_files.id = file
     WHERE sent_at < {_START}
       AND EXISTS (SELECT FROM jsonb_each_text(values) WHERE value <> '')
"""  # noqa: S608
_EMPTY_CASES = f"""
WITH due AS ({_DUE_CASES} LIMIT {CHUNK} FOR UPDATE), emptied AS (
    UPDATE cases SET applicant = CASE WHEN 'applicant' = ANY($4) THEN NULL ELSE applicant END,
           reason = CASE WHEN 'reason' = ANY($4) THEN NULL ELSE reason END,
           particulars = CASE WHEN 'particulars' = ANY($4) THEN '{{}}' ELSE particulars END
      FROM due WHERE cases.id = due.id RETURNING 1
), forgotten AS (
    UPDATE history SET reason = NULL
      FROM due WHERE subject = due.id AND reason IS NOT NULL AND 'reason' = ANY($4)
)
"""  # noqa: S608
_EMPTY_FAULTS = f"""
WITH due AS ({_DUE_FAULTS} LIMIT {CHUNK} FOR UPDATE OF fault), emptied AS (
    UPDATE case_file_faults
       SET values = (SELECT jsonb_object_agg(key, '') FROM jsonb_each(values))
      FROM due WHERE case_file_faults.ctid = due.id RETURNING 1
)
"""  # noqa: S608
_NOTE = """
INSERT INTO retentions (rule, before, rows)
SELECT $2, $1, count(*) FROM emptied HAVING count(*) > 0 RETURNING rows
"""
_COUNT = "SELECT count(*) FROM ({due}) AS due WHERE $2::text IS NOT NULL"

type Subject = Literal["cases", "file_faults"]

_DUE: Mapping[Subject, str] = {"cases": _DUE_CASES, "file_faults": _DUE_FAULTS}
_EMPTY: Mapping[Subject, str] = {"cases": _EMPTY_CASES, "file_faults": _EMPTY_FAULTS}


class Rule(Closed):
    """Which columns are emptied, so many years after what they belong to is over."""

    code: Annotated[str, Field(pattern="^[a-z_]+$")]
    of: Subject
    procedures: tuple[str, ...] = ()
    columns: tuple[Literal["applicant", "reason", "particulars"], ...] = ()
    years: Annotated[int, Field(ge=1, le=200)]
    basis: str

    @field_validator("procedures")
    @classmethod
    def _are_known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if strange := set(value) - PROCEDURES.keys():
            raise ValueError(f"no such procedures: {', '.join(sorted(strange))}")
        return value

    def before(self, today: date) -> date:
        """Return the day before which it must be over."""
        day = min(today.day, 28) if today.month == 2 else today.day  # noqa: PLR2004 - February
        return today.replace(year=today.year - self.years, day=day)


class Retention(Closed):
    """A file of rules."""

    rules: tuple[Rule, ...] = Field(alias="rule", min_length=1)


RULES = read(Path(__file__).with_suffix(".toml"), Retention).content.rules


class RetentionSettings(ToldSettings):
    """The one setting of a department that is needed here."""

    database: SecretStr


async def due(pool: Pool, rule: Rule, today: date) -> int:
    """Return how many rows a rule would empty now."""
    count: int = await pool.fetchval(_COUNT.format(due=_DUE[rule.of]), *_told(rule, today))
    return count


async def empty(pool: Pool, rule: Rule, today: date) -> int:
    """Empty what is due by a rule and note it; return how many rows it was."""
    return sum([rows async for rows in _chunks(pool, rule, today)])


async def _chunks(pool: Pool, rule: Rule, today: date) -> AsyncIterator[int]:
    told = _told(rule, today)
    while rows := await pool.fetchval(_EMPTY[rule.of] + _NOTE, *told):
        yield rows


def _told(rule: Rule, today: date) -> Sequence[object]:
    of_cases = (rule.procedures, rule.columns) if rule.of == "cases" else ()
    return rule.before(today), rule.code, *of_cases


async def main(*, apply: bool) -> None:
    """Say of each rule how many rows are due, or were emptied."""
    pool = await create_pool(read_settings(RetentionSettings).database.get_secret_value(), 2)
    today = ward_day(system_clock())
    for rule in RULES:
        rows = await (empty if apply else due)(pool, rule, today)
        what = "emptied" if apply else "due, nothing is emptied without --apply"
        print(f"{rule.code}: {rows} rows of {rule.of} before {rule.before(today)} {what}")
    await pool.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m shared.casework.retention", description=__doc__
    )
    parser.add_argument("--apply", action="store_true", help="empty what is due")
    asyncio.run(main(apply=parser.parse_args().apply))
