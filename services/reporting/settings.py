"""What the reporting service is told beside the settings of every service."""

from pathlib import Path

from pydantic import Field

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
