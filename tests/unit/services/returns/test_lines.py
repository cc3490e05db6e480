"""The lines of a form: how figures are narrowed, what they are declared as, what is left out."""

from typing import Any

import pytest
from pydantic import ValidationError

from services.returns import lines
from services.returns.commands import DeclareFigure
from shared.events.returns import DeclaredFigure
from shared.forms import FORMS
from shared.refusal import Refused, RefusedAll


def faults(form: str, *figures: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what is wrong with lines, without the way to them."""
    read = lines.read([DeclareFigure.model_validate(one) for one in figures])
    return [(one.field, one.rule) for one in lines.wrong(FORMS[form], read)]


def pupils(**changes: Any) -> dict[str, Any]:
    usual = {"indicator": "education.pupils", "dimensions": {"school": "Mầm non"}, "amount": 127}
    return usual | changes


@pytest.mark.parametrize(
    ("form", "figure"),
    [
        ("education", pupils()),
        ("education", pupils(amount=None, absence="not_applicable")),
        ("personnel", {"indicator": "personnel.posts", "amount": 17}),
        (
            "personnel",
            {"indicator": "personnel.posts", "amount": 9, "dimensions": {"group": "cadre"}},
        ),
        (
            "targets",
            {"indicator": "population.growth_rate_target", "amount": "dưới 0,7"}
            | {"until": "2025-12-31"},
        ),
        ("military", {"indicator": "military.defence_exercise_rating", "text": "excellent"}),
        ("narrative", {"indicator": "text.limits", "text": "Còn chậm."}),
        ("population", {"indicator": "population.natural_growth_rate", "amount": "-0,2%"}),
        (
            "economy",
            {"indicator": "economy.craft_trade_service_households_change", "amount": -2},
        ),
    ],
)
def test_what_the_form_asks_is_in_order(form: str, figure: dict[str, Any]) -> None:
    """The total of a breakdown, and each of its parts, are lines of their own."""
    assert faults(form, figure) == []


@pytest.mark.parametrize(
    ("form", "figure", "expected"),
    [
        ("education", pupils(dimensions=None), ("dimensions.school", "dimension_missing")),
        ("education", pupils(text="nhiều", amount=None), ("text", "line_is_number")),
        ("education", pupils(until="2025-12-31"), ("until", "not_a_target")),
        (
            "education",
            pupils(dimensions={"school": "Mầm non", "street": "Tam Giang"}),
            ("dimensions.street", "dimension_unknown"),
        ),
        (
            "personnel",
            {"indicator": "personnel.posts", "amount": 9, "dimensions": {"group": "king"}},
            ("dimensions.group", "value_not_listed"),
        ),
        (
            "military",
            {"indicator": "military.defence_exercise_rating", "text": "splendid"},
            ("text", "value_not_listed"),
        ),
        (
            "military",
            {"indicator": "military.defence_exercise_rating", "amount": 1},
            ("amount", "line_is_text"),
        ),
        ("narrative", {"indicator": "text.limits", "text": "Có 3 hộ."}, ("text", "number_typed")),
        ("education", pupils(amount=-1), ("amount", "negative")),
        ("education", pupils(amount="1,005"), ("amount", "not_whole")),
        ("education", pupils(amount=12.7), ("amount", "not_whole")),
        (
            "welfare",
            {"indicator": "welfare.poor_household_rate", "amount": "-1,06%"},
            ("amount", "negative"),
        ),
    ],
)
def test_what_the_form_does_not_ask_is_told_where_it_stands(
    form: str, figure: dict[str, Any], expected: tuple[str, str]
) -> None:
    field, rule = expected
    assert faults(form, figure) == [(f"figures.0.{field}", rule)]


@pytest.mark.parametrize("amount", ["95%", "trên 95 %"])
def test_a_percent_sign_is_of_percentages_alone(amount: str) -> None:
    """95 people are hardly meant by 95 percent of them."""
    with pytest.raises(ValidationError, match="is in học sinh, not in percent"):
        DeclareFigure.model_validate(pupils(amount=amount))
    rate = {"indicator": "education.promotion_rate", "amount": amount}
    assert faults("education", rate) == []


def test_every_wrong_line_is_told_at_once() -> None:
    figures = (pupils(), pupils(dimensions=None), pupils(), {"indicator": "x.y", "amount": 1})

    assert faults("education", *figures) == [
        ("figures.1.dimensions.school", "dimension_missing"),
        ("figures.2.indicator", "line_twice"),
        ("figures.3.indicator", "line_not_of_form"),
    ]


@pytest.mark.parametrize(
    ("parts", "rule", "field"),
    [
        ({}, "amount_or_absence", "figures.1"),
        ({"amount": 1, "text": "một"}, "amount_or_absence", "figures.1"),
        ({"text": "một", "decimals": 1}, "amount_in_parts", "figures.1"),
        ({"amount": "9,3", "decimals": 2}, "amount_in_parts", "figures.1"),
        ({"amount": "60 - 65", "qualifier": "about"}, "amount_in_parts", "figures.1"),
        ({"amount": 65, "upper": 60}, "not_a_quantity", "figures.1.amount"),
        ({"amount": 65, "upper": 70, "qualifier": "about"}, "not_a_quantity", "figures.1.amount"),
    ],
)
def test_a_line_that_says_nothing_or_two_things_is_refused(
    parts: dict[str, Any], rule: str, field: str
) -> None:
    figures = [pupils(), {"indicator": "education.pupils"} | parts]
    with pytest.raises(RefusedAll) as refusal:
        lines.read([DeclareFigure.model_validate(one) for one in figures])
    assert (rule, field) == (refusal.value.rule, refusal.value.field)


@pytest.mark.parametrize(
    ("body", "place", "kind"),
    [
        (pupils(amount="nhiều"), "amount", "not_a_quantity"),
        (pupils(amount=True), "amount", "not_a_quantity"),
        (pupils(amount=10**16), "amount", "not_a_quantity"),
        (pupils(amount=1.2345678), "amount", "not_a_quantity"),
        (pupils(amount=[1]), "amount", "not_a_quantity"),
        (pupils(dimensions={"school": "a\x07b"}), "dimensions", "unprintable"),
        (pupils(text="a\x0bb"), "text", "unprintable"),
        (pupils(text=""), "text", "string_too_short"),
    ],
)
def test_what_cannot_be_understood_or_printed_is_refused_by_its_field(
    body: dict[str, Any], place: str, kind: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        DeclareFigure.model_validate(body)
    (error,) = refusal.value.errors()
    assert (place, kind) == (error["loc"][0], error["type"])


def test_a_name_is_the_same_however_it_was_typed() -> None:
    """Letters composed or not, spaces once or twice: there is one school of that name."""
    names = ("Tiểu học  Trần ", "Tiểu học Trần", "Tiê\u0309u học Trần")
    read = lines.read(
        [DeclareFigure.model_validate(pupils(dimensions={"school": name})) for name in names]
    )
    assert len(lines.by_place(read)) == 1


def test_required_lines_of_which_nothing_is_said_are_left_out() -> None:
    """A part of a breakdown says something of its line; a line that is not required may lack."""
    figures = [
        DeclaredFigure(indicator="military.reserve_force", dimensions={"rank": "officer"}, amount=7)
    ]
    missing = lines.left_out(FORMS["military"], figures)

    assert len(missing) == 6
    assert not {"Dự bị động viên", "Kết quả diễn tập khu vực phòng thủ"} & set(missing)


def test_a_line_is_called_by_its_indicator_and_the_words_of_its_codes() -> None:
    (total, cadre, servant) = (
        lines.label_of("personnel.posts", cell)
        for line in FORMS["personnel"].lines
        if line.indicator == "personnel.posts"
        for cell in lines.cells_of(line)
    )

    assert cadre == f"{total} (cán bộ)"
    assert servant == f"{total} (công chức)"


def test_all_refusals_of_one_command_are_one_refusal() -> None:
    with pytest.raises(Refused) as refusal:
        lines.declared(FORMS["education"], lines.read([DeclareFigure(**pupils())] * 3))
    assert [field for field, _, _ in refusal.value.errors] == [
        "figures.1.indicator",
        "figures.2.indicator",
    ]
