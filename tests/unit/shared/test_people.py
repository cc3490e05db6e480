"""The file of people: who holds which token, and nothing of a token where it is wrong."""

from pathlib import Path

import pytest

from shared.people import Capacity, People, Person, Role, UnusableFile
from shared.refusal import Refused
from tests.support.people import people_file, token_of

UNIT = "2004-10525"


def written(folder: Path, text: str) -> Path:
    file = folder / "people.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_token_finds_its_holder(tmp_path: Path) -> None:
    people = People.read(written(tmp_path, people_file(UNIT)))

    found = people.holder(f"Bearer {token_of(Role.SIGNER)}")

    assert found == Person(name="signer", roles=frozenset({Role.SIGNER}), unit=UNIT)
    assert found == people.holder(f"bearer  {token_of(Role.SIGNER)} ")


@pytest.mark.parametrize("sent", [None, "", "Bearer", "Bearer x", f"Basic {token_of(Role.SIGNER)}"])
def test_a_stranger_is_refused(tmp_path: Path, sent: str | None) -> None:
    people = People.read(written(tmp_path, people_file(UNIT)))

    with pytest.raises(Refused) as refusal:
        people.holder(sent)
    assert (refusal.value.rule, refusal.value.status) == ("unknown_person", 401)


def test_without_a_file_everybody_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        People.read(None).holder(f"Bearer {token_of(Role.SIGNER)}")
    assert (refusal.value.rule, refusal.value.status) == ("no_people", 403)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("[[person]", "line 1"),
        (people_file(UNIT).replace("signer", "singer"), "roles"),
        (people_file(UNIT).replace(UNIT, "10525"), "person.0.unit"),
        (people_file(UNIT).replace("token = ", "tokens = "), "person.0.token"),
        (people_file(UNIT).replace(token_of(Role.CLERK), token_of(Role.SIGNER)), "one token"),
        (people_file(UNIT).replace('name = "clerk"', 'name = "signer"'), "one name"),
        (people_file(UNIT).replace('name = "clerk"', 'name = " signer  "'), "one name"),
        (people_file(UNIT).replace('name = "clerk"', r'name = "cl\u0007erk"'), "person.5.name"),
        (people_file(UNIT).replace(token_of(Role.CLERK), "short"), "at least 16"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(tmp_path: Path, wrong: str, told: str) -> None:
    file = written(tmp_path, wrong)

    with pytest.raises(UnusableFile, match=told) as error:
        People.read(file)
    assert str(file) in str(error.value)
    assert token_of(Role.SIGNER) not in str(error.value)


def a_signer(lines: str, role: str = "signer", name: str = "Nguyễn Thị Mẫu") -> str:
    return (
        f'[[person]]\nname = "{name}"\nunit = "{UNIT}"\ntoken = "{token_of(Role.SIGNER)}"\n'
        f'roles = ["{role}"]\n{lines}\n'
    )


def test_a_deputy_signs_in_the_place_of_the_head(tmp_path: Path) -> None:
    text = a_signer('capacity = "KT"\nposition = "Phó Chủ tịch"')

    found = People.read(written(tmp_path, text)).holder(f"Bearer {token_of(Role.SIGNER)}")

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
