"""What the registry may be asked beside what every department is: to register, to correct."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.entries import EntryField, Name, numbers
from shared.casework.commands import Reason, ResolveCase
from shared.events.registry import Ending
from shared.frozen import Closed


class ResolveRegistryCase(ResolveCase):
    """Resolve a case of civil status or certification.

    `born_on` belongs to a birth registration, `died_on` to a death registration, and to nothing
    else; an `entry` tells them too. It goes into the register of its kind, and stays in the
    department's database: no event has it.
    """

    born_on: date | None = None
    died_on: date | None = None
    entry: EntryField | None = None

    @property
    def concerns(self) -> frozenset[str]:
        """The numbers of those whose status it is about, and who are no other's meanwhile."""
        return numbers(self.entry) if self.entry is not None else frozenset()


class ChangeEntry(Closed):
    """Change an entry as it was in version `sequence`: whoever comes second must look first.

    `official` is who makes the note. `change_case` is the case in which it was asked for (thay đổi,
    cải chính, bổ sung hộ tịch), if there is one: that case is counted, not the note.
    """

    sequence: Annotated[int, Field(ge=1)]
    official: Name
    reason: Reason
    change_case: UUID | None = None


class CorrectEntry(ChangeEntry):
    """Say what the entry shall say from now on, whole: what is left out is no longer in it.

    Luật Hộ tịch 60/2014/QH13, Điều 28 (thay đổi, cải chính) and Điều 29 (bổ sung).
    """

    entry: EntryField

    @property
    def concerns(self) -> frozenset[str]:
        """The people whose status it is about, as in ResolveRegistryCase."""
        return numbers(self.entry)


class CancelEntry(ChangeEntry):
    """Take an entry back (thu hồi, hủy bỏ giấy tờ hộ tịch): it holds for nothing from now on."""


class EndMarriage(ChangeEntry):
    """Note in its entry that a marriage ended, and from which day it no longer holds.

    Luật Hộ tịch 60/2014/QH13, Điều 30 and Điều 31. The death of a spouse who has a number ends it
    by the entry of the death.
    """

    ending: Ending
    ended_on: date
