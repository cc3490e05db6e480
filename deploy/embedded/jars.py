"""Kafka's jars; as a program, fetches them."""

from pathlib import Path

from platformdirs import user_cache_path

from deploy.embedded.maven import run

KAFKA_VERSION = "4.3.1"
# Two environments: resolved together with Kafka, a log binding may pull kafka-clients down.
ENDPOINTS = (
    f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}+org.apache.kafka:kafka-tools:{KAFKA_VERSION}",
    "org.slf4j:slf4j-simple:1.7.36",
)
FOLDER = user_cache_path("wardbook") / f"kafka-{KAFKA_VERSION}"


def keep(jar: Path, folder: Path) -> None:
    """Move a jar there; both environments bring the same slf4j-api, which is there once."""
    jar.replace(folder / jar.name)


if __name__ == "__main__":
    run(FOLDER, ENDPOINTS, keep)
