"""Procedures (thủ tục) by their code, as `procedures.toml` holds them: read once, checked whole."""

from collections.abc import Iterator, Mapping
from datetime import date, time
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from shared.calendar import DayKind
from shared.events import PUBLISHED
from shared.events.cases import ProcedureCode
from shared.frozen import Closed
from shared.toml_files import BadFile, TomlFile, read

Words = Annotated[str, Field(min_length=1)]


class Processing(Closed):
    """How long a case may take: so many days, working or calendar (shared.calendar).

    No days mean the day of receipt itself. What comes at `closes_at` (wall clock of Việt Nam) or
    later counts as received on the next working day. A time that runs from acceptance (thụ lý) is
    counted from the receipt as long as the case was not accepted.
    """

    days: int = Field(ge=0, le=365)
    kind: DayKind
    closes_at: time | None = None
    runs_from: Literal["receipt", "acceptance"] = "receipt"


class SortingTime(Closed):
    """Within how many days of its receipt a petition is sorted. `basis` is the law."""

    days: int = Field(ge=1, le=365)
    kind: DayKind
    basis: Words


class Extension(Closed):
    """By how many days at most, of the same kind, and how often a time may be extended."""

    days: int = Field(ge=1, le=365)
    times: int = Field(default=1, ge=1, le=9)
    basis: Words


class Fee(Closed):
    """What the applicant pays, in đồng, for the case or for each page. `basis` is the law."""

    vnd: int = Field(ge=0)
    per: Literal["case", "page"] = "case"
    basis: Words


class ProcedureVersion(Closed):
    """A procedure as the law has it from `valid_from` on, until the next version begins.

    `basis` is the law that sets the processing time, empty while it is not checked. A time without
    an `extension` cannot be extended, a case without `sorting` is not sorted. `requires` are the
    papers that the applicant brings.
    """

    valid_from: date | None = None
    processing: Processing
    sorting: SortingTime | None = None
    extension: Extension | None = None
    basis: str
    fee: Fee | None = None
    requires: tuple[Words, ...] = ()


class Entry(Closed):
    """A procedure as the file has it; a change of law adds a version and changes none."""

    field: str
    label_vi: Words
    act: str
    versions: tuple[ProcedureVersion, ...] = Field(alias="version", min_length=1)
    valid_to: date | None = None

    @model_validator(mode="after")
    def _versions_follow_one_another(self) -> Self:
        for before, after in pairwise(self.versions):
            if after.valid_from is None or after.valid_from <= (before.valid_from or date.min):
                raise ValueError("each version but the first is valid from a day after the others'")
        return self


class Procedure(Entry):
    """One kind of administrative work; `act` is the type of the event that resolving it publishes.

    It is in use from the first version's first day to `valid_to`, both included, or without end.
    """

    code: ProcedureCode
    department: str

    def version_on(self, day: date) -> ProcedureVersion | None:
        """Return what holds of a case received on `day`; None where the procedure is not in use."""
        if self.valid_to is not None and day > self.valid_to:
            return None
        begun = [one for one in self.versions if (one.valid_from or date.min) <= day]
        return begun[-1] if begun else None


class ProcedureFile(Closed):
    """The words of the fields of work, and the procedures of the departments by their names."""

    fields: Mapping[str, Words]
    registry: Mapping[str, Entry] = Field(default_factory=dict)
    permits: Mapping[str, Entry] = Field(default_factory=dict)
    petitions: Mapping[str, Entry] = Field(default_factory=dict)

    def entries(self) -> Iterator[tuple[str, str, Entry]]:
        """Yield every procedure with its department and its name, in the order of the file."""
        for department in ("registry", "permits", "petitions"):
            for name, entry in getattr(self, department).items():
                yield department, name, entry


def load(path: Path) -> tuple[Mapping[str, str], Mapping[str, Procedure]]:
    """Return what a file holds, checked whole: words of the fields, and procedures by code.

    Raises BadFile with the line of each mistake.
    """
    file = read(path, ProcedureFile)
    if faults := list(_faults(file)):
        raise BadFile("\n".join(faults))
    procedures = {
        f"{department}.{name}": Procedure(
            code=f"{department}.{name}",
            department=department,
            **entry.model_dump(by_alias=True),
        )
        for department, name, entry in file.content.entries()
    }
    return file.content.fields, procedures


def _faults(file: TomlFile[ProcedureFile]) -> Iterator[str]:
    for department, name, entry in file.content.entries():
        acts = {kind.model_fields["type"].default for kind in PUBLISHED[department]}
        if entry.act not in acts:
            place = file.at(department, name, "act")
            yield f"{place}: {department} publishes no event {entry.act}"
        if entry.field not in file.content.fields:
            yield f"{file.at(department, name, 'field')}: there is no field {entry.field}"


FIELDS, PROCEDURES = load(Path(__file__).with_suffix(".toml"))


def procedures_of(department: str) -> tuple[Procedure, ...]:
    """Return the procedures of a department, in the order of the file."""
    return tuple(found for found in PROCEDURES.values() if found.department == department)
