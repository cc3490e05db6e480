"""`make run`: Kafka, PostgreSQL, five services, the sample ward, its report drawn and issued.

Everything it starts is stopped when it ends: the services first, then Kafka, then PostgreSQL.
"""

import argparse
import asyncio
import shlex
import signal
import sys
import traceback
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from pydantic import ValidationError

from deploy.data_folder import (
    SOFTWARE,
    Secrets,
    alone_in,
    fresh_logs,
    kept_people,
    kept_secrets,
    write_private,
)
from deploy.databases import create_databases
from deploy.embedded import fonts
from deploy.embedded.child import Child
from deploy.embedded.errors import DeployError
from deploy.embedded.kafka import Kafka
from deploy.embedded.maven import have
from deploy.embedded.ports import HOST, check_ports
from deploy.embedded.postgres import Postgres
from deploy.issuer.client import Bearer
from deploy.report import folded, write_report
from deploy.sample.issuing import issue, write_issued
from deploy.sample.loader import load
from deploy.settings import DEPARTMENTS, ISSUER, SERVICES, RunSettings
from deploy.supervisor import Service, supervised
from shared.topics import create_topics

INTERRUPTED = 130  # the exit code that shells give to a program ended by Ctrl-C
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """Run as the command line says and return the exit code; a failure's reason is printed last."""
    parser = argparse.ArgumentParser(prog="python -m deploy.run", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end when the report is written")
    once = parser.parse_args().once
    try:
        settings = RunSettings()
        settings.data.mkdir(parents=True, exist_ok=True)
        with alone_in(settings.data):
            asyncio.run(run(settings, once=once))
    except asyncio.CancelledError:
        print("stopped before the report was written", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - whatever it is, its reason is to be the last thing printed
        _explain(error)
        return 1
    return 0


async def run(settings: RunSettings, *, once: bool) -> None:
    """Do the whole run. Be cancelled when asked to stop before the report is written."""
    check_ports(settings.wanted_ports())
    await have(fonts.FOLDER, fonts.__name__, "the typeface of the PDF (2 MB)")
    secrets = kept_secrets(settings.data)
    logs = fresh_logs(settings.data)
    services = [_service(settings, secrets, name, logs) for name in (ISSUER, *SERVICES)]
    urls = {service.name: service.url for service in services}
    loaded = settings.data / "sample-loaded"
    _stop_by(_cancel_once(asyncio.current_task()))
    async with (
        _servers(settings, secrets, logs) as servers,
        supervised(services, servers),
    ):
        _say("services are ready")
        bearer = Bearer(urls[ISSUER], secrets.software)
        if not loaded.exists():
            await load({name: urls[name] for name in DEPARTMENTS}, bearer.token(SOFTWARE))
        await folded(urls, bearer.headers(SOFTWARE))
        loaded.touch()
        headers = bearer.headers(SOFTWARE)
        for file in await write_report(urls["reporting"], settings.out, headers):
            _say(f"wrote {file}")
        await _issued(urls["reporting"], settings, bearer)
        if not once:
            await _stay(urls)


async def _issued(reporting: str, settings: RunSettings, bearer: Bearer) -> None:
    """Have the sample's report issued, unless a run before did so, and write its printed forms."""
    people = kept_people(settings.data)
    document = await issue(reporting, people, bearer.token)
    number, day = f"{document['number']:02}/{document['notation']}", document["dated"]
    _say(f"the term report is {document['state']} as no. {number} of {day}")
    written = await write_issued(reporting, people, bearer.token, document, settings.out)
    for file in written:
        _say(f"wrote {file}")


@asynccontextmanager
async def _servers(
    settings: RunSettings, secrets: Secrets, logs: Path
) -> AsyncIterator[Sequence[Child]]:
    """Start Kafka and PostgreSQL, make the topics and databases; stop the two in this order."""
    kafka = Kafka(settings.data / "kafka", port=settings.kafka_port, log=logs / "kafka.log")
    postgres = Postgres(
        settings.data / "postgres",
        port=settings.postgres_port,
        password=secrets.postgres,
        log=logs / "postgres.log",
    )
    async with AsyncExitStack() as stack:
        stack.push_async_callback(postgres.stop)
        stack.push_async_callback(kafka.stop)
        _say("starting Kafka and PostgreSQL")
        async with asyncio.TaskGroup() as group:
            starts = [group.create_task(server.start()) for server in (kafka, postgres)]
        await create_databases(postgres.dsn, secrets.databases)
        await create_topics(kafka.bootstrap)
        yield [start.result() for start in starts]


def _service(settings: RunSettings, secrets: Secrets, name: str, logs: Path) -> Service:
    """Describe a service; its variables are left in a file too, for starting it by hand."""
    port = settings.service_port(name)
    console = f"http://{HOST}:{settings.service_port('reporting')}"
    environment = {
        "WARDBOOK_HOST": HOST,
        "WARDBOOK_PORT": str(port),
        "WARDBOOK_ISSUER": f"http://{HOST}:{settings.service_port(ISSUER)}",
        "WARDBOOK_PEOPLE": str(kept_people(settings.data).absolute()),
    }
    if name != ISSUER:
        login = f"{name}:{secrets.databases[name]}"
        environment |= {
            "WARDBOOK_KAFKA": f"{HOST}:{settings.kafka_port}",
            "WARDBOOK_DATABASE": f"postgresql://{login}@{HOST}:{settings.postgres_port}/{name}",
        }
    if name not in DEPARTMENTS:
        environment |= {"WARDBOOK_CONSOLE": console, "WARDBOOK_CLIENT_SECRET": secrets.client}
    if name == "reporting":
        environment["WARDBOOK_SESSION_SECRET"] = secrets.session
        environment["WARDBOOK_FONTS"] = str(fonts.FOLDER)
    if name == ISSUER:
        environment["WARDBOOK_SOFTWARE_SECRET"] = secrets.software
    lines = [f"{key}={shlex.quote(value)}\n" for key, value in environment.items()]
    write_private(settings.data / f"{name}.env", "".join(lines))
    return Service(
        name=name,
        module="deploy.issuer" if name == ISSUER else f"services.{name}",
        url=f"http://{HOST}:{port}",
        environment=environment,
        log=logs / f"{name}.log",
    )


async def _stay(urls: dict[str, str]) -> None:
    stop = asyncio.Event()
    _stop_by(stop.set)
    for name in SERVICES:
        _say(f"{name:<10} {urls[name]}/openapi.json")
    _say(f"console    {urls['reporting']}/")
    _say("Wardbook is running; Ctrl-C stops it")
    await stop.wait()
    _say("stopping: services, Kafka, PostgreSQL")


def _cancel_once(task: asyncio.Task[None] | None) -> Callable[[], None]:
    """Return what cancels the run when first called and does nothing after that."""

    def cancel() -> None:
        _stop_by(lambda: None)
        _say("stopping what was started")
        if task:
            task.cancel()

    return cancel


def _stop_by(action: Callable[[], None]) -> None:
    """Have Ctrl-C, SIGTERM and a closed terminal call `action`."""
    for each in STOP_SIGNALS:
        asyncio.get_running_loop().add_signal_handler(each, action)


def _explain(error: Exception) -> None:
    """Print the reasons: a message for the user alone, anything else after its traceback."""
    for reason in _reasons(error):
        if isinstance(reason, ValidationError):
            for each in reason.errors():
                print(f"{_variable(each['loc'])}{each['msg']}", file=sys.stderr)
        elif isinstance(reason, DeployError):
            print(reason, file=sys.stderr)
        else:
            traceback.print_exception(reason)


def _reasons(error: Exception) -> Iterator[Exception]:
    if isinstance(error, ExceptionGroup):
        for each in error.exceptions:
            yield from _reasons(each)
    else:
        yield error


def _variable(location: tuple[int | str, ...]) -> str:
    """Name the variable at fault, for the front of a message; several at fault name themselves."""
    return f"WARDBOOK_{location[0]}: ".upper() if location else ""


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
