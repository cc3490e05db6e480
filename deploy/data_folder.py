"""The data folder of the embedded run: one run at a time, its secrets, its logs."""

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from deploy.embedded.errors import DeployError
from deploy.settings import SERVICES
from shared.people import DEPARTMENTS, OF_DEPARTMENTS, Role

SOFTWARE = "software"
"""The subject of software of the office: it migrates, asks and looks after all units."""

_OFFICE_UNIT = "2004-10525"
_DEPARTMENT_UNIT = "2025-10525"  # they work today, in the ward that it went into
_SOFTWARE_UNIT = "vn"
_CITY = "2025-31"
_PEOPLE = {
    Role.DRAFTER: "Người soạn thảo mẫu",
    Role.APPROVER: "Người duyệt nội dung mẫu",
    Role.CONTROLLER: "Người chấp nhận số liệu mẫu",
    Role.FORM_CHECKER: "Người kiểm tra thể thức mẫu",
    Role.SIGNER: "Người ký mẫu",
    Role.CLERK: "Văn thư mẫu",
    Role.OFFICER: "Cán bộ một cửa mẫu",
    Role.PERSONAL_DATA_READER: "Người đọc dữ liệu cá nhân mẫu",
    Role.AUDITOR: "Người kiểm tra mẫu",
    Role.READER: "Người xem báo cáo mẫu",
    Role.OPERATOR: "Quản trị hệ thống mẫu",
}
"""The people of the sample ward: by role, none of them real; their subjects are their roles."""


def _new_secret() -> str:
    return secrets.token_urlsafe(24)


class Secrets(BaseModel):
    """Made once for a data folder and kept in it, because the databases there know them."""

    model_config = ConfigDict(frozen=True)

    postgres: str = Field(default_factory=_new_secret, repr=False)
    client: str = Field(default_factory=_new_secret, repr=False)
    session: str = Field(default_factory=_new_secret, repr=False)
    software: str = Field(default_factory=_new_secret, repr=False)
    databases: dict[str, str] = Field(
        default_factory=lambda: {service: _new_secret() for service in SERVICES}, repr=False
    )


def kept_secrets(folder: Path) -> Secrets:
    """Return the folder's secrets; those that are not there yet are made and written there."""
    file = folder / "secrets.json"
    found = Secrets.model_validate_json(file.read_bytes() if file.exists() else "{}")
    write_private(file, found.model_dump_json())
    return found


def kept_people(folder: Path) -> Path:
    """Return the folder's file of the people of the ward; made there when there is none yet.

    The sample is of 2023, so its people have the right of a migration to say when a step was taken.
    Beside them there are somebody of the city, and software.
    """
    file = folder / "people.toml"
    if not file.exists():
        write_private(file, "\n".join(_people()))
    return file


def _people() -> Iterator[str]:
    for role, name in _PEOPLE.items():
        unit = _DEPARTMENT_UNIT if role in OF_DEPARTMENTS else _OFFICE_UNIT
        yield _person(role, name, unit, role, Role.MIGRATOR)
    yield _person("city", "Cán bộ thành phố mẫu", _CITY, Role.READER)
    all_roles = (Role.OFFICER, Role.APPROVER, Role.MIGRATOR, Role.READER, Role.OPERATOR)
    yield _person(SOFTWARE, "Phần mềm mẫu", _SOFTWARE_UNIT, *all_roles) + (
        "requests_a_minute = 1_000_000\n"
    )


def _person(subject: str, name: str, unit: str, *roles: Role) -> str:
    told = {"subject": subject, "name": name, "unit": unit, "roles": [str(one) for one in roles]}
    if OF_DEPARTMENTS & set(roles):
        told["departments"] = list(DEPARTMENTS)
    lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in told.items())
    return "[[person]]\n" + "".join(lines)


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    partial = file.with_name(f"{file.name}.partial")
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600)
    partial.write_text(text, encoding="utf-8")
    partial.replace(file)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which the kernel frees when this process ends in whatever way."""
    with (folder / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise DeployError(
                f"process {lock.read()} already runs on the data folder {folder}: stop it,"
                " or set WARDBOOK_DATA to another folder and the ports to other ones"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def fresh_logs(folder: Path) -> Path:
    """Return an empty folder for this run's logs; those of the run before are kept beside it."""
    logs, previous = folder / "logs", folder / "logs.previous"
    if logs.exists():
        shutil.rmtree(previous, ignore_errors=True)
        logs.rename(previous)
    logs.mkdir()
    return logs
