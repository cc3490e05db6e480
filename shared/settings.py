"""What a service is told by its environment and by files of secrets, read once, never changed."""

import ssl
import sys
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from shared.people import People, UnusableFile
from shared.secret_files import UnusableSecret, read_secret, secret_files

_PREFIX = "WARDBOOK_"


class ToldSettings(BaseSettings):
    """Each variable is the field's name in capitals after WARDBOOK_.

    Where the environment is silent, the file of that name holds (shared/secret_files.py).
    """

    # What stands in the environment is secret: no message repeats it.
    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_ignore_empty=True, frozen=True, hide_input_in_errors=True
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return where values come from, the first that has one. Raises UnusableSecret."""
        del dotenv_settings, file_secret_settings
        files = {
            name: read_secret(file)
            for name, file in secret_files().items()
            if name in settings_cls.model_fields
        }
        return init_settings, env_settings, InitSettingsSource(settings_cls, files)


class KafkaSettings(ToldSettings):
    """Where Kafka is, and who we are to it."""

    kafka: str = Field(description="Kafka bootstrap servers, host:port[,host:port]")
    kafka_ca: Path | None = Field(
        default=None,
        description="PEM file with the authority of Kafka's certificates; with it TLS is used",
    )
    kafka_user: str | None = Field(
        default=None, description="user of SCRAM-SHA-512; without one Kafka is told nobody's name"
    )
    kafka_password: SecretStr | None = None

    @field_validator("kafka_ca")
    @classmethod
    def _has_an_authority(cls, file: Path | None) -> Path | None:
        if file is not None:
            try:
                ssl.create_default_context(cafile=file)
            except OSError as error:  # what ssl says of a broken file is one too
                raise ValueError(f"{file} holds no authority that can be read: {error}") from None
        return file

    @model_validator(mode="after")
    def _a_user_is_whole(self) -> Self:
        user, password = self.kafka_user is not None, self.kafka_password is not None
        if user != password:
            missing = "WARDBOOK_KAFKA_PASSWORD" if user else "WARDBOOK_KAFKA_USER"
            raise ValueError(f"{missing} is missing: a user of Kafka has a name and a password")
        if user and self.kafka_ca is None:
            raise ValueError(
                "WARDBOOK_KAFKA_CA is missing: a user's password goes to no Kafka that has not"
                " proved by TLS who it is"
            )
        return self


class Settings(KafkaSettings):
    """Settings of every service."""

    database: SecretStr = Field(description="PostgreSQL DSN of the service's own database")
    host: str = "127.0.0.1"
    port: int = Field(ge=1, le=65535)
    database_connections: int = Field(default=8, ge=2, le=100)
    log_level: str = "INFO"
    traces: str | None = Field(
        default=None,
        description="where spans go: the OTLP/HTTP address of a collector, http://…:4318/v1/traces",
    )
    measure_seconds: float = Field(
        default=300,
        gt=0,
        description="Seconds between two countings in the database of what metrics tell of it",
    )
    issuer: str | None = Field(
        default=None,
        description="Issuer of access tokens, as it calls itself (OpenID Connect: iss); without one"
        " nobody gets in",
    )
    audience: str = Field(
        default="wardbook", description="Whom the tokens are for (aud), as the issuer calls it"
    )
    keys: str | None = Field(
        default=None,
        description="Address or file of the issuer's key set (JWKS); else where the issuer says",
    )
    proxies: str | None = Field(
        default=None,
        description="Addresses of the proxies before it, whose X-Forwarded-For is believed",
    )
    people: Path | None = Field(
        default=None,
        description="TOML file of the people of the office, which says what each may do; without it"
        " nobody gets in. It is read again when it changes",
    )

    @field_validator("people")
    @classmethod
    def _is_usable(cls, file: Path | None) -> Path | None:
        if file is not None:
            try:
                People.read(file)
            except UnusableFile as fault:
                raise ValueError(str(fault)) from None
        return file


def read_settings[S: ToldSettings](kind: type[S]) -> S:
    """Return what we are told, or end the process (code 2) with what is wrong of it, by name."""
    try:
        return kind()
    except UnusableSecret as secret:
        wrong = [str(secret)]
    except ValidationError as error:
        wrong = wrong_settings(error)
    sys.stderr.writelines(f"{line}\n" for line in wrong)
    sys.exit(2)


def wrong_settings(error: ValidationError) -> list[str]:
    """Return a line for each setting that is wrong, without its value."""
    return [
        "".join(f"{_PREFIX}{name}: ".upper() for name in one["loc"][:1])
        + one["msg"].removeprefix("Value error, ")
        for one in error.errors(include_input=False)
    ]
