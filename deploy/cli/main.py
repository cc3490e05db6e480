"""The table of contents of `wardbook`, and what each of its commands has in common."""

import click

from deploy.cli.completion import completion
from deploy.cli.dead_letters import dead_letters
from deploy.cli.exits import Tidy
from deploy.cli.kafka_users import kafka_users
from deploy.cli.log import outbox, positions, topics
from deploy.cli.numbers import rebuild, recount, report
from deploy.cli.people import users
from deploy.cli.places import FOLDER, Places
from deploy.cli.repository import bench, load_sample, run


@click.group(cls=Tidy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--env",
    "folder",
    type=click.Path(file_okay=False),
    default=FOLDER,
    show_default=True,
    envvar="WARDBOOK_ENV",
    help="Folder with the settings of each service, registry.env … reporting.env.",
)
@click.pass_context
def wardbook(context: click.Context, folder: str) -> None:
    """Operate Wardbook.

    Settings come from the environment (WARDBOOK_KAFKA, WARDBOOK_REPORTING_DATABASE,
    WARDBOOK_REGISTRY_DATABASE …) and, where it is silent, from the files that `make run` leaves in
    var/: beside a running `make run` no setting is needed.

    Exit codes: 0 done, and all is as it should be; 1 something is not as it should be, or was
    refused; 2 wrong use; 3 it could not be done, because a server is not reachable or lacks
    something; 130 interrupted.
    """
    context.obj = Places(folder)


for command in (
    *(run, report, recount, rebuild, dead_letters, outbox, positions, topics, kafka_users),
    *(users, load_sample, bench, completion),
):
    wardbook.add_command(command)
