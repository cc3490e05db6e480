"""Issued reports as other systems read them: what each says of itself, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Json

from services.reporting.issuing.model import State
from shared.database import Pool
from shared.frozen import Frozen
from shared.people import Capacity

type IssuedState = Literal[State.ISSUED, State.REPLACED, State.RECALLED]

ISSUED: Sequence[IssuedState] = (State.ISSUED, State.REPLACED, State.RECALLED)
"""The states of what was issued at some time."""

_WANTED = """
 WHERE kind = 'report' AND unit = ANY($1) AND state = ANY($2)
   AND ($3::date IS NULL OR starts >= $3) AND ($4::date IS NULL OR ends <= $4)
"""
_COUNT = f"SELECT count(*) FROM documents {_WANTED}"  # noqa: S608 - made of constants
_PAGE = f"""
SELECT id, unit, subject, starts, ends, as_of, state, number, notation, dated, concerns,
       signed.person AS signer, signed.capacity, signed.position, issued.at AS issued_at,
       encode(sha256, 'hex') AS sha256, positions::text AS positions,
       (SELECT others.id FROM documents AS others
         WHERE others.concerns = documents.id AND others.kind = 'report'
           AND documents.state = 'replaced') AS replaced_by,
       ARRAY(SELECT others.id FROM documents AS others
              WHERE others.concerns = documents.id AND others.kind = 'letter'
                AND others.state = 'issued' ORDER BY others.id) AS corrected_by,
       (SELECT jsonb_object_agg(form, jsonb_build_object(
                   'address', '/documents/' || document || '/files/' || form,
                   'media_type', media_type, 'sha256', encode(files.sha256, 'hex')))::text
          FROM document_files AS files WHERE files.document = documents.id) AS files
  FROM documents
  JOIN LATERAL (SELECT person, capacity, position FROM document_steps
                 WHERE document = documents.id AND action = 'sign'
                 ORDER BY step DESC LIMIT 1) AS signed ON true
  JOIN LATERAL (SELECT at FROM document_steps
                 WHERE document = documents.id AND action = 'issue' LIMIT 1) AS issued ON true
{_WANTED}
 ORDER BY dated DESC, id DESC OFFSET $5 LIMIT $6
"""  # noqa: S608 - made of constants


class VintageFile(Frozen):
    """A form of an issued report: where its bytes are, and their hash."""

    address: str
    media_type: str
    sha256: str


class Vintage(Frozen):
    """An issued report.

    `sha256` is the hash of its content as drawn, before number and signature; `positions` are the
    offsets below which events were folded. `concerns` is the report that it replaces, `replaced_by`
    the issued one that replaces it, `corrected_by` the issued letters that correct its form.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0190d2a4-7c11-7d3a-9c55-2f4d3b1e6a70",
                    "unit": "2004-10525",
                    "subject": "Kết quả hoạt động của Ủy ban nhân dân phường",
                    "starts": "2021-06-01",
                    "ends": "2023-11-30",
                    "as_of": "2023-12-05",
                    "state": "issued",
                    "number": 5,
                    "notation": "BC-UBND",
                    "dated": "2023-12-05",
                    "issued_at": "2023-12-05T09:30:00Z",
                    "signer": "Nguyễn Văn A",
                    "capacity": "TM",
                    "position": "",
                    "sha256": "9f" * 32,
                    "positions": {"registry.events": {"0": 1042}},
                    "concerns": None,
                    "replaced_by": None,
                    "corrected_by": [],
                    "files": {
                        "pdf": {
                            "address": "/documents/0190d2a4-7c11-7d3a-9c55-2f4d3b1e6a70/files/pdf",
                            "media_type": "application/pdf",
                            "sha256": "3c" * 32,
                        }
                    },
                }
            ]
        }
    )

    id: UUID
    unit: str
    subject: str
    starts: date
    ends: date
    as_of: date
    state: IssuedState
    number: int
    notation: str
    dated: date
    issued_at: datetime
    signer: str
    capacity: Capacity | None
    position: str
    sha256: str
    positions: Json[Mapping[str, Mapping[str, int]]]
    concerns: UUID | None
    replaced_by: UUID | None
    corrected_by: tuple[UUID, ...]
    files: Json[Mapping[str, VintageFile]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which vintages are asked for: of these units, in these states, of periods within days."""

    units: Sequence[str]
    states: Sequence[IssuedState]
    start: date | None
    end: date | None


async def vintages(
    pool: Pool, wanted: Wanted, skipped: int, most: int
) -> tuple[int, Sequence[Vintage]]:
    """Return how many there are, and some of them, the one dated last first."""
    which = wanted.units, wanted.states, wanted.start, wanted.end
    async with pool.acquire() as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        total: int = await conn.fetchval(_COUNT, *which)
        rows = await conn.fetch(_PAGE, *which, skipped, most)
    return total, [Vintage.model_validate(dict(row)) for row in rows]
