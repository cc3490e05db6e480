"""`wardbook dead-letters`: records that were no events; listed, shown, folded after a fix."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from deploy.cli.audit import by
from deploy.cli.exits import WRONG, Impossible, Refusal, Tidy
from deploy.cli.output import as_json, tell, tell_json
from deploy.cli.places import Places, given

if TYPE_CHECKING:
    from services.reporting.dead_letters import Chosen, Place
    from shared.database import Pool

_PLACE = re.compile(r"(?P<topic>[^/@]+)/(?P<partition>[0-9]+)@(?P<offset>[0-9]+)")
_SHOWN_BYTES = 4_096


@click.group("dead-letters", cls=Tidy)
def dead_letters() -> None:
    """List records that are no events, show one, fold them after a fix."""


def _chosen(
    reason: str | None = None,
    topic: str | None = None,
    since: datetime | None = None,
    place: "Place | None" = None,
    *,
    replayed: bool = False,
) -> "Chosen":
    from services.reporting.dead_letters import Chosen

    moment = since.replace(tzinfo=UTC) if since else None
    return Chosen(reason=reason, topic=topic, since=moment, place=place, replayed=replayed)


def _place(_: click.Context, __: click.Parameter, value: str | None) -> "Place | None":
    from services.reporting.dead_letters import Place

    if value is None:
        return None
    found = _PLACE.fullmatch(value)
    if found is None:
        raise click.BadParameter("a place is written TOPIC/PARTITION@OFFSET")
    return Place(found["topic"], int(found["partition"]), int(found["offset"]))


@asynccontextmanager
async def _tables(places: Places) -> AsyncIterator["Pool"]:
    """Give the tables that reports are drawn from."""
    from services.reporting import projection
    from shared.database import create_pool

    dsn = places.reporting().database.get_secret_value()
    pool = await create_pool(dsn, 2)
    try:
        try:
            live = await projection.find_live(pool)
        except projection.NotBuilt as missing:
            raise Impossible(str(missing)) from None
    finally:
        await pool.close()
    tables = await live.open(dsn, 2)
    try:
        yield tables
    finally:
        await tables.close()


_REASON = click.option("--reason", help="Only those kept for this reason (not_json, …).")
_TOPIC = click.option("--topic", help="Only those of this topic.")
_SINCE = click.option("--since", type=click.DateTime(), help="Only those kept since (UTC).")


@dead_letters.command("list")
@_REASON
@_TOPIC
@_SINCE
@click.option("--all", "replayed", is_flag=True, help="Also those that were replayed.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--after", callback=_place, help="Go on behind this place (the last one shown).")
@as_json
@given
def listed(places: Places, /, *, as_json: bool, limit: int, after: Any, **told: Any) -> None:
    """List dead letters by their places."""
    from services.reporting.dead_letters import START, find, place_of

    async def ask() -> Sequence[Any]:
        async with _tables(places) as pool:
            return await find(pool, _chosen(**told), limit, after or START)

    rows = [
        {
            "place": str(place_of(row)),
            "reason": row["reason"],
            "kept_at": row["kept_at"].isoformat(timespec="seconds"),
            "replayed_at": row["replayed_at"],
            "bytes": len(row["value"] or b""),
            "detail": row["detail"],
        }
        for row in asyncio.run(ask())
    ]
    tell(rows, as_json=as_json, none="No dead letters.")
    if len(rows) == limit and not as_json:
        click.echo(f"Perhaps there are more: --after {rows[-1]['place']}")


@dead_letters.command()
@click.argument("place", callback=_place)
@click.option("--hex", "in_hex", is_flag=True, help="The bytes in hexadecimal, not as text.")
@as_json
@given
def show(places: Places, *, place: "Place", in_hex: bool, as_json: bool) -> None:
    """Show the dead letter at PLACE: its bytes, why it is no event, what would make it one.

    The bytes are as somebody sent them: personal data may be among them.
    """
    from services.reporting.dead_letters import REMEDIES, as_record, find
    from services.reporting.decode import Undecodable, decode_record

    async def ask() -> Sequence[Any]:
        async with _tables(places) as pool:
            return await find(pool, _chosen(place=place, replayed=True), 1)

    found = asyncio.run(ask())
    if not found:
        raise Refusal(f"There is no dead letter at {place}.")
    [row] = found
    now = decode_record(as_record(row))
    still = now if isinstance(now, Undecodable) else None
    told = {
        "place": str(place),
        "kept_at": row["kept_at"],
        "reason": row["reason"],
        "detail": row["detail"],
        "replayed_at": row["replayed_at"],
        "this_release_reads_it": still is None,
        "remedy": "Replay it." if still is None else REMEDIES[still.reason],
        "key": _written(row["key"], in_hex=in_hex),
        "value": _written(row["value"], in_hex=in_hex),
    }
    if as_json:
        tell_json(told)
    else:
        for name, value in told.items():
            click.echo(f"{name}: {value}")


@dead_letters.command()
@click.argument("place", callback=_place, required=False)
@_REASON
@_TOPIC
@_SINCE
@click.option("--all", "everything", is_flag=True, help="All that were not replayed yet.")
@by
@as_json
@given
def replay(
    places: Places,
    /,
    *,
    place: Any,
    everything: bool,
    by: str | None,
    as_json: bool,
    **told: Any,
) -> None:
    """Fold the dead letter at PLACE, or those chosen by the options, if this release reads them.

    Exit code 1 where some are still no events; these stay as they are.
    """
    if not (place or everything or any(told.values())):
        raise click.UsageError("say which: a PLACE, --reason, --topic, --since, or --all")
    from services.reporting.replay import replay as folding
    from shared.audit.trail import operator

    async def work() -> tuple[int, int, list[dict[str, str]]]:
        from tqdm import tqdm

        folded, new, left = 0, 0, []
        async with _tables(places) as pool:
            with tqdm(desc="Replaying", unit=" letters", disable=None) as bar:
                async for some in folding(pool, _chosen(place=place, **told), operator(by)):
                    folded, new = folded + len(some.folded), new + some.new
                    left += [{"place": str(at), "reason": why.reason} for at, why in some.left]
                    bar.update(len(some.folded) + len(some.left))
        return folded, new, left

    folded, new, left = asyncio.run(work())
    if as_json:
        tell_json({"folded": folded, "new": new, "left": left})
    else:
        click.echo(f"{folded} folded, {new} of them new; {len(left)} are still no events.")
        tell(left, as_json=False, none="")
    if left:
        click.get_current_context().exit(WRONG)


def _written(value: bytes | None, *, in_hex: bool) -> str | None:
    """Return bytes to look at: as text what is none is escaped, and so are control characters."""
    if value is None:
        return None
    some = value[:_SHOWN_BYTES]
    more = f" … and {len(value) - len(some)} bytes more" if len(value) > len(some) else ""
    if in_hex:
        return some.hex(" ") + more
    text = some.decode("utf-8", errors="backslashreplace")
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text) + more
