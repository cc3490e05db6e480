"""Recount from the log, and say how what reporting holds differs from it.

python -m services.reporting.recount, with the environment of the service, which goes on meanwhile.
It changes nothing, but for a row that tells the metrics what came of it. With --document ID it is
an issued report that is held against the log, as far as the log went when the report was drawn, and
no row is written. Exit code 0: equal; 1: not; 2: it cannot be done.
"""

import argparse
import sys
from collections.abc import Sequence
from uuid import UUID

import uvloop
from aiokafka.errors import KafkaError
from tqdm import tqdm

from services.reporting import positions, projection
from services.reporting.measures import keep_recount
from services.reporting.positions import DATABASE_AWAY, Positions
from services.reporting.recounting import document
from services.reporting.recounting.differences import differences
from services.reporting.recounting.log import CannotRecount, Log, open_log
from services.reporting.recounting.told import Told
from services.reporting.settings import ReportingSettings
from shared.database import Connection, create_pool
from shared.logs import configure_logs
from shared.settings import read_settings

_EQUAL, _DIFFERENT, _IMPOSSIBLE = 0, 1, 2


async def recount(settings: ReportingSettings, id_: UUID | None = None) -> Sequence[str]:
    """Return a line for each difference, of all that reporting holds or of one document.

    Raises CannotRecount where the log does not hold all that was folded.
    """
    # Sorting and reading take their time, and hold nothing that anybody waits for.
    patient = {"statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}
    pool = await create_pool(settings.database.get_secret_value(), 2, **patient)
    try:
        async with pool.acquire() as conn, open_log(settings) as log:
            await projection.read_live(conn, after_it_too=True)
            if await conn.fetchval("SELECT to_regclass('tally_parts')") is None:
                raise CannotRecount("no projection of this version is live: start reporting first")
            told = await Told.begin(conn)
            if id_ is None:
                found = await _all(conn, log, told)
                await keep_recount(conn, len(found))
                return found
            return await _document(conn, log, told, id_)
    finally:
        await pool.close()


async def _all(conn: Connection, log: Log, told: Told) -> Sequence[str]:
    """Compare what is held at one moment; what is folded while the log is read is read after it."""
    since: Positions = {}
    until = await positions.read(conn)
    await _read(log, told, since, until)
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        since, until = until, await positions.read(conn)
        await _read(log, told, since, until)
        await told.count()
        return [line async for line in differences(told)]


async def _document(conn: Connection, log: Log, told: Told, id_: UUID) -> Sequence[str]:
    vintage = await document.find(conn, id_)
    await _read(log, told, {}, vintage.positions)
    await told.count()
    return await document.compare(told, vintage)


async def _read(log: Log, told: Told, since: Positions, until: Positions) -> None:
    await log.see_that_it_holds(until)
    records = sum(until.values()) - sum(since.get(tp, 0) for tp in until)
    if not records:
        return
    with tqdm(total=records, desc="Recounting", unit=" events", unit_scale=True) as progress:
        async for some in log.read(since, until):
            await told.add(some)
            progress.update(len(some))


async def _main(id_: UUID | None) -> int:
    settings = read_settings(ReportingSettings)
    configure_logs("recount", settings.log_level)
    found = await recount(settings, id_)
    for line in found:
        print(line)
    what = "Reporting" if id_ is None else f"Document {id_}"
    print(f"{what} is what the log says." if not found else f"{what} is not what the log says.")
    return _DIFFERENT if found else _EQUAL


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser("services.reporting.recount", description=__doc__)
    parser.add_argument("--document", type=UUID, metavar="ID", help="a report kept as a document")
    return parser.parse_args()


if __name__ == "__main__":
    code = _IMPOSSIBLE  # whatever else it fails with must not look like a difference
    try:
        code = uvloop.run(_main(_asked().document))
    except (CannotRecount, KafkaError, *DATABASE_AWAY) as error:
        print(f"It cannot be recounted. {error}", file=sys.stderr)
    except Exception:  # noqa: BLE001 - not hidden: shown as Python shows it
        sys.excepthook(*sys.exc_info())
    sys.exit(code)
