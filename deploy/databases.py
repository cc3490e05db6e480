"""The databases of the embedded run: each belongs to its service's role, closed to others."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import asyncpg

# PostgreSQL quotes the names and the password itself (%I, %L), because CREATE takes no parameters.
CREATE_ROLE = """
SELECT format(
    CASE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = $1)
        THEN 'ALTER ROLE %I LOGIN PASSWORD %L'
        ELSE 'CREATE ROLE %I LOGIN PASSWORD %L'
    END, $1::text, $2::text)
"""
CREATE_DATABASE = """
SELECT format('CREATE DATABASE %1$I OWNER %1$I', $1::text)
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = $1)
"""
CLOSE_TO_OTHERS = "SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', $1::text)"


async def create_databases(superuser_dsn: str, passwords: Mapping[str, str]) -> None:
    """Make sure that each service has its role, with this password, and its database."""
    connection = await asyncpg.connect(superuser_dsn)
    try:
        for service, password in passwords.items():
            for query, arguments in (
                (CREATE_ROLE, (service, password)),
                (CREATE_DATABASE, (service,)),
                (CLOSE_TO_OTHERS, (service,)),
            ):
                if statement := await connection.fetchval(query, *arguments):
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
