"""The browser of tests and benchmarks: Chromium, where there is one, else Debian's package of it.

As a program (`make browser`), sees to it that there is one, or says what to do.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

PACKAGES = ("chromium", "fonts-dejavu-core")
"""The browser, and a typeface that has the letters of Vietnamese."""

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_HINT = (
    "the tests in a browser need Chromium, and this machine has none that could be used ({why}):"
    " install it (as root: apt-get update && apt-get install {packages}) and try again"
)


class NoBrowser(RuntimeError):
    """There is no Chromium; the message says what to do."""

    def __init__(self, why: str) -> None:
        super().__init__(_HINT.format(why=why, packages=" ".join(PACKAGES)))


def chromium() -> str:
    """Return the path of the browser. Raises NoBrowser where there is none."""
    for name in _NAMES:
        if (found := shutil.which(name)) is not None:
            return found
    raise NoBrowser(f"none of {', '.join(_NAMES)} is on the PATH")


def bring() -> str:
    """Return the path of the browser, installed if need be. Raises NoBrowser where it fails."""
    try:
        return chromium()
    except NoBrowser:
        _install(_as_root())
        return chromium()


def _as_root() -> Sequence[str]:
    if os.geteuid() == 0:
        return ()
    if shutil.which("sudo") is None:
        raise NoBrowser("who runs this is not root, and there is no sudo")
    return ("sudo", "-n")


def _install(before: Sequence[str]) -> None:
    if shutil.which("apt-get") is None:
        raise NoBrowser("it has no apt-get either")
    print("fetching Chromium (100 MB, once)", file=sys.stderr)
    install = ("apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES)
    for command in (("apt-get", "update", "-qq"), install):
        told = subprocess.run(  # noqa: S603  # the words above
            [*before, "env", "DEBIAN_FRONTEND=noninteractive", *command],
            check=False,
            capture_output=True,
            text=True,
        )
    # An update may fail for a source that is not needed; what counts is what was installed.
    if told.returncode:
        last = (told.stderr.strip().splitlines() or ["apt-get ended without a word"])[-1]
        raise NoBrowser(f"apt-get: {last}")


if __name__ == "__main__":
    try:
        print(bring())
    except NoBrowser as error:
        sys.exit(f"make browser: {error}")
