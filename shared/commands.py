"""How a command is run.

Once per key, its state and its event in one transaction, then the relay is woken.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import Request

from shared.clock import Clock, noon_of, ward_day
from shared.database import Connection, Pool
from shared.metrics import COMMAND_SECONDS, COMMANDS
from shared.recorded import Recorded
from shared.refusal import Refused

type Answer = Mapping[str, Any]

_CLAIM = """
INSERT INTO idempotency (key, fingerprint) VALUES ($1, $2)
    ON CONFLICT (key) DO NOTHING RETURNING true
"""
_FIRST = "SELECT fingerprint, answer::text FROM idempotency WHERE key = $1"
_REMEMBER = "UPDATE idempotency SET answer = $2::jsonb WHERE key = $1"

_LONGEST_KEY = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What the HTTP request says beside its body: name of the command, its key, its moment."""

    name: str
    key: str | None
    fingerprint: bytes
    recorded: Recorded


class Desk:
    """Takes commands: the one place where their transaction begins and ends."""

    def __init__(
        self, pool: Pool, clock: Clock, wake: Callable[[], None], migration_token: str | None
    ) -> None:
        """Take commands into the database of `pool`; `wake` is called after each commit."""
        self._pool = pool
        self._clock = clock
        self._wake = wake
        self._token = migration_token

    async def call(self, name: str, request: Request) -> Call:
        """Read a request's headers and body into a Call.

        Refuses a recording day without the right.
        """
        key = request.headers.get("idempotency-key")
        if key is not None and not 1 <= len(key) <= _LONGEST_KEY:
            raise Refused("key_too_long", "Idempotency-Key", status=400)
        stated = request.headers.get("recorded-on")
        said = f"{request.method} {request.url.path} {stated}\n".encode() + await request.body()
        return Call(
            name=name,
            key=key,
            fingerprint=hashlib.sha256(said).digest(),
            recorded=self._recorded(stated, request.headers.get("authorization", "")),
        )

    def _recorded(self, stated: str | None, authorization: str) -> Recorded:
        now = self._clock()
        if stated is None:
            return Recorded(at=now)
        expected = f"Bearer {self._token}"
        if not self._token or not hmac.compare_digest(authorization.encode(), expected.encode()):
            raise Refused("migration_right", "Recorded-On", status=403)
        try:
            day = date.fromisoformat(stated)
        except ValueError:
            raise Refused("date_parsing", "Recorded-On") from None
        if day > ward_day(now):
            raise Refused("in_the_future", "Recorded-On", today=ward_day(now))
        return Recorded(at=min(noon_of(day), now), migrated=True)

    async def run(self, call: Call, work: Callable[[Connection], Awaitable[Answer]]) -> Answer:
        """Run `work` in one transaction and return its answer, or the first one of a repeated key.

        `work` writes state and event with the connection it is given; whatever it raises undoes all
        of it. Two calls under one key at the same time run one after the other.
        """
        with _measured(call.name) as outcome:
            async with self._pool.acquire() as conn, conn.transaction():
                first = await self._first_answer(conn, call)
                if first is not None:
                    outcome.append("repeated")
                    return first
                answer = await work(conn)
                if call.key is not None:
                    await conn.execute(_REMEMBER, call.key, json.dumps(answer, default=str))
            self._wake()
            outcome.append("accepted")
            return answer

    @staticmethod
    async def _first_answer(conn: Connection, call: Call) -> Answer | None:
        if call.key is None or await conn.fetchval(_CLAIM, call.key, call.fingerprint):
            return None
        row = await conn.fetchrow(_FIRST, call.key)
        assert row is not None
        if row["fingerprint"] != call.fingerprint:
            raise Refused("key_reused", "Idempotency-Key")
        answer: Answer = json.loads(row["answer"])
        return answer


@contextmanager
def _measured(command: str) -> Iterator[list[str]]:
    """Count and time one command; the body appends its outcome."""
    outcome: list[str] = []
    began = time.perf_counter()
    try:
        yield outcome
    except Refused:
        outcome.append("refused")
        raise
    finally:
        COMMANDS.labels(command, outcome[0] if outcome else "failed").inc()
        COMMAND_SECONDS.labels(command).observe(time.perf_counter() - began)
