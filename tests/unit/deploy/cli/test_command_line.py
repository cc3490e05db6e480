"""`wardbook` without servers: help, completion, settings, the file of people, exit codes."""

import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from deploy.cli.main import wardbook
from deploy.cli.places import Places
from services.reporting.dead_letters import REMEDIES
from shared.people import People
from tests.support.people import people_file

PAGE = Path(__file__).parents[4] / "docs" / "command-line.md"
UNIT = "2025-10525"


@pytest.fixture(autouse=True)
def _nothing_runs_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is known of a `make run` in this folder."""
    monkeypatch.setenv("WARDBOOK_ENV", str(tmp_path / "nothing"))


def said(*arguments: str) -> Result:
    return CliRunner().invoke(wardbook, list(arguments))


def commands(group: click.Group, above: str = "wardbook") -> dict[str, click.Command]:
    """Return every command by its words."""
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        words = f"{above} {name}"
        found[words] = command
        if isinstance(command, click.Group):
            found |= commands(command, words)
    return found


COMMANDS = commands(wardbook)


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_tells_what_it_does_and_stands_in_the_page(words: str) -> None:
    told = said(*words.split()[1:], "-h")

    assert told.exit_code == 0
    assert told.output.startswith(f"Usage: {words} ")
    assert COMMANDS[words].help
    page = PAGE.read_text(encoding="utf-8")
    assert f"`{words}" in page
    for option in COMMANDS[words].params:
        for name in option.opts if isinstance(option, click.Option) else ():
            assert name in page, f"{words} {name}"


def test_the_page_tells_of_no_other_command() -> None:
    told = re.findall(
        r"^\| `(wardbook [a-z-]+(?: [a-z-]+)?)", PAGE.read_text("utf-8"), re.MULTILINE
    )
    groups = {words for words, one in COMMANDS.items() if isinstance(one, click.Group)}
    assert set(told) == COMMANDS.keys() - groups


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed(shell: str) -> None:
    told = said("completion", shell)
    assert told.exit_code == 0, told.output
    assert "_WARDBOOK_COMPLETE" in told.output


def test_help_and_completion_load_nothing_of_the_services() -> None:
    code = (
        "import sys, deploy.cli.main as m; m.wardbook(['--help'], standalone_mode=False);"
        "print([n for n in sys.modules if n.startswith(('services', 'shared', 'asyncpg'))])"
    )
    told = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert told.stdout.splitlines()[-1] == "[]"


def test_wrong_use_is_2_and_says_what_is_missing(tmp_path: Path) -> None:
    assert said("dead-letters", "replay").exit_code == 2
    assert said("dead-letters", "show", "nowhere").exit_code == 2
    assert said("nothing").exit_code == 2
    told = said("--env", str(tmp_path), "positions")
    assert told.exit_code == 2
    assert "WARDBOOK_REPORTING_KAFKA" in told.output


def test_the_environment_goes_before_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("registry", "reporting"):
        (tmp_path / f"{name}.env").write_text(
            "WARDBOOK_DATABASE='of a file'\nWARDBOOK_KAFKA=file\n"
        )
    places = Places(str(tmp_path))
    assert places.need("registry", "DATABASE") == "of a file"

    monkeypatch.setenv("WARDBOOK_DATABASE", "of one service")
    monkeypatch.setenv("WARDBOOK_KAFKA", "of all")
    assert places.need("reporting", "DATABASE") == "of one service"
    assert places.need("registry", "DATABASE") == "of a file"
    assert places.need("registry", "KAFKA") == "of all"

    monkeypatch.setenv("WARDBOOK_REGISTRY_DATABASE", "its own")
    assert places.need("registry", "DATABASE") == "its own"


def test_every_reason_of_a_dead_letter_has_its_remedy() -> None:
    code = (Path(__file__).parents[4] / "services/reporting/decode.py").read_text("utf-8")
    reasons = set(re.findall(r'Undecodable\("([a-z_]+)"', code))
    reasons |= set(re.findall(r': "([a-z_]+)"', code)) | {"not_an_event"}
    assert len(reasons) == 11
    assert reasons == REMEDIES.keys()


def test_people_are_listed_checked_and_added(tmp_path: Path) -> None:
    file = tmp_path / "people.toml"
    file.write_text(people_file(UNIT))
    where = ["--file", str(file)]

    everybody = json.loads(said("users", "list", *where, "--json").output)
    [signer] = json.loads(said("users", "list", *where, "--role", "signer", "--json").output)
    assert len(everybody) > 1
    assert signer == {
        "subject": "signer",
        "name": "signer",
        "unit": UNIT,
        "departments": ["permits", "petitions", "registry", "returns"],
        "roles": ["signer"],
    }
    assert said("users", "check", *where).exit_code == 0

    new = ["--name", 'Nguyễn "A" Ba', "--role", "officer", "--unit", UNIT]
    new += ["--subject", "a3", "--department", "permits"]
    assert json.loads(said("users", "add", *where, *new, "--json").stdout)["subject"] == "a3"
    added = People.read(file).of("a3")
    assert (added.name, added.departments) == ('Nguyễn "A" Ba', frozenset({"permits"}))

    before = file.read_bytes()
    told = said("users", "add", *where, *new)
    assert (told.exit_code, "have one name" in told.output) == (1, True)
    assert said("users", "add", *where, *new[:3], "king", *new[4:]).exit_code == 1
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]
    file.write_text("[[person]]\nname = 'A'\ntoken = 'a secret of many letters'\n")
    told = said("users", "check", *where)
    assert (told.exit_code, "a secret" in told.output) == (1, False)


def test_a_new_file_of_people_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "people.toml"
    told = said(
        *("users", "add", "--file", str(file), "--name", "A", "--role", "auditor", "--unit", UNIT),
        *("--subject", "a"),
    )
    assert told.exit_code == 0, told.output
    assert file.stat().st_mode & 0o777 == 0o600
