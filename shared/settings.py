"""What a service is told by its environment, read once and never changed."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of every service; each variable is the field's name in capitals after WARDBOOK_."""

    model_config = SettingsConfigDict(env_prefix="WARDBOOK_", env_ignore_empty=True, frozen=True)

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
    people: Path | None = Field(
        default=None,
        description="TOML file of the people of the office, which says what each may do; without it"
        " nobody gets in. It is read again when it changes",
    )
