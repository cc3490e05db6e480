"""A document as its page tells it: buttons of whoever reads, broken checks with both sides."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from services.reporting.console.documents import number_of, standing
from services.reporting.issuing.kept import KeptCheck, KeptReport, kept
from services.reporting.issuing.model import Act, Action, Document, decide
from services.reporting.issuing.store import Held
from services.reporting.report import TERM, build, load, to_json
from shared.people import Person, Role
from tests.support.builders import UNIT, recorded
from tests.support.fixed_figures import HEADING, SOUND, FixedFigures
from tests.support.people import a_person
from tests.support.steps_of_issuing import WAY

REPORT = kept(to_json(build(load(TERM), HEADING, FixedFigures(SOUND))))
BROKEN = KeptCheck(
    id="sums", label="Tổng", relation="=", left=1234, right=date(2023, 12, 1), difference=None
)
HOLDS = BROKEN.model_copy(update={"id": "shares"})


def held(steps: int, *, kind: str = "report") -> Held:
    """Return a document after so many steps of its way."""
    document = Document(unit=UNIT, sha256="a" * 64, broken=frozenset({"sums"}))
    for action, role in WAY[:steps]:
        act = Act(action=action, sha256="a" * 64, reason="Vì sao", check="sums")
        step = decide(document, act, a_person(role), recorded())
        document = replace(document, steps=(*document.steps, step))
    numbered = steps > 5
    return Held(
        id=UUID(int=steps + 1),
        kind="letter" if kind == "letter" else "report",
        concerns=None,
        concerned_by=(),
        subject="Kết quả",
        starts=date(2023, 1, 1),
        ends=date(2023, 11, 30),
        as_of=date(2023, 12, 1),
        positions="{}",
        log_lost=False,
        notation="BC-UBND",
        dated=date(2023, 12, 5) if numbered else None,
        number=5 if numbered else None,
        files={},
        document=document,
    )


def report(*checks: KeptCheck) -> KeptReport:
    return REPORT.model_copy(update={"checks": checks})


def test_a_kept_report_tells_its_checks() -> None:
    assert len(REPORT.checks) > 20
    assert all(one.label for one in REPORT.checks)


def test_a_broken_check_is_told_with_both_sides_until_it_is_waived_and_after() -> None:
    before, after = (
        standing(held(steps), report(BROKEN, HOLDS), [], a_person(Role.READER), recorded()).broken
        for steps in (3, 4)
    )
    [one], [waived] = before, after
    assert (one.left, one.right, one.difference, one.waived) == ("1.234", "01/12/2023", "–", None)  # noqa: RUF001
    assert waived.waived is not None
    assert waived.waived.reason == "Vì sao"


def test_a_button_says_whether_it_asks_why_and_whether_it_leads_on() -> None:
    def shown(steps: int, person: Person) -> list[tuple[Action, bool, bool]]:
        found = standing(held(steps), report(BROKEN), [], person, recorded())
        return [(one.action, one.is_reasoned, one.leads_on) for one in found.buttons]

    assert shown(1, a_person(Role.APPROVER)) == [(Action.APPROVE_CONTENT, False, True)]
    assert shown(2, a_person(Role.APPROVER)) == [(Action.SEND_BACK, True, False)]
    assert shown(3, a_person(Role.SIGNER)) == [(Action.SEND_BACK, True, False)]
    assert shown(4, a_person(Role.SIGNER)) == [
        (Action.SEND_BACK, True, False),
        (Action.SIGN, False, True),
    ]
    assert shown(7, a_person(Role.SIGNER)) == [(Action.RECALL, True, False)]
    assert shown(3, a_person(Role.CONTROLLER)) == []


def test_what_has_a_form_of_its_own_is_for_who_may() -> None:
    drafter, controller = a_person(Role.DRAFTER), a_person(Role.CONTROLLER)

    def told(steps: int, person: Person, *later: Held) -> tuple[bool, bool, bool]:
        found = standing(held(steps), report(), later, person, recorded())
        return found.may_draw_anew, found.may_waive, found.may_replace

    assert told(1, drafter) == (True, False, False)
    assert told(1, controller) == (False, True, False)
    assert told(7, drafter) == (False, False, True)
    assert told(7, drafter, held(1)) == (False, False, False)
    assert told(7, drafter, held(1, kind="letter")) == (False, False, True)
    assert told(7, controller) == (False, False, False)


def test_a_number_has_two_digits_at_least() -> None:
    assert number_of(held(6)) == "05/BC-UBND"
    assert number_of(held(5)) == "–"  # noqa: RUF001
