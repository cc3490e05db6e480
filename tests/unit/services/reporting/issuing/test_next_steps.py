"""What stands open with a document is what the rules would let somebody do, no more and no less."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.issuing.model import Act, Action, Document, State, Step, decide
from services.reporting.issuing.next_steps import awaited, is_taken, open_to
from shared.people import Person, Role
from shared.refusal import Refused
from tests.support.builders import UNIT, recorded
from tests.support.people import ROLES, a_person
from tests.support.steps_of_issuing import WAY

SHA = "a" * 64
DRAFT = Document(unit=UNIT, sha256=SHA, broken=frozenset({"sums"}))
PEOPLE = (
    *(a_person(role) for role in ROLES),
    a_person(*ROLES, name="everything"),
    a_person(*ROLES, name="of elsewhere", unit="2004-10507"),
)


def an_act(action: Action, after: int | None = None) -> Act:
    return Act(action=action, sha256=SHA, reason="Vì sao", check="sums", after=after)


def come(steps: int) -> Document:
    """Return a document after so many steps of its way."""
    document = DRAFT
    for action, role in WAY[:steps]:
        step = decide(document, an_act(action), a_person(role), recorded())
        document = replace(document, steps=(*document.steps, step))
    return document


@given(
    steps=st.integers(0, len(WAY)), person=st.sampled_from(PEOPLE), action=st.sampled_from(Action)
)
def test_what_is_offered_is_what_is_allowed(steps: int, person: Person, action: Action) -> None:
    document = come(steps)
    try:
        decide(document, an_act(action), person, recorded())
        allowed = action is not Action.REPLACE  # which nobody does by itself
    except Refused:
        allowed = False
    assert (action in open_to(document, person, recorded())) is allowed


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (0, {Action.DRAW: {Role.DRAFTER}}),
        (1, {Action.WAIVE: {Role.CONTROLLER}, Action.APPROVE_CONTENT: {Role.APPROVER}}),
        (2, {Action.WAIVE: {Role.CONTROLLER}, Action.CHECK_FORM: {Role.FORM_CHECKER}}),
        (3, {Action.WAIVE: {Role.CONTROLLER}, Action.SIGN: {Role.SIGNER}}),
        (4, {Action.SIGN: {Role.SIGNER}}),
        (5, {Action.NUMBER: {Role.CLERK}}),
        (6, {Action.ISSUE: {Role.CLERK}}),
        (7, {}),
    ],
)
def test_a_document_waits_for_the_next_step_of_its_way(
    steps: int, expected: dict[Action, set[Role]]
) -> None:
    assert awaited(come(steps)) == expected


def test_what_is_replaced_or_recalled_waits_for_nothing() -> None:
    issued = come(7)
    recall = decide(issued, an_act(Action.RECALL), a_person(Role.SIGNER), recorded())
    assert recall.state is State.RECALLED
    assert awaited(replace(issued, steps=(*issued.steps, recall))) == {}


def test_a_step_is_known_again_by_its_place_and_who_took_it() -> None:
    document = come(2)
    approver = a_person(Role.APPROVER)
    assert is_taken(document, an_act(Action.APPROVE_CONTENT, after=1), approver)
    for act, person in (
        (an_act(Action.APPROVE_CONTENT), approver),
        (an_act(Action.APPROVE_CONTENT, after=0), approver),
        (an_act(Action.APPROVE_CONTENT, after=2), approver),
        (an_act(Action.APPROVE_CONTENT, after=-1), approver),
        (an_act(Action.SEND_BACK, after=1), approver),
        (an_act(Action.APPROVE_CONTENT, after=1), a_person(Role.APPROVER, name="another")),
    ):
        assert not is_taken(document, act, person)


def test_the_waiver_of_another_check_or_for_another_reason_is_another_step() -> None:
    document = come(4)
    controller = a_person(Role.CONTROLLER)
    assert is_taken(document, an_act(Action.WAIVE, after=3), controller)
    act = an_act(Action.WAIVE, after=3)
    for other in (replace(act, check="shares"), replace(act, reason="Vì khác")):
        assert not is_taken(document, other, controller)


def test_who_has_seen_fewer_steps_than_were_taken_takes_none() -> None:
    """Also where the step would be allowed: what they looked at was sent back meanwhile."""
    document = come(3)
    back = an_act(Action.SEND_BACK, after=2)
    with pytest.raises(Refused) as refusal:
        decide(document, back, a_person(Role.APPROVER), recorded())
    assert (refusal.value.rule, refusal.value.status) == ("moved_on", 409)
    taken: Step = decide(document, replace(back, after=3), a_person(Role.APPROVER), recorded())
    assert taken.state is State.DRAFT
