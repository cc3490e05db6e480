"""Reads an outline with its layouts and checks. What is wrong is told with its line."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.reporting.report import checks
from services.reporting.report.checks import Check
from services.reporting.report.outline import OUTLINES, Layout, Layouts, Outline
from services.reporting.report.validate import faults_of
from shared.toml_files import BadFile, read

TERM, PERIODIC = "term", "periodic"
"""The outlines: of a ward's term report, and of its statutory periodic report."""


@dataclass(frozen=True, slots=True)
class Plan:
    """An outline, and what of layouts and checks belongs to it."""

    outline: Outline
    layouts: Mapping[str, Layout]
    checks: tuple[Check, ...]


def load(name: str, folder: Path = OUTLINES, checks_file: Path = checks.CHECKS) -> Plan:
    """Read and check an outline of a folder. Raises BadFile with all that is wrong, by line."""
    file = read(folder / f"{name}.toml", Outline)
    layouts = read(folder / "layouts.toml", Layouts).content.layouts
    told = checks.load(checks_file)
    groups = {check.group for check in told}
    if faults := list(faults_of(file, layouts, groups)):
        raise BadFile("\n".join(faults))
    chosen = tuple(check for check in told if check.group in file.content.checks)
    return Plan(file.content, layouts, chosen)
