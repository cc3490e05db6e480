"""Procedures (thủ tục) by their code, as `procedures.toml` holds them: read once, checked whole."""

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from shared.calendar import DayKind
from shared.events import PUBLISHED
from shared.events.cases import ProcedureCode
from shared.frozen import Closed


class Processing(Closed):
    """How long a case may take: so many days, working or calendar (shared.calendar)."""

    days: int = Field(ge=1, le=365)
    kind: DayKind


class Procedure(Closed):
    """One kind of administrative work; `act` is the type of the event that resolving it publishes.

    `basis` is the law that sets the processing time, empty while it is not checked. The procedure
    is in use from `valid_from` to `valid_to`, both included, or without end.
    """

    code: ProcedureCode
    department: str
    field: str
    label_vi: Annotated[str, Field(min_length=1)]
    processing: Processing
    act: str
    basis: str
    valid_from: date | None = None
    valid_to: date | None = None


class BadProcedures(ValueError):
    """A file of procedures says something that cannot be; the message names file and entry."""


def load(path: Path) -> tuple[Mapping[str, str], Mapping[str, Procedure]]:
    """Return what a file holds, checked whole: labels of the fields, and procedures by code."""
    departments = tomllib.loads(path.read_text(encoding="utf-8"))
    fields: Mapping[str, str] = departments.pop("fields", {})
    procedures = [
        _procedure(path, department, name, entry, fields)
        for department, entries in departments.items()
        for name, entry in entries.items()
    ]
    return fields, {procedure.code: procedure for procedure in procedures}


def _procedure(
    path: Path, department: str, name: str, entry: Mapping[str, object], fields: Mapping[str, str]
) -> Procedure:
    code = f"{department}.{name}"
    try:
        procedure = Procedure.model_validate({**entry, "code": code, "department": department})
    except ValidationError as error:
        message = f"{path.name}, {code}: {error}"
        raise BadProcedures(message) from error
    acts = {kind.model_fields["type"].default for kind in PUBLISHED.get(department, ())}
    if procedure.act not in acts:
        message = f"{path.name}, {code}: {department} publishes no event {procedure.act}"
        raise BadProcedures(message)
    if procedure.field not in fields:
        message = f"{path.name}, {code}: there is no field {procedure.field}"
        raise BadProcedures(message)
    return procedure


FIELDS, PROCEDURES = load(Path(__file__).with_suffix(".toml"))


def procedures_of(department: str) -> tuple[Procedure, ...]:
    """Return the procedures of a department, in the order of the file."""
    return tuple(found for found in PROCEDURES.values() if found.department == department)
