"""The schemas of the data files are those of their models, and hold for the files."""

import json
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from deploy.schemas import DOCUMENTS, documents

ROOT = DOCUMENTS.parents[1]
WITH_SCHEMA = "#:schema "
FILES = [
    path
    for folder in ("shared", "services")
    for path in sorted((ROOT / folder).rglob("*.toml"))
    if path.read_text(encoding="utf-8").startswith(WITH_SCHEMA)
]


def test_the_schemas_are_written_anew_after_a_change() -> None:
    """`make schemas` does it."""
    stored = {path.name: path.read_text(encoding="utf-8") for path in DOCUMENTS.glob("*.json")}
    assert stored == documents()


def test_files_name_their_schema() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in FILES}
    own = {f"shared/{name}.toml" for name in ("forms", "registers", "periods")}
    indicators = (ROOT / "shared" / "indicators").glob("*.toml")
    assert names >= own | {path.relative_to(ROOT).as_posix() for path in indicators}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_schema_that_a_file_names_holds_for_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = path.parent / text.splitlines()[0].removeprefix(WITH_SCHEMA)
    schema = json.loads(named.read_text(encoding="utf-8"))
    content = json.loads(json.dumps(tomllib.loads(text), default=str))

    Draft202012Validator(schema).validate(content)
    with pytest.raises(Exception, match="colour"):
        Draft202012Validator(schema).validate({**content, "colour": "red"})
