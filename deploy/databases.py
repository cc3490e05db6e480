"""The databases of the embedded run: each belongs to its service's role, closed to others."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

SERVICE = Path(__file__).parent / "postgres" / "service.sql"
"""What makes a service its role and its database, here and in the compose file's container."""

_TELL = """
SELECT set_config('wardbook.service', $1, false), set_config('wardbook.password', $2, false)
"""


async def create_databases(superuser_dsn: str, passwords: Mapping[str, str]) -> None:
    """Make sure that each service has its role, with this password, and its database."""
    queries = SERVICE.read_text(encoding="utf-8").split("\n\\gexec\n")[:-1]
    connection = await asyncpg.connect(superuser_dsn)
    try:
        for service, password in passwords.items():
            await connection.execute(_TELL, service, password)
            for query in queries:
                if statement := await connection.fetchval(query):
                    await connection.execute(statement)
    finally:
        await connection.close()


@asynccontextmanager
async def fresh_database(superuser_dsn: str, template: str = "template1") -> AsyncIterator[str]:
    """Make an empty database, or a copy of one to which nobody is connected.

    Gives its DSN, and drops it in the end, whoever is still connected.
    """
    name = f"throwaway_{secrets.token_hex(6)}"
    await _execute(superuser_dsn, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield urlsplit(superuser_dsn)._replace(path=f"/{name}").geturl()
    await _execute(superuser_dsn, f"DROP DATABASE {name} WITH (FORCE)")


async def _execute(dsn: str, statement: str) -> None:
    """Run a statement on a new connection: the server may have been killed since the last."""
    server = await asyncpg.connect(dsn)
    try:
        await server.execute(statement)
    finally:
        await server.close()
