"""Compose and the engine, asked as an operator asks them: by their commands."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

PROFILES = ("core", "observability", "development")
_TOO_LONG = 1800


class Failed(Exception):
    """Something is not as it should be; the message says what was seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """One project of Compose: `command` is docker-compose, or docker compose."""

    command: Sequence[str]
    project: str
    variables: Mapping[str, str] = field(default_factory=dict)

    def compose(self, *arguments: str, profiles: Sequence[str] = PROFILES) -> str:
        """Run Compose and return what it printed. Raises Failed."""
        chosen = [word for profile in profiles for word in ("--profile", profile)]
        return run(
            *self.command, "--project-name", self.project, *chosen, *arguments, more=self.variables
        )

    def wanted(self) -> Mapping[str, str]:
        """Return the images of the profiles' services by their names."""
        read = yaml.safe_load(self.compose("config"))
        return {
            name: service["image"]
            for name, service in read["services"].items()
            if set(service["profiles"]) <= set(PROFILES)
        }

    def container(self, service: str) -> Mapping[str, Any]:
        """Return what the engine tells of a service's container."""
        name = self.compose("ps", "--all", "--quiet", service).strip()
        if not name:
            raise Failed(f"{service} has no container")
        told: list[Mapping[str, Any]] = json.loads(run("docker", "inspect", name))
        return told[0]

    def until_healthy(self, service: str, *, seconds: float) -> None:
        """Return when the health check of a service says yes."""

        def healthy() -> str | None:
            state = self.container(service)["State"]
            told = state.get("Health", {}).get("Status", state["Status"])
            return None if told == "healthy" else f"{service} is {told}"

        until(healthy, seconds=seconds)


def until(wrong: Callable[[], str | None], *, seconds: float) -> None:
    """Return when `wrong` says nothing any more; raise Failed with its last word after that."""
    end = time.monotonic() + seconds
    while said := wrong():
        if time.monotonic() > end:
            raise Failed(f"{said} after {seconds:.0f} s")
        time.sleep(1)


def run(*command: str, more: Mapping[str, str] | None = None) -> str:
    """Run a program and return what it printed. Raises Failed with what it said."""
    ended = subprocess.run(  # noqa: S603 - words of ours
        command,
        env={**os.environ, **(more or {})},
        capture_output=True,
        text=True,
        timeout=_TOO_LONG,
        check=False,
    )
    if ended.returncode:
        raise Failed(f"{' '.join(command)} ended with {ended.returncode}: {ended.stderr[-2000:]}")
    return ended.stdout
