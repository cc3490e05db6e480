"""Prometheus and promtool: those on the PATH, else Debian's package, kept in the cache folder.

Tests of rules and dashboards need them, and nothing that runs. As a program, fetches them.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from platformdirs import user_cache_path

FOLDER = user_cache_path("wardbook") / "prometheus"
_NAMES = ("prometheus", "promtool")
_HELP = (
    "Prometheus is needed to test rules and dashboards, and could not be had: put prometheus and"
    " promtool on the PATH, or see that apt-get can download Debian's package prometheus"
)


class NoPrometheus(Exception):
    """There is none, and none could be fetched; the message says what to do."""


def have() -> Path:
    """Return a folder with prometheus and promtool, fetched if they are nowhere yet."""
    found = shutil.which("promtool")
    if found and shutil.which("prometheus"):
        return Path(found).parent
    if not FOLDER.exists():
        print(f"downloading Prometheus, once, to {FOLDER}", flush=True)
        try:
            _fetch()
        except (OSError, subprocess.CalledProcessError) as error:
            said = getattr(error, "stderr", None) or error
            raise NoPrometheus(f"{_HELP}. {said}") from error
    return FOLDER


def _fetch() -> None:
    """Fill the folder, all or nothing. It needs no root, but where apt knows no packages yet."""
    FOLDER.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER.parent, prefix="prometheus-") as name:
        partial = Path(name)
        try:
            _run("apt-get", "download", "prometheus", folder=partial)
        except subprocess.CalledProcessError:
            _run("apt-get", "update", folder=partial)
            _run("apt-get", "download", "prometheus", folder=partial)
        [package] = partial.glob("prometheus_*.deb")
        _run("dpkg-deb", "--extract", str(package), "tree", folder=partial)
        complete = partial / "complete"
        complete.mkdir()
        for program in _NAMES:
            (partial / "tree" / "usr" / "bin" / program).rename(complete / program)
        try:
            complete.rename(FOLDER)
        except OSError:  # another process was quicker
            if not FOLDER.exists():
                raise


def _run(*command: str, folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=300)  # noqa: S603 - fixed words


if __name__ == "__main__":
    try:
        print(have())
    except NoPrometheus as fault:
        sys.exit(str(fault))
