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

    @property
    def unit(self) -> str:
        """The unit that it is of, which its payload tells with what else is of the record."""
        told: str = next(
            one["unit"] for one in self.state.values() if isinstance(one, dict) and "unit" in one
        )
        return told
