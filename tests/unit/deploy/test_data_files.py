"""The data files as an office edits them: the example of docs/data-files.md, right and wrong."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
FIGURE, LINE, SENTENCE = (
    re.sub(r"(?m)^ {3}", "", block)
    for block in re.findall(
        r"(?s)```toml\n(.*?) {3}```",
        (ROOT / "docs/data-files.md").read_text(encoding="utf-8"),
    )
)
BEFORE_LINE = '[[form.line]]\nindicator = "urban.civilised_streets_added"\n'
BEFORE_SENTENCE = '    { prose = "text.urban" },\n'


def edited(folder: Path, sentence: str = SENTENCE) -> Path:
    """Return a copy of Wardbook with the example's three edits."""
    for name in ("shared", "services", "deploy"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path, old, new in (
        ("shared/indicators/urban.toml", "", f"\n{FIGURE}"),
        ("shared/forms.toml", BEFORE_LINE, f"{LINE}\n{BEFORE_LINE}"),
        (
            "services/reporting/report/outlines/term.toml",
            BEFORE_SENTENCE,
            BEFORE_SENTENCE + sentence,
        ),
    ):
        file = folder / path
        text = file.read_text(encoding="utf-8")
        assert old in text
        changed = text.replace(old, new, 1) if old else text + new
        file.write_text(changed, encoding="utf-8")
    return folder


def checked(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deploy.data_files"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(folder), "PYTHONIOENCODING": "utf-8"},
    )


def test_an_office_adds_a_figure_a_line_and_a_sentence_in_files_alone(tmp_path: Path) -> None:
    found = checked(edited(tmp_path))

    assert (found.returncode, found.stderr) == (0, "")


def test_a_mistake_in_a_sentence_is_told_as_the_example_tells_it(tmp_path: Path) -> None:
    found = checked(edited(tmp_path, SENTENCE.replace("trees_planted}", "trees_plantd}")))

    told = found.stderr.strip()
    assert found.returncode == 1
    assert re.fullmatch(r"term\.toml:\d+: .*: there is no indicator urban\.trees_plantd", told)
    assert "Traceback" not in told


def test_a_mistake_in_an_indicator_is_told_alone_too(tmp_path: Path) -> None:
    """Indicators are read when their module is imported."""
    file = edited(tmp_path) / "shared/indicators/urban.toml"
    file.write_text(file.read_text(encoding="utf-8") + 'colour = "green"\n', encoding="utf-8")
    found = checked(tmp_path)

    assert found.returncode == 1
    assert re.match(r"urban\.toml:\d+: indicator urban\.trees_planted, colour: ", found.stderr)
    assert "Traceback" not in found.stderr
