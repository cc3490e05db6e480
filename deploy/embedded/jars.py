"""Kafka's jars from Maven Central, kept in the user's cache folder; as a program, fetches them.

It is a program of its own because a download in a thread could not be stopped by Ctrl-C.
"""

import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from jgo.config import GlobalSettings
from jgo.constants import MAVEN_CENTRAL_URL
from jgo.env import EnvironmentBuilder, LinkStrategy
from jgo.maven import MavenContext, PythonResolver
from platformdirs import user_cache_path
from tqdm import tqdm

KAFKA_VERSION = "4.3.1"
# Two environments: resolved together with Kafka, a log binding may pull kafka-clients down.
ENDPOINTS = (
    f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}+org.apache.kafka:kafka-tools:{KAFKA_VERSION}",
    "org.slf4j:slf4j-simple:1.7.36",
)
FOLDER = user_cache_path("wardbook") / f"kafka-{KAFKA_VERSION}"


def fetch(folder: Path = FOLDER) -> None:
    """Put the jars into `folder`, all or nothing: no later run trusts half a download."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f"{folder.name}-") as name:
        partial = Path(name)
        builder = EnvironmentBuilder(
            _maven(partial / "repository"), partial / "jgo", LinkStrategy.COPY
        )
        complete = partial / "jars"
        complete.mkdir()
        for endpoint in ENDPOINTS:
            for jar in builder.from_endpoint(endpoint).all_jars:
                shutil.move(jar, complete / jar.name)
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


if __name__ == "__main__":
    # An exit, unlike the signal's own effect, removes the half download.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    fetch()
