"""A record as decisions see it. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRecord:
    """A record as the department holds it; `state` is the payload of its last event."""

    id: UUID
    sequence: int
    state: dict[str, Any]
    recorded_at: datetime
