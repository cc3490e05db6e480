"""`wardbook republish`, `compare`: what brings a topic or a department's database back."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import click

from deploy.cli.audit import by
from deploy.cli.exits import WRONG, Impossible, Refusal
from deploy.cli.output import Row, as_json, tell, tell_json
from deploy.cli.places import DEPARTMENTS, Places, given

if TYPE_CHECKING:
    from shared.lost_steps import LostStep

_DEPARTMENT = click.argument("department", type=click.Choice(DEPARTMENTS))


@click.command()
@_DEPARTMENT
@click.option("--onto-events", is_flag=True, help="Also onto a topic that has events.")
@by
@as_json
@given
def republish(
    places: Places, *, department: str, onto_events: bool, by: str | None, as_json: bool
) -> None:
    """Publish the history of DEPARTMENT anew, after its topic was lost; the department is stopped.

    The same bytes under the same keys, in the order of each case. Cut short, it goes on where it
    was. Exit code 1 where some cases have steps from before the history was kept.
    """
    from shared.republish import CannotRepublish, open_republishing

    async def work() -> Row:
        from tqdm import tqdm

        published = 0
        async with open_republishing(places.department(department), department) as republishing:
            todo = await republishing.begin(onto_events=onto_events, by=by)
            with tqdm(total=todo.events, desc=department, unit=" events", disable=None) as bar:
                async for some in republishing.publish(todo):
                    published += some
                    bar.update(some)
            incomplete = await republishing.incomplete()
        return {
            "department": department,
            "published": published,
            "resumed": todo.resumed,
            "incomplete_subjects": incomplete,
            "complete": not incomplete,
        }

    try:
        told = asyncio.run(work())
    except CannotRepublish as why:
        raise Refusal(str(why)) from None
    if as_json:
        tell_json(told)
    else:
        tell([told], as_json=False)
    if not told["complete"]:
        click.get_current_context().exit(WRONG)


@click.command()
@_DEPARTMENT
@click.option("--apply", "applies", is_flag=True, help="Write the lost steps; it is stopped.")
@click.option("--subject", "subjects", type=click.UUID, multiple=True, help="Only of this one.")
@by
@as_json
@given
def compare(
    places: Places,
    *,
    department: str,
    applies: bool,
    subjects: tuple[UUID, ...],
    by: str | None,
    as_json: bool,
) -> None:
    """Hold the topic of DEPARTMENT against its database, and name each step that one of them lacks.

    lost: on the topic only, it follows what the database has. unknown: of a subject that the
    database does not know. other: the database gave its number to another step. not_on_log: in the
    history only. Exit code 1 where there is a difference.
    """
    from deploy.cli.applying import StillRuns, apply
    from shared.comparing import NoTopic, open_comparison

    async def work() -> tuple[list[Row], list[Row]]:
        async with open_comparison(places.department(department), department) as comparison:
            lost = [one async for one in comparison.lost()]
            chosen = [one for one in lost if not subjects or one.event.subject in subjects]
            behind = [_behind(one) async for one in comparison.not_on_log()]
            applied: Sequence[LostStep] = []
            if applies:
                applied, chosen = await apply(comparison.now, department, chosen, by)
        return [_lost(one) for one in chosen] + behind, [_applied(one) for one in applied]

    try:
        differences, applied = asyncio.run(work())
    except StillRuns:
        raise Refusal("the department runs: stop it first, all of its processes") from None
    except NoTopic as why:
        raise Impossible(str(why)) from None
    if as_json:
        equal = not differences
        tell_json({"equal": equal, "differences": differences, "applied": applied})
    else:
        if applied:
            click.echo("Applied from the topic, without what no event tells:")
            tell(applied, as_json=False)
        tell(differences, as_json=False, none=f"{department} is what its topic says.")
    if differences:
        click.get_current_context().exit(WRONG)


def _lost(step: "LostStep") -> Row:
    return {
        "difference": step.why,
        "event": step.event.id,
        "type": step.event.type,
        "occurred_on": step.event.occurred_on,
        "recorded_at": step.event.recordedtime,
        "place": step.place,
    }


def _applied(step: "LostStep") -> Row:
    from deploy.cli.applying import missing

    return {**_lost(step), "difference": "applied", "missing": missing(step.event)}


def _behind(event: Row) -> Row:
    from datetime import datetime

    from shared.clock import ward_day

    return {
        "difference": "not_on_log",
        "event": event["id"],
        "type": event["type"],
        "occurred_on": ward_day(datetime.fromisoformat(event["time"])),
        "recorded_at": event["recordedtime"],
        "place": None,
    }
