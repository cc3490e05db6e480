"""What a service is told by its environment, read once and never changed."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

_SECRETS = Path("/run/secrets")
"""Where Compose and Kubernetes put files: `wardbook_database` holds the field `database`."""


class Settings(BaseSettings):
    """Settings of every service; each variable is the field's name in capitals after WARDBOOK_.

    A department service needs `migration_token` only where old cases are to be migrated: without it
    nobody may state a recording day.
    """

    model_config = SettingsConfigDict(
        env_prefix="WARDBOOK_",
        env_ignore_empty=True,
        frozen=True,
        secrets_dir=_SECRETS if _SECRETS.is_dir() else None,
    )

    kafka: str = Field(description="Kafka bootstrap servers, host:port[,host:port]")
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
    migration_token: SecretStr | None = None
    people: Path | None = Field(
        default=None,
        description="TOML file of the people of the office; without it nobody can issue documents"
        " or read personal data, and departments take commands from everybody on their network",
    )
