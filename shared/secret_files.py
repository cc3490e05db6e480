"""Secrets that stand in files: one folder, one file each, `wardbook_database` for instance.

The folder is the one that WARDBOOK_SECRETS names, else /run/secrets where containers have it.
pydantic-settings' own reader takes an empty file for an empty secret, and skips a folder.
"""

import os
from collections.abc import Mapping
from pathlib import Path

PREFIX = "wardbook_"
_USUAL = Path("/run/secrets")


class UnusableSecret(Exception):
    """A file that is there cannot be read, or is empty; the message names it and has no value."""


def secret_files() -> Mapping[str, Path]:
    """Return the files by the names of what stands in them, `database` for instance."""
    told = os.environ.get("WARDBOOK_SECRETS")
    folder = Path(told) if told else _USUAL
    if told and not folder.is_dir():
        raise UnusableSecret(f"WARDBOOK_SECRETS: {folder} is no folder that can be read")
    if not folder.is_dir():
        return {}
    return {one.name.removeprefix(PREFIX): one for one in folder.glob(f"{PREFIX}*")}


def read_secret(file: Path) -> str:
    """Return what stands in a file, without the line's end. Raises UnusableSecret."""
    try:
        value = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise UnusableSecret(f"the secret {file} cannot be read: {why}") from None
    if not value:
        raise UnusableSecret(f"the secret {file} is empty")
    return value
