"""`wardbook run`, `load-sample`, `bench`: what needs the repository, not the image alone."""

import asyncio
import os
import sys
from importlib.util import find_spec

import click

from deploy.cli.exits import Refusal
from deploy.cli.output import as_json, tell_json
from deploy.cli.places import DEPARTMENTS, Places, given


def _become(module: str, *arguments: str) -> None:
    """Go on as another program, which has its own signals and exit code."""
    if find_spec(module) is None:
        raise click.UsageError(f"{module} is in the repository, not in the image")
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606 - itself


@click.command()
@click.option("--once", is_flag=True, help="End when the report is written.")
def run(*, once: bool) -> None:
    """Run Kafka, PostgreSQL and the services here, with the sample ward (make run)."""
    _become("deploy.run", *(["--once"] if once else []))


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": ["-h"]},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: tuple[str, ...]) -> None:
    """Measure on servers of its own (make bench); `wardbook bench --help` tells its ARGUMENTS."""
    _become("deploy.bench", *arguments)


@click.command("load-sample")
@click.option(
    "--city",
    is_flag=True,
    help="All units of thành phố Hải Dương (2004-288), and those that succeeded them.",
)
@as_json
@given
def load_sample(places: Places, *, city: bool, as_json: bool) -> None:
    """Load the sample ward into running departments; what is there already stays once."""
    if find_spec("deploy.sample") is None:
        raise click.UsageError("deploy.sample is in the repository, not in the image")
    from deploy.sample.city import generate_city
    from deploy.sample.generator import generate
    from deploy.sample.loader import StepRefused, load

    urls = {department: places.url(department) for department in DEPARTMENTS}
    token = places.token()
    subjects = generate_city() if city else generate()
    try:
        result = asyncio.run(load(urls, token, subjects=subjects))
    except StepRefused as refusal:
        raise Refusal(str(refusal)) from None
    if as_json:
        tell_json({"subjects": result.subjects, "steps": result.steps, "retries": result.retries})
    else:
        click.echo(f"{result.subjects} subjects in {result.steps} steps, {result.retries} retries")
