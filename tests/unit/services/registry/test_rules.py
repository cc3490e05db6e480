"""What makes an entry in a register impossible, and when a birth or death was reported late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from services.registry import store
from services.registry.commands import ResolveRegistryCase
from services.registry.entries import Entry, EntryField, Person, changed
from services.registry.model import REGISTRY
from services.registry.rules import FOR_EVER, Life, age_on, check, is_late
from shared.casework.files.columns import form_of
from shared.commands import Call, Command
from shared.refusal import Refused
from tests.support.builders import SUBJECT, recorded

DAY = date(2023, 11, 14)
BEFORE = date(2020, 1, 1)
ENTRY: TypeAdapter[Entry] = TypeAdapter(EntryField)
MAN, WOMAN, CHILD = "030090000001", "030192000002", "030223000003"
MOTHER = {"name": "Lê Thị Cúc", "number": WOMAN, "born_on": "1992-05-09"}
FATHER = {"name": "Trần Văn Bình", "number": MAN, "born_on": "1990-02-01"}
BIRTH: dict[str, Any] = {
    "kind": "birth",
    "child": {"name": "Trần An", "number": CHILD, "born_on": "2023-11-02", "sex": "male"},
    "birthplace": "Trạm Y tế phường",
    "father": FATHER,
    "mother": MOTHER,
}
DEATH = {"kind": "death", "deceased": FATHER, "died_on": "2023-11-10"}
MARRIAGE = {"kind": "marriage", "husband": FATHER, "wife": MOTHER}
SINGLE = {"kind": "marital_status", "person": MOTHER, "status": "single"}


def broken(
    entry: Mapping[str, Any], lives: Mapping[str, Life] | None = None, **changes: Any
) -> list[tuple[str, str]]:
    """Return the fields and rules by which an entry of DAY is refused."""
    try:
        check(ENTRY.validate_python({**entry, **changes}), lives or {}, DAY)
    except Refused as refusal:
        return [(where.removeprefix("entry."), rule) for where, rule, _ in refusal.errors]
    return []


@pytest.mark.parametrize("entry", [BIRTH, DEATH, MARRIAGE, SINGLE], ids=lambda one: one["kind"])
def test_an_entry_of_people_of_whom_nothing_is_known_is_taken(entry: dict[str, Any]) -> None:
    assert broken(entry) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"father": None}, [("father", "parent_not_told")]),
        ({"father": None, "father_unknown": True}, []),
        ({"mother_unknown": True}, [("mother_unknown", "parent_known")]),
        (
            {"father": {**FATHER, "born_on": "2023-11-02"}},
            [("father.born_on", "parent_not_older")],
        ),
        (
            {"child": {**BIRTH["child"], "born_on": "2023-11-15"}},
            [("child.born_on", "after_closing")],
        ),
    ],
)
def test_a_birth(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """A parent is named or said to be unknown, and nobody is born in the future."""
    assert broken(BIRTH, **changes) == expected


def test_a_birth_beside_other_entries() -> None:
    assert broken(BIRTH, {CHILD: Life(born_on=date(2023, 11, 2))}) == [
        ("child.number", "born_already")
    ]
    assert broken(BIRTH, {CHILD: Life(died_on=date(2023, 11, 1))}) == [
        ("child.born_on", "death_before_birth")
    ]
    assert broken(BIRTH, {CHILD: Life(died_on=date(2023, 11, 2))}) == []


@pytest.mark.parametrize(
    ("life", "expected"),
    [
        (Life(died_on=DAY), [("deceased.number", "dead_already")]),
        (Life(born_on=date(1990, 2, 1), marriages=((date(2023, 11, 10), FOR_EVER),)), []),
        (
            Life(marriages=((date(2023, 11, 11), FOR_EVER),)),
            [("died_on", "death_before_marriage")],
        ),
        (Life(born_on=date(1990, 2, 2)), [("deceased.born_on", "birth_differs")]),
        (
            Life(born_on=date(2023, 11, 11)),
            [("died_on", "death_before_birth"), ("deceased.born_on", "birth_differs")],
        ),
    ],
)
def test_a_death_beside_other_entries(life: Life, expected: list[tuple[str, str]]) -> None:
    assert broken(DEATH, {MAN: life}) == expected


def test_a_death_by_itself() -> None:
    assert broken(DEATH, died_on="1990-01-31") == [("died_on", "death_before_birth")]
    assert broken(DEATH, died_on="2023-11-15") == [("died_on", "after_closing")]


@pytest.mark.parametrize(
    ("husband", "wife", "expected"),
    [
        ("2003-11-14", "2005-11-14", []),
        ("2003-11-15", "2005-11-14", [("husband.born_on", "under_age")]),
        ("2003-11-14", "2005-11-15", [("wife.born_on", "under_age")]),
        ("2004-02-29", "2004-02-29", [("husband.born_on", "under_age")]),
    ],
)
def test_a_man_marries_from_twenty_and_a_woman_from_eighteen(
    husband: str, wife: str, expected: list[tuple[str, str]]
) -> None:
    people: dict[str, Any] = {
        "husband": {**FATHER, "born_on": husband},
        "wife": {**MOTHER, "born_on": wife},
    }
    assert broken(MARRIAGE, **people) == expected


def test_a_marriage_that_is_registered_again_is_measured_by_its_own_day() -> None:
    young: dict[str, Any] = {"wife": {**MOTHER, "born_on": "2000-01-02"}}
    assert broken(MARRIAGE, **young, married_on="2018-01-01") == [("wife.born_on", "under_age")]
    assert broken(MARRIAGE, **young, married_on="2018-01-02") == []
    assert broken(MARRIAGE, married_on="2023-11-15") == [("married_on", "after_closing")]


def test_a_marriage_beside_other_entries() -> None:
    same = broken(MARRIAGE, wife={**MOTHER, "number": MAN})
    assert same == [("wife.number", "married_to_oneself")]
    married = [("wife.number", "married_already")]
    assert broken(MARRIAGE, {WOMAN: Life(marriages=((BEFORE, FOR_EVER),))}) == married
    assert broken(MARRIAGE, {WOMAN: Life(marriages=((BEFORE, DAY),))}) == []
    assert broken(MARRIAGE, {WOMAN: Life(marriages=((BEFORE, DAY), (DAY, FOR_EVER)))}) == married
    assert broken(MARRIAGE, {MAN: Life(died_on=DAY)}) == [("husband.number", "marriage_of_dead")]


def test_who_is_married_gets_no_certificate_of_being_anything_else() -> None:
    bound = {WOMAN: Life(marriages=((BEFORE, FOR_EVER),))}
    assert broken(SINGLE, bound) == [("person.number", "married_already")]
    assert broken(SINGLE, bound, status="married") == []
    assert broken(SINGLE, {WOMAN: Life(marriages=((BEFORE, DAY),))}, status="divorced") == []


def test_an_entry_that_came_before_a_later_marriage_can_still_be_corrected() -> None:
    """A certificate speaks of its day, an old marriage of its time."""
    later = {WOMAN: Life(marriages=((DAY + timedelta(1), FOR_EVER),))}
    married, died_on = ENTRY.validate_python(MARRIAGE), DAY + timedelta(1)
    check(ENTRY.validate_python(SINGLE), later, DAY)
    check(married, later, DAY, ended_on=DAY + timedelta(1))
    check(married, {**later, MAN: Life(died_on=died_on)}, DAY)
    with pytest.raises(Refused, match="is married"):
        check(married, later, DAY, ended_on=DAY + timedelta(2))


@pytest.mark.parametrize(
    ("procedure", "days", "late"),
    [
        ("registry.birth", 60, False),
        ("registry.birth", 61, True),
        ("registry.death", 15, False),
        ("registry.death", 16, True),
        ("registry.birth_reregistration", 9_000, False),
        ("registry.marriage", 9_000, False),
    ],
)
def test_a_birth_is_late_after_sixty_days_a_death_after_fifteen(
    procedure: str,
    days: int,
    late: bool,  # noqa: FBT001 - a case of the table
) -> None:
    assert is_late(procedure, DAY - timedelta(days), DAY) is late


def test_what_a_correction_changes_is_named_with_old_and_new() -> None:
    before = ENTRY.validate_python(BIRTH)
    child: dict[str, Any] = {**BIRTH["child"], "name": "Trần Ân"}
    after = ENTRY.validate_python({**BIRTH, "child": child, "father": None, "father_unknown": True})
    assert changed(before, after) == {
        "child.name": ("Trần An", "Trần Ân"),
        "father.born_on": ("1990-02-01", None),
        "father.name": ("Trần Văn Bình", None),
        "father.number": (MAN, None),
        "father_unknown": (False, True),
    }
    assert changed(before, before) == {}


@pytest.mark.parametrize("entry", [{}, {"kind": "adoption"}, [], "birth", None])
def test_an_entry_of_no_kind_is_none(entry: object) -> None:
    with pytest.raises(ValidationError):
        ENTRY.validate_python(entry)


def test_who_an_entry_is_about_is_of_no_other_command_of_its_group() -> None:
    """Parents are only named. Nor is an entry a column of a file."""
    command = ResolveRegistryCase(entry=ENTRY.validate_python(BIRTH))
    claims = Command(
        call=Call(name="resolution", key="k", fingerprint=b"", recorded=recorded()),
        table=store,
        subject=SUBJECT,
        body=command,
        decide=lambda *_: pytest.fail("nothing is decided"),
        answer=str,
    ).claims

    assert claims == {SUBJECT, "k", CHILD}
    assert "entry" not in form_of(REGISTRY).fields


DAYS = st.dates(date(1950, 1, 1), date(2023, 11, 14))


@given(born_on=DAYS, day=DAYS)
def test_nobody_is_older_than_the_birthdays_that_have_passed(born_on: date, day: date) -> None:
    age = age_on(born_on, day)
    birthdays = [
        year
        for year in range(born_on.year + 1, day.year + 1)
        if (born_on.month, born_on.day) <= ((day.month, day.day) if year == day.year else (12, 31))
    ]
    assert age == (len(birthdays) if day >= born_on else age)


PEOPLE = {f"03009000000{n}": {"name": "Ai đó", "born_on": "1930-01-01"} for n in range(4)}
NUMBERS = st.sampled_from(list(PEOPLE))
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("marry"), NUMBERS, NUMBERS, DAYS),
        st.tuples(st.just("end"), NUMBERS, NUMBERS, DAYS),
        st.tuples(st.just("die"), NUMBERS, NUMBERS, DAYS),
    ),
    max_size=20,
)


@dataclass
class Registers:
    """Marriages and deaths as they were taken, in any order of their days."""

    marriages: list[tuple[str, str, date, date]] = field(default_factory=list)
    deaths: dict[str, date] = field(default_factory=dict)

    def until(self, marriage: tuple[str, str, date, date]) -> date:
        """Return the day from which a marriage holds no longer."""
        husband, wife, _, ended_on = marriage
        return min(ended_on, *(self.deaths.get(one, FOR_EVER) for one in (husband, wife)))

    def of(self, number: str) -> Sequence[tuple[date, date]]:
        """Return from when to when somebody was married."""
        return sorted((one[2], self.until(one)) for one in self.marriages if number in one[:2])

    def lives(self) -> Mapping[str, Life]:
        """Return what is known of everybody."""
        return {
            number: Life(
                died_on=self.deaths.get(number),
                marriages=tuple(self.of(number)),
            )
            for number in PEOPLE
        }

    def take(self, act: str, one: str, other: str, day: date) -> None:
        """Take an act unless a rule refuses it; who ends a marriage ends the one that holds."""
        people = [{**PEOPLE[number], "number": number} for number in (one, other)]
        if act == "end":
            self.marriages = [
                (*kept[:3], day)
                if one in kept[:2] and kept[3] == FOR_EVER and day >= kept[2]
                else kept
                for kept in self.marriages
            ]
        elif act == "marry":
            entry = {"kind": "marriage", "husband": people[0], "wife": people[1], "married_on": day}
            if not broken(entry, self.lives()):
                self.marriages.append((one, other, day, FOR_EVER))
        elif not broken({"kind": "death", "deceased": people[0], "died_on": day}, self.lives()):
            self.deaths[one] = day


@given(acts=ACTS)
def test_nobody_is_ever_married_twice_at_once_nor_after_death(
    acts: list[tuple[str, str, str, date]],
) -> None:
    """Somebody may die on the day of the wedding."""
    registers = Registers()
    for act in acts:
        registers.take(*act)

    for number in PEOPLE:
        marriages = registers.of(number)
        for (_, until), (since, _) in pairwise(marriages):
            assert until <= since
        assert all(since <= registers.deaths.get(number, FOR_EVER) for since, _ in marriages)


@pytest.mark.parametrize("number", ["12", "03019500123x", 30195001234])
def test_a_number_is_refused_in_words(number: object) -> None:
    with pytest.raises(ValidationError) as refused:
        Person.model_validate({"name": "Trần An", "number": number})
    assert [one["type"] for one in refused.value.errors()] == ["no_person_number"]
