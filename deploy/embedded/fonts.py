"""The typeface of the PDF: Liberation Serif, which has the measures of Times New Roman.

As a program, fetches its four cuts; the image is built with `python -m deploy.embedded.fonts`.
"""

from pathlib import Path
from zipfile import ZipFile

from platformdirs import user_cache_path

from deploy.embedded.maven import run

VERSION = "2.1.2"
ENDPOINT = f"com.mpobjects.jasperreports.font:jasperreports-fonts-liberation:{VERSION}"
FOLDER = user_cache_path("wardbook") / f"liberation-serif-{VERSION}"


def unpack(jar: Path, folder: Path) -> None:
    """Put the cuts of Liberation Serif that a jar holds into `folder`."""
    with ZipFile(jar) as archive:
        for member in archive.namelist():
            name = Path(member).name
            if name.startswith("LiberationSerif-"):
                (folder / name).write_bytes(archive.read(member))


if __name__ == "__main__":
    run(FOLDER, [ENDPOINT], unpack)
