"""What the petitions office names by a code: authorities and mediation teams, read from a file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field

from shared.events.cases import UnitId
from shared.events.petitions import Code
from shared.frozen import Closed
from shared.toml_files import read

Words = Annotated[str, Field(min_length=1)]


class PetitionLists(Closed):
    """To whom petitions are passed on, and the mediation teams of each unit; codes with words."""

    authorities: Mapping[Code, Words]
    teams: Mapping[UnitId, Mapping[Code, Words]] = Field(default_factory=dict)


LISTS = read(Path(__file__).with_suffix(".toml"), PetitionLists).content
