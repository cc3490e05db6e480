"""Text as it will be printed and compared: letters composed, no sign that cannot be printed.

A file of Word or PDF takes no control characters; the same name typed on another machine may be
made of other characters.
"""

import re
import unicodedata

from pydantic_core import PydanticCustomError

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


def printable(text: str) -> str:
    """Return a text of lines, which are ended by one sign. For pydantic: refuses what cannot be."""
    if found := _UNPRINTABLE.search(text):
        code = f"U+{ord(found[0]):04X}"
        raise PydanticCustomError("unprintable", "must not contain {code}", {"code": code})
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def on_one_line(text: str) -> str:
    """Return a text with single blanks for whatever space is in it."""
    return " ".join(printable(text).split())
