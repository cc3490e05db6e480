"""`wardbook verify-audit`: the trail of each database, held against what it speaks of."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from deploy.cli.exits import WRONG, Impossible
from deploy.cli.output import Row, as_json, tell, tell_json
from deploy.cli.places import DEPARTMENTS, Places, given

if TYPE_CHECKING:
    from shared.audit.chain import Head
    from shared.audit.verify import Verified

_SERVICES = (*DEPARTMENTS, "reporting")

by = click.option("--by", help="Who does it, for the audit trail; else the user of the system.")
"""The option of every command whose act stands in the trail."""


def note(places: Places, act: str, by: str | None, subject: str, *, unit: str, told: str) -> None:
    """Add what an operator is about to do to reporting's trail, or say that it stands in none."""
    import asyncpg

    from shared.audit import trail

    dsn = places.values("reporting").get("DATABASE")
    if dsn is None:
        click.echo("It is in no audit trail: reporting's database is not named.", err=True)
        return

    async def add(dsn: str) -> None:
        conn = await asyncpg.connect(dsn)
        try:
            await trail.note(conn, act, trail.operator(by), subject, unit=unit, told=told)
        finally:
            await conn.close()

    asyncio.run(add(dsn))


def _heads(
    _: click.Context, __: click.Parameter, value: tuple[str, ...]
) -> Mapping[str, Sequence["Head"]]:
    from shared.audit.chain import Head

    found = defaultdict(list)
    for text in value:
        try:
            service, head = text.split(":", 1)
            found[service].append(Head.read(head))
        except ValueError:
            raise click.BadParameter("a head is written SERVICE:NUMBER:HASH") from None
        if service not in _SERVICES:
            raise click.BadParameter(f"{service} is none of {', '.join(_SERVICES)}")
    return found


@click.command("verify-audit")
@click.option(
    "--service",
    "services",
    multiple=True,
    type=click.Choice(_SERVICES),
    help="Only the trail of this one; may be given several times.",
)
@click.option(
    "--since",
    multiple=True,
    callback=_heads,
    help="A head of earlier, SERVICE:NUMBER:HASH, that must be in the trail still; several times.",
)
@as_json
@given
def verify_audit(
    places: Places,
    *,
    services: tuple[str, ...],
    since: Mapping[str, Sequence["Head"]],
    as_json: bool,
) -> None:
    """Verify the audit trails; exit code 1 where a row is missing, changed, or tells of no act.

    Keep the heads that it prints outside of the databases: who owns a database can cut its trail
    at the end, and only a head of earlier tells (--since). Services go on meanwhile.
    """
    chosen = [one for one in _SERVICES if one in (services or _SERVICES)]
    if strange := since.keys() - set(chosen):
        raise click.UsageError(f"--since names {', '.join(strange)}, which is not verified")
    found = {one: asyncio.run(_verified(places, one, since.get(one, ()))) for one in chosen}
    rows = [_row(service, one) for service, one in found.items()]
    if as_json:
        tell_json([{**row, "told": found[str(row["service"])].told} for row in rows])
    else:
        tell(rows, as_json=False)
        for service, one in found.items():
            for fault in one.told:
                click.echo(f"{service}: {fault}")
            if one.faults > len(one.told):
                click.echo(f"{service}: and {one.faults - len(one.told)} more")
    if any(one.faults for one in found.values()):
        click.get_current_context().exit(WRONG)


def _row(service: str, one: "Verified") -> Row:
    return {
        "service": service,
        "rows": one.head.number,
        "faults": one.faults,
        "waiting": one.waiting,
        "reasons_emptied": one.emptied,
        "head": f"{service}:{one.head}",
    }


async def _verified(places: Places, service: str, since: Sequence["Head"]) -> "Verified":
    import asyncpg
    from tqdm import tqdm

    from services.reporting import trail
    from shared.audit import sources
    from shared.audit.verify import verify

    of_departments = [sources.HISTORY, sources.READINGS, sources.RETENTIONS]
    own = [trail.STEPS, trail.RECOUNTS] if service == "reporting" else of_departments
    # Sorting takes its time, and holds nothing that anybody waits for.
    patient = {"statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}
    conn = await asyncpg.connect(places.need(service, "DATABASE"), server_settings=patient)
    try:
        if not await conn.fetchval("SELECT to_regclass('audit') IS NOT NULL"):
            raise Impossible(f"{service} has no audit trail: start it in this release first")
        with tqdm(desc=f"Verifying {service}", unit=" rows", disable=None) as bar:
            return await verify(conn, own, since, bar.update)
    finally:
        await conn.close()
