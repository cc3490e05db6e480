"""What is fetched once from Maven Central and kept in the user's cache folder.

Fetching is a program of its own (jars.py, fonts.py) because a download in a thread could not be
stopped by Ctrl-C.
"""

import signal
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from jgo.config import GlobalSettings
from jgo.constants import MAVEN_CENTRAL_URL
from jgo.env import EnvironmentBuilder, LinkStrategy
from jgo.maven import MavenContext, PythonResolver
from tqdm import tqdm

from deploy.embedded.child import Child


async def have(folder: Path, module: str, what: str) -> Path:
    """Return `folder`, fetched by `python -m MODULE` if it is not there yet."""
    if not folder.exists():
        print(f"downloading {what}, once, to {folder}", flush=True)
        fetch = await Child.start(f"the download of {what}", sys.executable, "-m", module, log=None)
        await fetch.succeeded(
            ": is Maven Central reachable? ~/.config/jgo.conf [repositories] can name a mirror"
        )
    return folder


def run(folder: Path, endpoints: Iterable[str], keep: Callable[[Path, Path], object]) -> None:
    """Fetch as a program that may be ended."""
    # An exit, unlike the signal's own effect, removes the half download.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    fetch(folder, endpoints, keep)


def fetch(folder: Path, endpoints: Iterable[str], keep: Callable[[Path, Path], object]) -> None:
    """Have `keep(jar, folder)` fill `folder`, all or nothing: half a download is never trusted."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f"{folder.name}-") as name:
        partial = Path(name)
        builder = EnvironmentBuilder(
            _maven(partial / "repository"), partial / "jgo", LinkStrategy.COPY
        )
        complete = partial / "complete"
        complete.mkdir()
        for endpoint in endpoints:
            for jar in builder.from_endpoint(endpoint).all_jars:
                keep(jar, complete)
        if not folder.exists():
            complete.rename(folder)


def _maven(repository: Path) -> MavenContext:
    # A mirror of Maven Central is named in the [repositories] of jgo's own settings file.
    mirrors = GlobalSettings.load().repositories
    return MavenContext(
        resolver=PythonResolver(progress_callback=_progress),
        repo_cache=repository,
        remote_repos={**mirrors, "central": MAVEN_CENTRAL_URL},
        timeout=60,
    )


@contextmanager
def _progress(name: str, size: int) -> Iterator[Callable[[int], None]]:
    with tqdm(total=size, desc=name, unit="B", unit_scale=True, leave=False, disable=None) as bar:

        def advance(step: int) -> None:
            bar.update(step)

        yield advance
