"""What no log line may have: rows of PostgreSQL's errors, passwords in addresses, tokens.

A line is looked at as it goes out, as JSON: so it does not matter which logger wrote it, nor
whether a value stood in a message, in a field or in a traceback.
"""

import re
from typing import Any

_LEFT_OUT = "…"

# PostgreSQL repeats the failing row behind DETAIL, asyncpg and PostgreSQL a value that has not the
# type. A value may have several lines, so all is left out up to the end of the exception's text:
# the end of the string (a quote that is not escaped), what joins two tracebacks, or a group's line.
# No word begins where \n stands for a new line, so that none is asked to.
_VALUES = re.compile(
    r"((?:DETAIL|CONTEXT|invalid input for query argument \$\d+|invalid input syntax for [\w ]+"
    r"|field value out of range):)"
    r'(?:[^"\\]|\\.)*?'
    r'(?="|\\n[ |]*\\n[ |]*(?:During handling|The above exception)|\\n[ |]*\+-)'
)
_PASSWORDS = re.compile(
    r"""([a-z][a-z0-9+.-]*://[^\s:/@"]*:)[^\s@"]+(?=@)"""
    r"""|(password["'\\]*\s?[=:]\s?["'\\]*)[^\s"'\\&,;)]+"""
    r"""|(bearer\s+)[\w.~+/=-]+"""
    r"""|(eyJ)[\w-]+\.[\w-]+\.[\w-]*""",  # how every JSON Web Token begins
    re.IGNORECASE,
)


def redacted(_: object, __: str, line: Any) -> Any:
    """Return a line of JSON without secrets and personal data (a processor of structlog)."""
    line = _VALUES.sub(rf"\1 {_LEFT_OUT}", line)
    return _PASSWORDS.sub(lambda found: f"{found[found.lastindex or 0]}{_LEFT_OUT}", line)
