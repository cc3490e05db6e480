"""The data folder: its secrets stay, its lock holds, the logs of two runs are kept."""

import re
import stat
from pathlib import Path

import pytest

from deploy.data_folder import alone_in, fresh_logs, kept_people, kept_secrets
from deploy.embedded.errors import DeployError
from deploy.settings import SERVICES
from shared.people import People, Role


def test_secrets_are_made_once_and_for_their_owner_only(tmp_path: Path) -> None:
    made = kept_secrets(tmp_path)
    assert kept_secrets(tmp_path) == made
    assert set(made.databases) == set(SERVICES)
    assert len({made.postgres, made.migration_token, *made.databases.values()}) == 7
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_secrets_are_not_shown_where_they_are_printed(tmp_path: Path) -> None:
    made = kept_secrets(tmp_path)
    assert made.postgres not in repr(made)
    assert made.databases["registry"] not in repr(made)


def test_the_people_of_the_sample_have_one_role_each_and_keep_their_tokens(tmp_path: Path) -> None:
    file = kept_people(tmp_path)
    tokens = re.findall('token = "(.+)"', file.read_text())
    holders = [People.read(file).holder(f"Bearer {token}") for token in tokens]

    assert [holder.roles - {Role.MIGRATOR} for holder in holders] == [
        {role} for role in Role if role is not Role.MIGRATOR
    ]
    assert all(holder.name.endswith("mẫu") for holder in holders)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert re.findall('token = "(.+)"', kept_people(tmp_path).read_text()) == tokens


def test_a_second_run_on_the_same_folder_is_refused_while_the_first_goes_on(tmp_path: Path) -> None:
    message = re.escape(f"already runs on the data folder {tmp_path}")
    with alone_in(tmp_path), pytest.raises(DeployError, match=message), alone_in(tmp_path):
        pytest.fail("two runs were let in")
    with alone_in(tmp_path):
        pass


def test_the_logs_of_the_run_before_are_kept(tmp_path: Path) -> None:
    for run in ("first", "second", "third"):
        (fresh_logs(tmp_path) / "kafka.log").write_text(run)
    assert (tmp_path / "logs" / "kafka.log").read_text() == "third"
    assert (tmp_path / "logs.previous" / "kafka.log").read_text() == "second"
