"""A log has no personal data and no secret, whoever writes it: real errors of a real PostgreSQL."""

import asyncio
import json
import sys
from typing import Any

PROGRAM = '''
import asyncio, logging, sys

import asyncpg, structlog

from shared.logs import configure_logs

configure_logs("test", "INFO")
log, old = structlog.get_logger(), logging.getLogger("of.a.library")
TABLE = """
CREATE TABLE people (id int PRIMARY KEY, name text CHECK (name <> ''), day date, born date NOT NULL)
"""
MAN = "Nguyễn \\"Văn\\" A\\nHINT: con ông B"


async def failing(conn, statement, *values):
    """Return the error of a statement."""
    try:
        await conn.execute(statement, *values)
    except Exception as error:
        return error
    raise AssertionError(statement)


def wrapped(error):
    """Return an error of a third one, in a group, caused by this one."""
    try:
        try:
            raise error
        except Exception as cause:
            raise RuntimeError("behind it") from cause
    except RuntimeError as effect:
        return ExceptionGroup("several", [effect, ValueError("the last one")])


async def main(dsn, word):
    conn = await asyncpg.connect(dsn)
    await conn.execute(TABLE)
    errors = [
        await failing(conn, "INSERT INTO people VALUES (1, $1)", MAN),
        await failing(conn, "INSERT INTO people VALUES ($1, 'A')", MAN),
        await failing(conn, "INSERT INTO people VALUES (1, 'A', $1::text::date)", MAN),
    ]
    for error in errors:
        log.error("one failed", error=str(error), also={"deep": [error]})
        log.error("another failed", exc_info=error)
        old.error("a library failed: %s", error, exc_info=wrapped(error))
    await conn.close()
    try:
        await asyncpg.connect(dsn.replace("of-a-test", word))
    except asyncpg.InvalidPasswordError as error:
        old.error("no connection to %s", dsn.replace("of-a-test", word), exc_info=error)
    log.info("asked", headers={"authorization": f"Bearer {word}"})
    old.info(f"password='{word}' and password={word}, wardbook")
    old.info(f"token eyJhbGciOi.{word}.x-y_z of http://127.0.0.1:8101/cases?unit=10525")
    raise errors[0]  # Python would print it


asyncio.run(main(*sys.argv[1:]))
'''

WORD = "guessed-word"


async def run(database: str) -> tuple[str, str]:
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROGRAM, database, WORD),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await program.communicate()
    assert program.returncode == 1
    return out.decode(), err.decode()


async def test_a_log_has_neither_rows_nor_passwords_nor_tokens(database: str) -> None:
    out, err = await run(database)

    assert err == ""
    for personal in ("Văn", "con ông B", WORD):
        assert personal not in out
    lines: list[dict[str, Any]] = [json.loads(line) for line in out.splitlines()]
    told = {line["event"]: line for line in lines}
    # What is no secret stays: the error, the statements of the traceback, what came after it.
    assert lines[0]["error"].endswith(" violates not-null constraint\nDETAIL: …")
    assert "DETAIL: …" in lines[1]["exception"]
    assert "NotNullViolationError" in lines[2]["exception"]
    assert "RuntimeError: behind it" in lines[2]["exception"]
    assert "ValueError: the last one" in lines[2]["exception"]
    assert "the process fails" in told
    assert told["asked"]["headers"] == {"authorization": "Bearer …"}
    assert any(
        event.startswith("no connection to postgresql://postgres:…@127.0.0.1:") for event in told
    )
    assert any(event.endswith("of http://127.0.0.1:8101/cases?unit=10525") for event in told)
