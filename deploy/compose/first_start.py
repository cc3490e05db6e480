"""Make the secrets that docker-compose.yml mounts, once: python -m deploy.compose.first_start DIR.

Nothing is ever overwritten, because the servers know the passwords of the first start.
"""

import argparse
import secrets
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from deploy.kafka.certificates import make_certificates
from shared.events import PUBLISHED
from shared.kafka_users import ADMIN, USERS

_FOR_CONTAINERS = 0o444
"""Their users have other numbers than you: they read the files, and the folder keeps others out."""

_AUTHORITY_KEY = "authority.key"
"""Signs Kafka's next certificate; no container is given it."""


class AlreadyThere(Exception):
    """There is something in the folder; nothing was made."""


def make_secrets(folder: Path) -> None:
    """Make the folder with all secrets. Raises AlreadyThere where one has anything in it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Only its owner can enter it; complete or not there at all.
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".secrets-") as name:
        made = Path(name) / "secrets"
        made.mkdir(mode=0o700)
        make_certificates(made)
        for secret, value in _passwords():
            (made / secret).write_text(f"{value}\n", encoding="utf-8")
        for file in made.iterdir():
            file.chmod(0o400 if file.name == _AUTHORITY_KEY else _FOR_CONTAINERS)
        try:
            made.rename(folder)
        except OSError as error:
            raise AlreadyThere(f"{folder} is left as it is: {error.strerror}") from None


def _passwords() -> Iterator[tuple[str, str]]:
    yield from ((f"{name}_password", _new()) for name in ("postgres", "grafana"))
    yield from ((f"{name}_secret", _new()) for name in ("client", "session", "software"))
    yield from ((f"{user}_kafka_password", _new()) for user in (ADMIN, *USERS))
    for service in (*PUBLISHED, "reporting"):
        password = _new()
        yield f"{service}_password", password
        yield f"{service}_database", f"postgresql://{service}:{password}@postgres/{service}"


def _new() -> str:
    # They stand in addresses and in Kafka's own language of options: hexadecimal digits only.
    return secrets.token_hex(24)


if __name__ == "__main__":
    parser = argparse.ArgumentParser("deploy.compose.first_start", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR")
    asked = parser.parse_args().folder
    try:
        make_secrets(asked)
    except AlreadyThere as fault:
        sys.exit(str(fault))
    print(f"made {asked}; keep a copy of it apart from the backups")
