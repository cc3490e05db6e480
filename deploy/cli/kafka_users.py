"""`wardbook kafka-users`: who may do what on Kafka, beside how it is to be."""

import asyncio
from collections.abc import Sequence

import click

from deploy.cli.exits import WRONG
from deploy.cli.output import Row, as_json, tell
from deploy.cli.places import Places, given


@click.command()
@click.option("--apply", is_flag=True, help="Make users, passwords and rights as they are to be.")
@as_json
@given
def kafka_users(places: Places, *, apply: bool, as_json: bool) -> None:
    """Rights of Kafka's users as they are beside how they are to be.

    Asks as the admin. With --apply each user gets its password and its rights, and loses any other;
    who is connected stays so. Exit code 1 where a right is missing or too much.
    """
    from deploy.kafka.rights import open_cluster
    from shared.kafka import client_arguments
    from shared.kafka_users import ADMIN, RIGHTS, USERS

    async def ask() -> Sequence[Row]:
        async with open_cluster(client_arguments(places.kafka(ADMIN))) as cluster:
            if apply:
                await cluster.give_passwords(passwords)
                await cluster.set_rights()
            now = await cluster.rights()
        return [
            {
                "user": right.user,
                "right": str(right),
                "wrong": []
                if right in now & RIGHTS
                else ["it is too much: --apply" if right in now else "it is missing: --apply"],
            }
            for right in sorted(RIGHTS | now)
        ]

    passwords = {user: places.need(user, "KAFKA_PASSWORD") for user in USERS} if apply else {}
    rows = asyncio.run(ask())
    tell(rows, as_json=as_json)
    if any(row["wrong"] for row in rows):
        click.get_current_context().exit(WRONG)
