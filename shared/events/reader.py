"""From bytes to any event of the catalogue: the one reader that every consumer uses."""

from typing import Annotated, Any, Union

from pydantic import Discriminator, TypeAdapter

from shared.events import CATALOGUE
from shared.events.envelope import Event

_ANY_EVENT: Any = Annotated[Union[tuple(CATALOGUE.values())], Discriminator("type")]  # noqa: UP007
_READER: TypeAdapter[Event] = TypeAdapter(_ANY_EVENT)


def read_event(value: bytes) -> Event:
    """Return the event that `value` holds; fields that it does not know are ignored.

    Raises pydantic's ValidationError where it is no event of the catalogue.
    """
    return _READER.validate_json(value)
