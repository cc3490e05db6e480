"""What the registry must be told to resolve a case, beside the day."""

from datetime import date

from shared.casework.commands import ResolveCase


class ResolveRegistryCase(ResolveCase):
    """Resolve a case of civil status or certification.

    `born_on` belongs to a birth registration, `died_on` to a death registration, and to nothing
    else.
    """

    born_on: date | None = None
    died_on: date | None = None
