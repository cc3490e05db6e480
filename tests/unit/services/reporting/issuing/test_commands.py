"""What people say about a document is printed on it: it has to be printable, and said."""

import pytest
from pydantic import ValidationError

from services.reporting.issuing.commands import TakeStep
from services.reporting.issuing.letter import FormError


@pytest.mark.parametrize("sign", ["\x01", "\x0b", "\x1b", "\ufffe", "\x85"])
def test_what_no_document_can_hold_is_refused(sign: str) -> None:
    """Word does not open a file with a control character in it, and the number would be gone."""
    with pytest.raises(ValidationError, match="must not contain"):
        TakeStep.model_validate({"action": "waive", "reason": f"Vì{sign}sao"})
    for part in ("place", "printed", "right"):
        told = {"place": "mục 1", "printed": "P.", "right": "Phường"} | {part: f"a{sign}b"}
        with pytest.raises(ValidationError, match="must not contain"):
            FormError.model_validate(told)


def test_a_reason_is_one_line_of_composed_letters() -> None:
    told = {"action": "recall", "reason": " Số\r\n liệu\u00a0sai: ho\u0300a gia\u0309i "}

    assert TakeStep.model_validate(told).reason == "Số liệu sai: hòa giải"


def test_blanks_are_no_reason() -> None:
    assert TakeStep.model_validate({"action": "recall", "reason": " \n "}).reason == ""


def test_a_check_of_a_school_with_a_long_name_can_be_waived() -> None:
    """Otherwise nobody could sign the report. Names in use have 200 letters at most."""
    name = f"pupils-of-schools-{'ă' * 200}"

    assert TakeStep.model_validate({"action": "waive", "check": name}).check == name
