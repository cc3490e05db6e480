"""Where the parts are that a command asks: from the environment, else from files in a folder."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from services.reporting.settings import ReportingSettings
    from shared.settings import Settings

FOLDER = "var"
"""Where `make run` leaves the settings of each service."""

DEPARTMENTS = ("registry", "permits", "petitions", "returns")

_PREFIX = "WARDBOOK_"
_OF_ONE = {"DATABASE", "HOST", "PORT", "PEOPLE", "URL", "TOKEN"}
"""Settings that are another one for each service; without its name they are reporting's."""


class Places:
    """What is known of each service, by the folder that the command line names."""

    def __init__(self, folder: str) -> None:
        """Read nothing yet: a command reads what it needs."""
        self._folder = Path(folder)

    def values(self, service: str) -> Mapping[str, str]:
        """Return the settings of a service, by their names after WARDBOOK_.

        The environment goes before the file, WARDBOOK_REGISTRY_DATABASE before WARDBOOK_DATABASE.
        """
        from dotenv import dotenv_values

        file, own = self._folder / f"{service}.env", f"{_PREFIX}{service.upper()}_"
        told = dotenv_values(file, interpolate=False) if file.exists() else {}
        found = {name.removeprefix(_PREFIX): value for name, value in told.items() if value}
        for prefix in (_PREFIX, own):
            for name, value in os.environ.items():
                rest = name.removeprefix(prefix)
                if not name.startswith(prefix) or not value:
                    continue
                if prefix == own or service == "reporting" or rest not in _OF_ONE:
                    found[rest] = value
        return found

    def need(self, service: str, name: str) -> str:
        """Return one setting of a service; where it is missing, the use is wrong."""
        value = self.values(service).get(name)
        if value is None:
            raise click.UsageError(
                f"{name.lower()} of {service} is not known: set {_PREFIX}{service.upper()}_{name},"
                f" or name by --env a folder with {service}.env (make run leaves it in {FOLDER}/)"
            )
        return value

    def url(self, service: str) -> str:
        """Return the base address of a service."""
        values = self.values(service)
        if "URL" in values:
            return values["URL"].rstrip("/")
        return f"http://{values.get('HOST', '127.0.0.1')}:{self.need(service, 'PORT')}"

    def reporting(self) -> "ReportingSettings":
        """Return reporting's settings."""
        from services.reporting.settings import ReportingSettings

        return self._settings("reporting", ReportingSettings)

    def department(self, name: str) -> "Settings":
        """Return the settings of a department."""
        from shared.settings import Settings

        return self._settings(name, Settings)

    def _settings[S: Settings](self, service: str, kind: type[S]) -> S:
        for name in ("KAFKA", "DATABASE"):
            self.need(service, name)
        told = {name.lower(): value for name, value in self.values(service).items()}
        told.setdefault("port", "1")  # nothing listens here
        fields = {name: value for name, value in told.items() if name in kind.model_fields}
        try:
            return kind.model_validate(fields)
        except ValueError as error:
            raise click.UsageError(str(error)) from None


given = click.make_pass_decorator(Places)
"""Gives a command its Places."""
