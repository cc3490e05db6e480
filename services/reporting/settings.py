"""What the reporting service is told beside the settings of every service."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from shared.settings import Settings


class ReportingSettings(Settings):
    """Settings of reporting."""

    longest_dead_letter_run: int = Field(
        default=1000,
        ge=1,
        description="Dead letters in a row taken for single bad records; one more stops the fold",
    )
    fonts: Path = Field(
        default=Path("/opt/wardbook/fonts"),
        description="folder with the four cuts of Liberation Serif, the typeface of the PDF",
    )
    console: str | None = Field(
        default=None,
        pattern=r"^https?://[^/]+$",
        description="Where browsers find this service, https://baocao.example.vn: people can sign"
        " in there; without it only programs are answered, which bear tokens",
    )
    client_id: str = Field(
        default="wardbook-console", description="How the issuer calls the console"
    )
    client_secret: SecretStr | None = Field(
        default=None, description="What the console proves itself with to the issuer"
    )
    session_secret: SecretStr | None = Field(
        default=None, min_length=32, description="What the console signs its cookies with"
    )
    session_seconds: int = Field(
        default=8 * 3600, ge=60, description="How long somebody stays signed in"
    )

    @model_validator(mode="after")
    def _can_sign_in(self) -> Self:
        if self.console and None in (self.client_secret, self.session_secret, self.issuer):
            raise ValueError("a console needs issuer, client_secret and session_secret")
        return self
