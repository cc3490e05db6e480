"""`wardbook report`, `recount`, `rebuild`: the numbers drawn, checked, and folded anew."""

from pathlib import Path
from uuid import UUID

import click

from deploy.cli.audit import by
from deploy.cli.exits import WRONG, Impossible, Refusal
from deploy.cli.output import as_json, tell_json
from deploy.cli.places import Places, given

_ANSWER_SECONDS = 120
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option("--unit", required=True, help="Code of the unit, 10525 for instance.")
@click.option("--from", "start", type=_DAY, required=True, help="First day of the term.")
@click.option("--to", "end", type=_DAY, required=True, help="Last day of the term.")
@click.option("--as-of", type=_DAY, help="As recorded up to this day; today.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "html", "docx", "pdf", "xlsx"]),
    default="pdf",
    show_default=True,
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option(
    "--token-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with the token of who asks; else WARDBOOK_TOKEN, else the one of make run.",
)
@as_json
@given
def report(  # noqa: PLR0913 - the questions of a report
    places: Places,
    *,
    unit: str,
    start: "click.DateTime",
    end: "click.DateTime",
    as_of: "click.DateTime | None",
    form: str,
    out: Path,
    token_file: Path | None,
    as_json: bool,
) -> None:
    """Draw the term report of a unit and write it to a file."""
    import httpx

    token = token_file.read_text().strip() if token_file else places.token()
    days = {"from": start, "to": end, "as_of": as_of}
    asked = {name: f"{day:%Y-%m-%d}" for name, day in days.items() if day is not None}
    answer = httpx.get(
        f"{places.url('reporting')}/reports/term",
        params={"unit": unit, "format": form, **asked},
        headers={"authorization": f"Bearer {token}"},
        timeout=_ANSWER_SECONDS,
    )
    if answer.is_client_error:
        raise Refusal(answer.json().get("detail", answer.text[:500]))
    answer.raise_for_status()
    partial = out.with_name(f"{out.name}.partial")
    partial.write_bytes(answer.content)
    partial.replace(out)
    if as_json:
        tell_json({"file": str(out), "bytes": len(answer.content)})
    else:
        click.echo(f"wrote {out}")


@click.command()
@click.option("--document", type=UUID, help="Only a report that was drawn as a document.")
@by
@as_json
@given
def recount(places: Places, *, document: UUID | None, by: str | None, as_json: bool) -> None:
    """Recount from the log, and name each difference; exit code 1 where there is one.

    It changes nothing, and services go on meanwhile.
    """
    import uvloop

    from services.reporting.recount import recount as recounting
    from services.reporting.recounting.log import CannotRecount
    from shared.audit.trail import operator

    try:
        found = uvloop.run(recounting(places.reporting(), document, operator(by)))
    except CannotRecount as why:
        raise Impossible(str(why)) from None
    if as_json:
        tell_json({"equal": not found, "differences": list(found)})
    else:
        for line in found:
            click.echo(line)
        what = "Reporting" if document is None else f"Document {document}"
        click.echo(f"{what} {'is not' if found else 'is'} what the log says.")
    if found:
        click.get_current_context().exit(WRONG)


@click.command()
@click.option("--new-log", is_flag=True, help="The topics were lost, and published anew.")
@by
@given
def rebuild(places: Places, *, new_log: bool, by: str | None) -> None:
    """Fold the whole log into new tables beside the live ones, then draw reports from these.

    Services go on meanwhile. It may be stopped at any time, and goes on where it was.
    """
    import uvloop

    from services.reporting.projection import StepsMissing
    from services.reporting.rebuild import rebuild as rebuilding
    from shared.audit.trail import operator
    from shared.logs import configure_logs

    settings = places.reporting()
    configure_logs("rebuild", settings.log_level)
    try:
        uvloop.run(rebuilding(settings, operator(by), new_log=new_log))
    except StepsMissing as missing:
        raise Refusal(f"{missing}: republish every department first (docs/backup.md)") from None
