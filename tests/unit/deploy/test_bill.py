"""What the image is made of is pinned by hashes, and listed with its licences."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from deploy.bill import LOCK, NotOneSet, beside_the_lock, completed

DOCKERFILE = (LOCK.parent / "Dockerfile").read_text(encoding="utf-8")
MIT = [{"license": {"id": "MIT", "acknowledgement": "declared"}}]


def entries(lock: Path) -> dict[str, str]:
    """Return what is told of each package of a lock, by its first line."""
    text = re.sub(r"^\s*#.*$", "", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)
    joined = text.replace("\\\n", " ")
    return {line.split()[0]: line for line in joined.splitlines() if line.strip()}


@pytest.mark.parametrize("lock", [LOCK, LOCK.parents[1] / "requirements.lock"])
def test_everything_in_a_lock_has_a_version_and_hashes(lock: Path) -> None:
    told = entries(lock)
    assert len(told) > 50
    for package, line in told.items():
        assert re.fullmatch(r"[a-z0-9-]+(\[[a-z0-9,-]+\])?==[\w.+!-]+", package)
        assert re.search(r" --hash=sha256:[0-9a-f]{64}( |$)", line), package


def test_the_image_takes_nothing_without_its_hash() -> None:
    installs = re.findall(r"pip .*?install(?:.*\\\n)*.*", DOCKERFILE)
    assert len(installs) == DOCKERFILE.count("requirements.lock /\n") == 2
    assert all("--require-hashes" in one for one in installs)


def a_bill(*parts: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "components": list(parts),
    }


def a_package(name: str, version: str, **told: Any) -> dict[str, Any]:
    return {"type": "library", "bom-ref": name, "name": name, "version": version, **told}


def test_the_bill_has_the_lock_the_licences_and_what_is_beside() -> None:
    lock = a_bill(a_package("uuid-utils", "1.2.0", description="line 7"))
    installed = a_bill(
        a_package("uuid_utils", "1.2.0", licenses=MIT), a_package("pytest", "9", licenses=MIT)
    )
    bill = completed(lock, installed, beside_the_lock(DOCKERFILE))
    told = [(one["name"], one["version"], one.get("licenses")) for one in bill["components"]]
    assert told[0] == ("uuid-utils", "1.2.0", MIT)
    assert told[1] == ("python", "3.13-slim-bookworm", None)
    assert [name for name, _, _ in told[2:]] == ["jasperreports-fonts-liberation"]
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill)) is None


def test_no_bill_is_written_of_other_versions_than_the_locks() -> None:
    lock, installed = a_bill(a_package("six", "1.17")), a_bill(a_package("six", "1.16"))
    with pytest.raises(NotOneSet, match=r"six 1\.17 is not installed"):
        completed(lock, installed, [])
