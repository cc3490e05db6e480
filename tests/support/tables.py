"""Reporting's tables as tests read them: those of the live projection."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

FACTS = """
SELECT subject, sequence, types.type, recorded_on, topics.topic, partition, "offset"
  FROM facts JOIN types ON types.id = facts.type JOIN topics ON topics.id = facts.topic
"""


@asynccontextmanager
async def live_tables(dsn: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """Yield a connection whose statements find the tables that reports are drawn from."""
    conn = await asyncpg.connect(dsn)
    try:
        live = await conn.fetchval("SELECT id FROM public.projections WHERE state = 'live'")
        await conn.execute(f"SET search_path TO projection_{live}")
        yield conn
    finally:
        await conn.close()
