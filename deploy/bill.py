"""`make sbom`: the bill of materials of the image, in CycloneDX.

cyclonedx-py reads the lock (names, versions, hashes) and the installed packages (licences); what
the image has beside the lock is added here. What the base image holds, a scanner of images tells.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from deploy.embedded import fonts

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "deploy" / "requirements.lock"
OUT = Path("out") / "wardbook.cdx.json"

type Part = dict[str, Any]


class NotOneSet(Exception):
    """The installed packages are not those of the lock."""


def completed(lock: Part, installed: Part, beside: Iterable[Part]) -> Part:
    """Return the lock's bill with the licences that are declared, and the parts `beside` it.

    Raises NotOneSet where a package of the lock is not installed in that very version.
    """
    known = {_key(one): one for one in installed["components"]}
    parts = []
    for part in lock["components"]:
        if _key(part) not in known:
            raise NotOneSet(f"{part['name']} {part['version']} is not installed: run make setup")
        told = {name: value for name, value in part.items() if name != "description"}
        licences = known[_key(part)].get("licenses")
        parts.append(told | ({"licenses": licences} if licences else {}))
    return lock | {"components": [*parts, *beside]}


def _key(part: Mapping[str, Any]) -> tuple[str, str]:
    return re.sub(r"[-_.]+", "-", part["name"]).lower(), part["version"]


def beside_the_lock(dockerfile: str) -> Iterator[Part]:
    """Return the base image that a Dockerfile ends on, and the typeface that it fetches."""
    image, tag = re.findall(r"^FROM (\S+):(\S+)$", dockerfile, re.MULTILINE)[-1]
    yield {
        "bom-ref": "base-image",
        "type": "container",
        "name": image,
        "version": tag,
        "purl": f"pkg:docker/{image}@{tag}",
    }
    group, name, version = fonts.ENDPOINT.split(":")
    yield {
        "bom-ref": "typeface",
        "type": "data",
        "group": group,
        "name": name,
        "version": version,
        "purl": f"pkg:maven/{group}/{name}@{version}",
        "description": "Liberation Serif, the four cuts, as the typeface of the PDF",
        "licenses": [{"license": {"id": "OFL-1.1", "acknowledgement": "declared"}}],
    }


def main() -> None:
    """Write the bill, and name what declares no licence."""
    lock = _cyclonedx("requirements", "--pyproject", str(ROOT / "pyproject.toml"), str(LOCK))
    installed = _cyclonedx("environment", sys.executable)
    try:
        bill = completed(lock, installed, beside_the_lock((LOCK.parent / "Dockerfile").read_text()))
    except NotOneSet as fault:
        sys.exit(f"make sbom: {fault}")
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(bill, indent=2), encoding="utf-8")
    silent = [one["name"] for one in bill["components"] if "licenses" not in one]
    print(f"wrote {OUT}: {len(bill['components'])} parts; no licence is declared by", *silent)


def _cyclonedx(*arguments: str) -> Part:
    options = ("--output-reproducible", "--spec-version", "1.6", "--output-file")
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        words = (arguments[0], *options, file.name, *arguments[1:])
        # It warns that a lock tells no graph of dependencies.
        command = (sys.executable, "-W", "ignore", "-m", "cyclonedx_py", *words)
        subprocess.run(command, check=True)  # noqa: S603 - words of ours
        bill: Part = json.loads(Path(file.name).read_bytes())
    return bill


if __name__ == "__main__":
    main()
