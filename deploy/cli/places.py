"""Where the parts are that a command asks: from the environment, else from files."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from services.reporting.settings import ReportingSettings
    from shared.settings import KafkaSettings, ToldSettings

FOLDER = "var"
"""Where `make run` leaves the settings of each service."""

DEPARTMENTS = ("registry", "permits", "petitions", "returns")

_PREFIX = "WARDBOOK_"
_OF_ONE = {"DATABASE", "HOST", "PORT", "PEOPLE", "URL", "TOKEN", "KAFKA_USER", "KAFKA_PASSWORD"}
"""Settings that are another one for each service; without its name they are reporting's."""


class Places:
    """What is known of each service, by the folder that the command line names."""

    def __init__(self, folder: str) -> None:
        """Read nothing yet: a command reads what it needs."""
        self._folder = Path(folder)

    def values(self, service: str) -> Mapping[str, str]:
        """Return the settings of a service, by their names after WARDBOOK_.

        WARDBOOK_REGISTRY_DATABASE goes before WARDBOOK_DATABASE; the environment goes before files
        of secrets (wardbook_registry_database), and these before the folder's file.
        """
        from dotenv import dotenv_values

        file, own = self._folder / f"{service}.env", f"{_PREFIX}{service.upper()}_"
        told = dotenv_values(file, interpolate=False) if file.exists() else {}
        found = {name.removeprefix(_PREFIX): value for name, value in told.items() if value}
        for prefix in (_PREFIX, own):
            for name, value in {**_secrets(), **os.environ}.items():
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

    def kafka(self, user: str) -> "KafkaSettings":
        """Return how `user` comes to Kafka; where it has no password, as reporting does."""
        from shared.settings import KafkaSettings

        self.need("reporting", "KAFKA")
        told = {**self.values("reporting"), **self.values(user)}
        if "KAFKA_PASSWORD" in self.values(user):
            told["KAFKA_USER"] = self.values(user).get("KAFKA_USER", user)
        return _validated(KafkaSettings, told)

    def reporting(self) -> "ReportingSettings":
        """Return reporting's settings."""
        from services.reporting.settings import ReportingSettings

        for name in ("KAFKA", "DATABASE"):
            self.need("reporting", name)
        # Nothing listens here.
        return _validated(ReportingSettings, {"PORT": "1", **self.values("reporting")})


def _secrets() -> Mapping[str, str]:
    """Return what stands in files of secrets, by the name of its variable."""
    from shared.secret_files import PREFIX, UnusableSecret, read_secret, secret_files

    try:
        return {f"{PREFIX}{name}".upper(): read_secret(one) for name, one in secret_files().items()}
    except UnusableSecret as error:
        raise click.UsageError(str(error)) from None


def _validated[S: ToldSettings](kind: type[S], told: Mapping[str, str]) -> S:
    from pydantic import ValidationError

    from shared.settings import wrong_settings

    fields = {name.lower(): value for name, value in told.items()}
    try:
        return kind.model_validate(
            {name: value for name, value in fields.items() if name in kind.model_fields}
        )
    except ValidationError as error:
        raise click.UsageError("\n".join(wrong_settings(error))) from None


given = click.make_pass_decorator(Places)
"""Gives a command its Places."""
