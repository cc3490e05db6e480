"""A case as the interface of a department tells of it: without anything personal."""

from collections.abc import Mapping
from uuid import UUID

from shared.casework.code import code_of
from shared.casework.held import Held
from shared.events.cases import Case, CaseData
from shared.events.envelope import Event


class CaseAnswer(Case):
    """A case as the department now holds it; `code` is what a clerk reads and types."""

    id: UUID
    code: str
    sequence: int


def after(event: Event) -> Mapping[str, object]:
    """Return a CaseAnswer's fields; the case was validated with its event."""
    assert isinstance(event.data, CaseData)
    return {
        **vars(event.data.case),
        "id": event.subject,
        "code": code_of(event.subject),
        "sequence": event.sequence,
    }


def told(held: Held) -> CaseAnswer:
    """Tell of a case as it is held."""
    return CaseAnswer(
        id=held.id, code=code_of(held.id), sequence=held.sequence, **held.case.model_dump()
    )
