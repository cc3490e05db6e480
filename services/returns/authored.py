"""Text written for the report: figures stand in it by name, so that none is typed twice. Pure."""

import re
from collections.abc import Iterator

from pydantic import TypeAdapter, ValidationError

from shared.forms import ALLOWED_NUMBERS
from shared.indicators import CATALOGUE
from shared.refusal import Refused
from shared.slots import FigureSlot, Piece, Sentence

_SENTENCE: TypeAdapter[tuple[Piece, ...]] = TypeAdapter(Sentence)
_WORD = re.compile(r"\S+")
_ALLOWED = [re.compile(rf"(?<!\w)(?:{one})(?!\w|[.,]\w)") for one in ALLOWED_NUMBERS]


def faults_of_text(text: str, field: str) -> Iterator[Refused]:
    """Yield what must not stand in authored text.

    That is: braces that hold no figure, figures that do not exist, and numbers that are typed,
    except those of ALLOWED_NUMBERS (a year, the number of a decision).
    """
    try:
        pieces = _SENTENCE.validate_python(text)
    except ValidationError as error:
        yield Refused("slot_broken", field, reason=error.errors()[0]["ctx"]["error"])
        return
    for piece in pieces:
        if isinstance(piece, str):
            for word in _typed_numbers(piece):
                yield Refused("number_typed", field, word=word)
        elif isinstance(piece, FigureSlot):
            fault = CATALOGUE.check(piece)
            if fault or "$" in "".join(piece.dimensions.values()):
                yield Refused("slot_broken", field, reason=fault or "$")


def _typed_numbers(text: str) -> Iterator[str]:
    """Yield the words with a digit that is part of no allowed number."""
    allowed = {
        place for one in _ALLOWED for found in one.finditer(text) for place in range(*found.span())
    }
    for word in _WORD.finditer(text):
        if any(text[place].isnumeric() for place in {*range(*word.span())} - allowed):
            yield word[0]
