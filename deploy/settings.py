"""What the environment can tell the embedded run: folders and ports."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from deploy.embedded import kafka, postgres

DEPARTMENTS = ("registry", "permits", "petitions", "returns")
SERVICES = (*DEPARTMENTS, "reporting")
ISSUER = "issuer"
LARGEST_PORT = 65_534  # Kafka takes the next one too


class RunSettings(BaseSettings):
    """Folders and ports, each from WARDBOOK_ and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="WARDBOOK_", frozen=True, extra="ignore")

    data: Path = Path("var")
    out: Path = Path("out")
    registry_port: int = Field(8101, ge=1, le=LARGEST_PORT)
    permits_port: int = Field(8102, ge=1, le=LARGEST_PORT)
    petitions_port: int = Field(8103, ge=1, le=LARGEST_PORT)
    returns_port: int = Field(8104, ge=1, le=LARGEST_PORT)
    reporting_port: int = Field(8105, ge=1, le=LARGEST_PORT)
    issuer_port: int = Field(8106, ge=1, le=LARGEST_PORT)
    kafka_port: int = Field(19_092, ge=1, le=LARGEST_PORT)
    postgres_port: int = Field(15_432, ge=1, le=LARGEST_PORT)

    @model_validator(mode="after")
    def _each_port_once(self) -> Self:
        ports = self._ports()
        for port, setting in ports:
            others = [other for number, other in ports if number == port and other != setting]
            if others:
                raise ValueError(f"port {port} is asked for twice, by {setting} and by {others[0]}")
        return self

    def service_port(self, service: str) -> int:
        """Return the HTTP port of a service."""
        return {
            "registry": self.registry_port,
            "permits": self.permits_port,
            "petitions": self.petitions_port,
            "returns": self.returns_port,
            "reporting": self.reporting_port,
            ISSUER: self.issuer_port,
        }[service]

    def wanted_ports(self) -> dict[int, str]:
        """Return every port that the run listens on, with the setting that changes it."""
        return dict(self._ports())

    def _ports(self) -> list[tuple[int, str]]:
        return [
            *(
                (self.service_port(service), f"WARDBOOK_{service.upper()}_PORT")
                for service in (*SERVICES, ISSUER)
            ),
            (self.kafka_port, kafka.PORT_SETTING),
            (self.kafka_port + 1, kafka.PORT_SETTING),
            (self.postgres_port, postgres.PORT_SETTING),
        ]
