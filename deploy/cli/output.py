"""How commands answer: a table for people, JSON for programs."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click

as_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
"""The flag that every command with an answer has."""

type Row = Mapping[str, Any]


def tell(rows: Sequence[Row], *, as_json: bool, none: str = "Nothing.") -> None:
    """Print rows of one form: a line each under the names of their columns, or one JSON list."""
    if as_json:
        tell_json(rows)
    elif not rows:
        click.echo(none)
    else:
        table = [list(rows[0]), *([_text(value) for value in row.values()] for row in rows)]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        for line in table:
            cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
            click.echo("  ".join(cells).rstrip())


def tell_json(value: object) -> None:
    """Print a value as JSON; days and moments as ISO writes them."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def _text(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return f"{value:.1f}" if isinstance(value, float) else str(value)
