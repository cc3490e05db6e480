"""What the reporting service is told beside the settings of every service."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import Settings


class ReportingSettings(Settings):
    """Settings of reporting."""

    model_config = SettingsConfigDict(env_ignore_empty=True)

    longest_dead_letter_run: int = Field(
        default=1000,
        ge=1,
        description="Dead letters in a row taken for single bad records; one more stops the fold",
    )
    fonts: Path = Field(
        default=Path("/opt/wardbook/fonts"),
        description="folder with the four cuts of Liberation Serif, the typeface of the PDF",
    )
    people: Path | None = Field(
        default=None,
        description="TOML file of those who issue documents; without it nobody can",
    )
