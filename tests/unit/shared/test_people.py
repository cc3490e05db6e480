"""The file of people: who may do what, and what is said where it is wrong."""

from pathlib import Path

import pytest

from shared.people import Capacity, People, Role, UnusableFile
from shared.refusal import Refused
from tests.support.people import a_person, entry, people_file

UNIT = "2004-10525"


def written(folder: Path, text: str) -> Path:
    file = folder / "people.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_subject_finds_a_person(tmp_path: Path) -> None:
    people = People.read(written(tmp_path, people_file(UNIT)))

    assert people.of("signer").roles == {Role.SIGNER}
    with pytest.raises(Refused) as refusal:
        people.of("Signer")
    assert (refusal.value.rule, refusal.value.status) == ("unknown_person", 403)


@pytest.mark.parametrize(
    ("unit", "answers_for", "not_for"),
    [
        ("2004-10525", {"2004-10525"}, {"2025-10525", "2004-10516"}),
        ("2025-10525", {"2025-10525", "2004-10525", "2004-10516"}, {"2004-10528", "2025-10532"}),
        ("2004-288", {"2004-10525", "2004-10528"}, {"2025-10525", "2004-10564"}),
        ("2004-30", {"2004-10525", "2004-10564"}, {"2025-10525"}),
        ("2025-31", {"2025-10525", "2004-10525", "2025-11506"}, {"2025-00004"}),
        ("vn", {"2025-10525", "2004-10525", "2025-00004"}, set()),
    ],
)
def test_what_somebody_may_do_holds_for_what_is_below_and_went_into_it(
    unit: str, answers_for: set[str], not_for: set[str]
) -> None:
    person = a_person(Role.READER, unit=unit)

    assert {one for one in answers_for | not_for if person.answers_for(one)} == answers_for


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("[[person]", "line 1"),
        (people_file(UNIT).replace("signer", "singer"), "roles"),
        (people_file(UNIT).replace(UNIT, "10525"), "person.0.unit"),
        (people_file(UNIT).replace("subject = ", "subjects = "), "person.0.subject"),
        (people_file(UNIT).replace('subject = "clerk"', 'subject = "signer"'), "one subject"),
        (people_file("2025-32123"), "person.0.unit"),
        (people_file("2025-99"), "person.0.unit"),
        (people_file(UNIT).replace('"permits"', '"premises"'), "premises"),
        (entry("a", UNIT, Role.OFFICER, departments=[]), "needs departments"),
        (people_file(UNIT).replace('name = "clerk"', 'name = "signer"'), "one name"),
        (people_file(UNIT).replace('name = "clerk"', 'name = " signer  "'), "one name"),
        (people_file(UNIT).replace('name = "clerk"', r'name = "cl\u0007erk"'), "person.5.name"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(tmp_path: Path, wrong: str, told: str) -> None:
    file = written(tmp_path, wrong)

    with pytest.raises(UnusableFile, match=told) as error:
        People.read(file)
    assert str(file) in str(error.value)


def a_signer(lines: str, role: str = "signer", name: str = "Nguyễn Thị Mẫu") -> str:
    return (
        f'[[person]]\nsubject = "signer"\nname = "{name}"\nunit = "{UNIT}"\n'
        f'roles = ["{role}"]\n{lines}\n'
    )


def test_a_deputy_signs_in_the_place_of_the_head(tmp_path: Path) -> None:
    text = a_signer('capacity = "KT"\nposition = "Phó Chủ tịch"')

    found = People.read(written(tmp_path, text)).of("signer")

    assert (found.capacity, found.position) == (Capacity.DEPUTY, "Phó Chủ tịch")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (a_signer('capacity = "PP"'), "person.0.capacity"),
        (a_signer('capacity = "KT"'), "KT. needs a position"),
        (a_signer('capacity = "TL"\nposition = " "'), "TL. needs a position"),
        (a_signer('capacity = "KT"\nposition = "Chánh Văn phòng"'), "begins with Phó"),
        (a_signer('position = "Phó Chủ tịch"'), "TM. has the position of the head"),
        (a_signer('capacity = "Q"\nposition = "Phó Chủ tịch"'), "Q. has the position of the head"),
        (a_signer('capacity = "KT"\nposition = "Phó Chủ tịch"', role="clerk"), "are of a signer"),
        (a_signer("", name="TS. Nguyễn Thị Mẫu"), "without academic"),
    ],
)
def test_a_capacity_that_cannot_be_printed_is_told(tmp_path: Path, wrong: str, told: str) -> None:
    """Phụ lục I, mục II.7 says what stands under a document."""
    with pytest.raises(UnusableFile, match=told) as error:
        People.read(written(tmp_path, wrong))
    assert "person.0" in str(error.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match=r"people\.toml"):
        People.read(tmp_path / "people.toml")
