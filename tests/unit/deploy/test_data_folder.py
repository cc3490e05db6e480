"""The data folder: its secrets stay, its lock holds, the logs of two runs are kept."""

import re
import stat
from pathlib import Path

import pytest

from deploy.data_folder import SOFTWARE, alone_in, fresh_logs, kept_people, kept_secrets
from deploy.embedded.errors import DeployError
from deploy.settings import SERVICES
from shared.people import People, Role


def test_secrets_are_made_once_and_for_their_owner_only(tmp_path: Path) -> None:
    made = kept_secrets(tmp_path)
    assert kept_secrets(tmp_path) == made
    assert set(made.databases) == set(SERVICES)
    assert (
        len({made.postgres, made.client, made.session, made.software, *made.databases.values()})
        == 9
    )
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_secrets_are_not_shown_where_they_are_printed(tmp_path: Path) -> None:
    made = kept_secrets(tmp_path)
    assert made.postgres not in repr(made)
    assert made.databases["registry"] not in repr(made)


def test_secrets_that_an_older_run_did_not_know_are_added(tmp_path: Path) -> None:
    made = kept_secrets(tmp_path)
    file = tmp_path / "secrets.json"
    file.write_text(made.model_dump_json(exclude={"software"}))

    added = kept_secrets(tmp_path)
    assert (added.postgres, added.databases) == (made.postgres, made.databases)
    assert kept_secrets(tmp_path) == added


def test_the_people_of_the_sample_have_one_role_each(tmp_path: Path) -> None:
    file = kept_people(tmp_path)
    people = People.read(file).by_subject
    city, software = people["city"], people[SOFTWARE]
    others = [one for one in people.values() if one not in (city, software)]

    assert [one.roles - {Role.MIGRATOR} for one in others] == [
        {role} for role in Role if role is not Role.MIGRATOR
    ]
    assert all(one.answers_for("2004-10525") for one in people.values())
    assert all(one.name.endswith("mẫu") for one in people.values())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert kept_people(tmp_path).read_text() == file.read_text()


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
