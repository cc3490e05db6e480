"""A service's role on PostgreSQL does its work in its own database, and nothing anywhere else."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from deploy.databases import SERVICE, create_databases
from deploy.embedded.postgres import PROGRAMS
from deploy.settings import DEPARTMENTS, SERVICES

SCRIPT = Path(__file__).parents[2] / "deploy/compose/databases.sh"
PASSWORDS = {service: f"of '{service}'" for service in SERVICES}
ROLE = """
SELECT rolcanlogin, rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls,
       rolconnlimit
  FROM pg_roles WHERE rolname = $1
"""


@pytest.fixture(scope="module")
async def server(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """DSN of the superuser of a server that the compose file's script, then `make run` set up."""
    address = urlsplit(postgres)
    told = {f"{service.upper()}_PASSWORD": PASSWORDS[service] for service in DEPARTMENTS}
    file = tmp_path_factory.mktemp("secrets") / "reporting"
    file.write_text(f"{PASSWORDS['reporting']}\n")
    told |= {
        "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
        "PGHOST": str(address.hostname),
        "PGPORT": str(address.port),
        "PGPASSWORD": str(address.password),
        "POSTGRES_USER": "postgres",
        "REPORTING_PASSWORD_FILE": str(file),
        "SERVICE_SQL": str(SERVICE),
    }
    script = await asyncio.create_subprocess_exec("bash", SCRIPT, env=told)
    assert await script.wait() == 0
    await create_databases(postgres, PASSWORDS)
    return postgres


async def connect(server: str, role: str, database: str) -> "asyncpg.Connection[asyncpg.Record]":
    address = urlsplit(server)
    return await asyncpg.connect(
        host=address.hostname,
        port=address.port,
        user=role,
        password=PASSWORDS[role],
        database=database,
    )


@pytest.fixture
async def reporting(server: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """Reporting in its own database."""
    conn = await connect(server, "reporting", "reporting")
    yield conn
    await conn.close()


@pytest.mark.parametrize("role", SERVICES)
async def test_a_role_enters_no_database_but_its_own(server: str, role: str) -> None:
    for database in {*SERVICES, "postgres", "template1"} - {role}:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied for"):
            await connect(server, role, database)
    await (await connect(server, role, role)).close()


@pytest.mark.parametrize("role", SERVICES)
async def test_a_role_can_log_in_and_no_more(server: str, role: str) -> None:
    superuser = await asyncpg.connect(server)
    found = tuple(await superuser.fetchrow(ROLE, role) or ())
    await superuser.close()
    assert found == (True, False, 40)


@pytest.mark.parametrize(
    "forbidden",
    [
        "CREATE ROLE another",
        "ALTER ROLE reporting SUPERUSER",
        "ALTER ROLE registry PASSWORD 'mine'",
        "CREATE DATABASE another",
        "DROP DATABASE registry",
        "SET ROLE registry",
        "SET SESSION AUTHORIZATION registry",
        "GRANT registry TO reporting",
        "SELECT rolpassword FROM pg_authid",
        "CREATE EXTENSION dblink",
        "CREATE EXTENSION postgres_fdw",
        "CREATE EXTENSION file_fdw",
        "COPY (SELECT 1) TO PROGRAM 'cat'",
        "COPY (SELECT 1) TO '/tmp/another'",
        "SELECT pg_read_file('postgresql.conf')",
        "SELECT pg_ls_dir('.')",
        "SELECT lo_import('/etc/passwd')",
        "ALTER SYSTEM SET log_statement = 'all'",
        "ALTER DATABASE registry OWNER TO reporting",
    ],
)
async def test_a_role_cannot_reach_beyond_its_database(
    reporting: "asyncpg.Connection[asyncpg.Record]", forbidden: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await reporting.execute(forbidden)


async def test_reporting_makes_the_schemas_of_its_projections(
    reporting: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    await reporting.execute(
        "CREATE SCHEMA one; CREATE TABLE one.rows (id int); DROP SCHEMA one CASCADE"
    )
