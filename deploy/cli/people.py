"""`wardbook users`: the file of the people of an office; listed, checked, added to."""

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import click

from deploy.cli.audit import by, note
from deploy.cli.exits import Refusal, Tidy
from deploy.cli.output import as_json, tell, tell_json
from deploy.cli.places import SOFTWARE, Places, given


@click.group(cls=Tidy)
def users() -> None:
    """List the people of an office, check their file, add somebody."""


_FILE = click.option(
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file of people; else WARDBOOK_PEOPLE of reporting.",
)


def _file(places: Places, file: Path | None) -> Path:
    return file or Path(places.need("reporting", "PEOPLE"))


def _checked(file: Path) -> list[dict[str, Any]]:
    """Return the entries of a file that services would take."""
    from shared.people import People, UnusableFile

    try:
        People.read(file)
    except UnusableFile as wrong:
        raise Refusal(str(wrong)) from None
    entries = tomllib.loads(file.read_text(encoding="utf-8"))["person"]
    return [
        {
            **{name: one[name] for name in ("subject", "name", "unit")},
            **{name: sorted(one.get(name, ())) for name in ("departments", "roles")},
        }
        for one in entries
    ]


@users.command("list")
@_FILE
@click.option("--role", help="Only those with this role.")
@click.option("--unit", help="Only those of this unit, 2025-10525 for instance.")
@as_json
@given
def listed(
    places: Places, *, file: Path | None, role: str | None, unit: str | None, as_json: bool
) -> None:
    """List people with their units and roles."""
    rows = [
        one
        for one in _checked(_file(places, file))
        if role in {None, *one["roles"]} and unit in {None, one["unit"]}
    ]
    tell(rows, as_json=as_json, none="Nobody.")


@users.command()
@_FILE
@as_json
@given
def check(places: Places, *, file: Path | None, as_json: bool) -> None:
    """Check the file as services do when they start; exit code 1 where they would not take it."""
    found = _file(places, file)
    count = len(_checked(found))
    if as_json:
        tell_json({"file": str(found), "people": count})
    else:
        click.echo(f"{found} is in order: {count} people.")


@users.command()
@_FILE
@click.option("--subject", required=True, help="How the issuer of tokens calls them (sub).")
@click.option("--name", required=True, help="As it is printed under documents.")
@click.option("--role", "roles", multiple=True, required=True, help="May be given several times.")
@click.option("--unit", required=True, help="Identity of the unit, 2025-10525 for instance.")
@click.option("--department", "departments", multiple=True, help="May be given several times.")
@click.option("--capacity", help="Of a signer: TM, Q, KT, TL or TUQ.")
@click.option("--position", help="Of a signer who signs for the head.")
@by
@as_json
@given
def add(
    places: Places, /, *, file: Path | None, by: str | None, as_json: bool, **told: Any
) -> None:
    """Add somebody, who is known by their token from then on.

    The file is written whole or not at all, and not where services would not take it; they read it
    again within a second.
    """
    found = _file(places, file)
    lines = [f"{name} = {_toml(value)}\n" for name, value in told.items() if value]
    before = found.read_text(encoding="utf-8") if found.exists() else ""
    partial = found.with_name(f"{found.name}.partial")
    partial.unlink(missing_ok=True)
    mode = found.stat().st_mode & 0o777 if found.exists() else 0o600
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as written:
        written.write(before + ("\n" if before else "") + "[[person]]\n" + "".join(lines))
    try:
        _checked(partial)
        roles = ", ".join(told["roles"])
        note(places, "users.add", by, told["name"], unit=told["unit"], told=roles)
    except BaseException:
        partial.unlink()
        raise
    partial.replace(found)
    if as_json:
        tell_json({"subject": told["subject"], "name": told["name"]})
    else:
        click.echo(f"{told['name']} is in {found}.")


def _toml(value: str | tuple[str, ...]) -> str:
    """Return a text or a list of texts as TOML writes them, which is as JSON does."""
    return json.dumps(value, ensure_ascii=False)


@click.command()
@click.option("--as", "subject", default=SOFTWARE, show_default=True, help="Whose, by subject.")
@given
def token(places: Places, *, subject: str) -> None:
    """Print a token of the development issuer, as curl -H "Authorization: Bearer ..." needs one.

    A real issuer gives out tokens by its own ways.
    """
    click.echo(places.token(subject))
