"""Decisions about documents: nothing is issued but through every role, in order."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from services.reporting.issuing.model import Act, Action, Document, State, Step, decide
from shared.people import Capacity, Person, Role
from shared.refusal import Refused
from tests.support.builders import UNIT, recorded
from tests.support.people import ROLES, a_person

SHA = "a" * 64
BROKEN = frozenset({"sums", "shares"})
ORDERED = Document(unit=UNIT, sha256=SHA, broken=BROKEN)
WAY = (
    (Action.DRAW, Role.DRAFTER, State.DRAFT),
    (Action.APPROVE_CONTENT, Role.APPROVER, State.CONTENT_APPROVED),
    (Action.CHECK_FORM, Role.FORM_CHECKER, State.FORM_CHECKED),
    (Action.SIGN, Role.SIGNER, State.SIGNED),
    (Action.NUMBER, Role.CLERK, State.NUMBERED),
    (Action.ISSUE, Role.CLERK, State.ISSUED),
)
"""What every document goes through: action, role, the state after it."""
OF_THE_WAY = {action for action, _, _ in WAY}


def an_act(
    action: Action, *, sha256: str = SHA, reason: str = "Vì sao", check: str = "sums"
) -> Act:
    return Act(action=action, sha256=sha256, reason=reason, check=check)


def after(document: Document, *steps: Step) -> Document:
    return replace(document, steps=document.steps + steps)


def taken(document: Document, acts: Iterable[tuple[Act, Person]]) -> Document:
    """Return the document after acts, each of which must be allowed."""
    for act, person in acts:
        document = after(document, decide(document, act, person, recorded()))
    return document


def come_to(state: State, document: Document = ORDERED) -> Document:
    """Return a document in a state of the way, taken there by one person for each role."""
    acts = [(an_act(action), a_person(role)) for action, role, _ in WAY]
    waivers = [
        (an_act(Action.WAIVE, check=check), a_person(Role.CONTROLLER)) for check in sorted(BROKEN)
    ]
    reached = [after_it for _, _, after_it in WAY].index(state) + 1
    return taken(document, [acts[0], *(waivers if document.broken else []), *acts[1:reached]])


def refused(document: Document, act: Act, person: Person) -> str:
    with pytest.raises(Refused) as refusal:
        decide(document, act, person, recorded())
    return refusal.value.rule


PEOPLE = (
    *(a_person(role) for role in ROLES),
    a_person(*ROLES, name="everything"),
    a_person(*ROLES, name="everything else"),
    a_person(Role.APPROVER, Role.FORM_CHECKER, name="two roles"),
    a_person(*ROLES, name="of elsewhere", unit="2004-10507"),
    a_person(name="nobody"),
)
ACTS = st.builds(
    Act,
    action=st.sampled_from(Action),
    sha256=st.sampled_from([SHA, SHA, SHA, "b" * 64, None]),
    reason=st.sampled_from(["Vì sao", "Vì sao", ""]),
    check=st.sampled_from(sorted(BROKEN)),
)
NEXT = {
    State.ORDERED: Action.DRAW,
    State.DRAFT: Action.APPROVE_CONTENT,
    State.CONTENT_APPROVED: Action.CHECK_FORM,
    State.FORM_CHECKED: Action.SIGN,
    State.SIGNED: Action.NUMBER,
    State.NUMBERED: Action.ISSUE,
}


@given(st.data())
def test_no_way_leads_to_issuing_but_through_each_role_in_order(data: st.DataObject) -> None:
    """Whoever tries whatever: what is issued went the whole way, by people who had the right."""
    document = Document(
        unit=UNIT, sha256=SHA, broken=data.draw(st.sampled_from([BROKEN, frozenset[str]()]))
    )
    people = {person.name: person for person in PEOPLE}
    for _ in range(data.draw(st.integers(5, 40))):
        act = data.draw(ACTS)
        if document.state in NEXT and data.draw(st.booleans()):
            act = replace(act, action=NEXT[document.state])
        person = data.draw(st.sampled_from(PEOPLE))
        before = document.state
        try:
            step = decide(document, act, person, recorded())
        except Refused:
            continue
        assert people[step.person].unit == UNIT
        assert step.role in people[step.person].roles
        document = after(document, step)
        if document.state is State.ISSUED and before is not State.ISSUED:
            event("issued")
            _went_the_whole_way(document)


def _went_the_whole_way(document: Document) -> None:
    drawn = max(n for n, step in enumerate(document.steps) if step.action is Action.DRAW)
    steps = document.steps[drawn:]
    back = [n for n, step in enumerate(steps) if step.action is Action.SEND_BACK]
    way = [step for step in steps[max(back, default=0) :] if step.action in OF_THE_WAY]
    if back:
        way = [steps[0], *way]
    assert [(step.action, step.role, step.state) for step in way] == list(WAY)
    drafter, approver, checker, signer, _, _ = (step.person for step in way)
    assert len({drafter, approver, checker}) == 3
    assert signer not in {drafter, checker}
    waived = {step.check: step for step in steps if step.action is Action.WAIVE}
    assert waived.keys() == document.broken
    assert all(step.reason and step.person != drafter for step in waived.values())


def test_the_way_is_open() -> None:
    """Otherwise the test above would look at nothing. Only a waiver is of a check."""
    steps = come_to(State.ISSUED).steps
    assert {step.check for step in steps if step.action is not Action.WAIVE} == {""}
    assert [step.action for step in steps] == [
        Action.DRAW,
        Action.WAIVE,
        Action.WAIVE,
        *(action for action, _, _ in WAY[1:]),
    ]


@pytest.mark.parametrize(("place", "way"), list(enumerate(WAY[1:])))
def test_only_its_role_takes_a_step(place: int, way: tuple[Action, Role, State]) -> None:
    action, role, _ = way
    document = come_to(WAY[place][2])
    others = [other for other in ROLES if other is not role]

    assert {refused(document, an_act(action), a_person(*others))} == {"role_needed"}
    assert decide(document, an_act(action), a_person(role), recorded()).role is role


BACK = {Role.APPROVER, Role.FORM_CHECKER, Role.SIGNER}
STEPS: Mapping[tuple[State, Action], tuple[AbstractSet[Role], State]] = {
    (State.ORDERED, Action.DRAW): ({Role.DRAFTER}, State.DRAFT),
    (State.DRAFT, Action.DRAW): ({Role.DRAFTER}, State.DRAFT),
    (State.DRAFT, Action.WAIVE): ({Role.CONTROLLER}, State.DRAFT),
    (State.DRAFT, Action.APPROVE_CONTENT): ({Role.APPROVER}, State.CONTENT_APPROVED),
    (State.CONTENT_APPROVED, Action.WAIVE): ({Role.CONTROLLER}, State.CONTENT_APPROVED),
    (State.CONTENT_APPROVED, Action.CHECK_FORM): ({Role.FORM_CHECKER}, State.FORM_CHECKED),
    (State.CONTENT_APPROVED, Action.SEND_BACK): (BACK, State.DRAFT),
    (State.FORM_CHECKED, Action.WAIVE): ({Role.CONTROLLER}, State.FORM_CHECKED),
    (State.FORM_CHECKED, Action.SEND_BACK): (BACK, State.DRAFT),
    (State.FORM_CHECKED, Action.SIGN): ({Role.SIGNER}, State.SIGNED),
    (State.SIGNED, Action.NUMBER): ({Role.CLERK}, State.NUMBERED),
    (State.NUMBERED, Action.ISSUE): ({Role.CLERK}, State.ISSUED),
    (State.ISSUED, Action.REPLACE): ({Role.CLERK}, State.REPLACED),
    (State.ISSUED, Action.RECALL): ({Role.SIGNER}, State.RECALLED),
}
"""Every step that there is: who may take it, and where it leads."""


@pytest.mark.parametrize("state", State)
def test_there_are_these_steps_and_no_others(state: State) -> None:
    """Each action in each state by each role; one check is not waived where it is about that."""
    ends = {
        State.REPLACED: (Action.REPLACE, Role.CLERK),
        State.RECALLED: (Action.RECALL, Role.SIGNER),
    }
    document = (
        ORDERED if state is State.ORDERED else come_to(State.ISSUED if state in ends else state)
    )
    if state in ends:
        action, role = ends[state]
        document = taken(document, [(an_act(action), a_person(role))])
    unwaived = replace(document, broken=document.broken | {"one more"})

    found = dict[tuple[State, Action], tuple[AbstractSet[Role], State]]()
    for action, role in product(Action, Role):
        person, act = a_person(role, name=f"another {role}"), an_act(action, check="one more")
        try:
            step = decide(unwaived if action is Action.WAIVE else document, act, person, recorded())
        except Refused:
            continue
        roles, _ = found.get((state, action), (frozenset[Role](), None))
        found[state, action] = roles | {role}, step.state

    assert found == {key: told for key, told in STEPS.items() if key[0] is state}


@pytest.mark.parametrize(
    ("state", "action", "rule", "told"),
    [
        *(
            (state, action, "content_changed", {"sha256": "b" * 64})
            for state, action in STEPS
            if action in {Action.WAIVE, Action.APPROVE_CONTENT, Action.CHECK_FORM, Action.SIGN}
        ),
        *(
            (state, action, "missing", {"reason": ""})
            for state, action in STEPS
            if action in {Action.WAIVE, Action.SEND_BACK, Action.RECALL}
        ),
    ],
)
def test_what_has_to_be_said_with_a_step(
    state: State, action: Action, rule: str, told: Mapping[str, str]
) -> None:
    """Which content was looked at, and why."""
    document = replace(
        come_to(state), broken=BROKEN | ({"more"} if action is Action.WAIVE else set())
    )
    roles, _ = STEPS[state, action]

    for role in roles:
        person = a_person(role, name=f"another {role}")
        assert refused(document, an_act(action, check="more", **told), person) == rule


def test_nobody_waives_what_is_broken_in_their_own_draft() -> None:
    drafter = a_person(*ROLES, name=Role.DRAFTER)
    draft = replace(come_to(State.DRAFT), broken=BROKEN | {"more"})

    assert refused(draft, an_act(Action.WAIVE, check="more"), drafter) == "same_person"


def test_nobody_acts_for_another_unit() -> None:
    stranger = a_person(*ROLES, unit="2004-10507")

    assert refused(ORDERED, an_act(Action.DRAW), stranger) == "not_of_unit"


def test_what_was_not_looked_at_is_not_approved() -> None:
    """The content may have been drawn anew since."""
    draft = come_to(State.DRAFT)
    act = an_act(Action.APPROVE_CONTENT, sha256="b" * 64)

    assert refused(draft, act, a_person(Role.APPROVER)) == "content_changed"


def test_nobody_approves_checks_or_signs_what_is_their_own() -> None:
    all_of_them = a_person(*ROLES, name="everything")
    draft = taken(replace(ORDERED, broken=frozenset()), [(an_act(Action.DRAW), all_of_them)])
    approved = taken(draft, [(an_act(Action.APPROVE_CONTENT), a_person(Role.APPROVER))])
    checked = taken(approved, [(an_act(Action.CHECK_FORM), a_person(Role.FORM_CHECKER))])

    assert refused(draft, an_act(Action.APPROVE_CONTENT), all_of_them) == "same_person"
    assert refused(approved, an_act(Action.CHECK_FORM), all_of_them) == "same_person"
    assert refused(checked, an_act(Action.SIGN), all_of_them) == "same_person"
    approver = a_person(*ROLES, name=Role.APPROVER)
    assert refused(approved, an_act(Action.CHECK_FORM), approver) == "same_person"
    checker = a_person(*ROLES, name=Role.FORM_CHECKER)
    assert refused(checked, an_act(Action.SIGN), checker) == "same_person"
    # The chairman may approve what he then signs (Điều 11, Điều 13).
    assert decide(checked, an_act(Action.SIGN), approver, recorded()).state is State.SIGNED


def test_a_broken_check_blocks_signing_until_it_is_waived() -> None:
    checked = taken(ORDERED, [(an_act(action), a_person(role)) for action, role, _ in WAY[:3]])
    one = taken(checked, [(an_act(Action.WAIVE, check="sums"), a_person(Role.CONTROLLER))])
    both = taken(one, [(an_act(Action.WAIVE, check="shares"), a_person(Role.CONTROLLER))])

    assert refused(checked, an_act(Action.SIGN), a_person(Role.SIGNER)) == "checks_broken"
    assert refused(one, an_act(Action.SIGN), a_person(Role.SIGNER)) == "checks_broken"
    assert decide(both, an_act(Action.SIGN), a_person(Role.SIGNER), recorded()).state == "signed"
    assert both.state is State.FORM_CHECKED
    controller = a_person(Role.CONTROLLER)
    assert refused(one, an_act(Action.WAIVE, check="sums"), controller) == "nothing_to_waive"
    assert refused(one, an_act(Action.WAIVE, check="else"), controller) == "nothing_to_waive"
    assert refused(one, an_act(Action.WAIVE, check="shares", reason=""), controller) == "missing"


def test_what_is_drawn_anew_is_waived_anew() -> None:
    """A waiver is of the numbers that were looked at."""
    draft = come_to(State.DRAFT)
    assert draft.unwaived == frozenset()

    again = taken(draft, [(an_act(Action.DRAW), a_person(Role.DRAFTER))])

    assert again.unwaived == BROKEN


def test_what_is_sent_back_begins_again_with_a_reason() -> None:
    checked = come_to(State.FORM_CHECKED)
    back = an_act(Action.SEND_BACK)

    assert refused(checked, replace(back, reason=""), a_person(Role.SIGNER)) == "missing"
    draft = taken(checked, [(back, a_person(Role.SIGNER))])
    assert draft.state is State.DRAFT
    assert draft.unwaived == frozenset()
    assert refused(draft, an_act(Action.CHECK_FORM), a_person(Role.FORM_CHECKER)) == "wrong_state"


@pytest.mark.parametrize("state", [State.SIGNED, State.NUMBERED, State.ISSUED])
def test_what_is_signed_is_neither_drawn_nor_sent_back_nor_waived(state: State) -> None:
    signed = come_to(state)
    everybody = a_person(*ROLES, name="everything")

    for action in (Action.DRAW, Action.SEND_BACK, Action.WAIVE, Action.SIGN):
        assert refused(signed, an_act(action), everybody) == "wrong_state"


@pytest.mark.parametrize(
    ("action", "role", "state"),
    [
        (Action.REPLACE, Role.CLERK, State.REPLACED),
        (Action.RECALL, Role.SIGNER, State.RECALLED),
    ],
)
def test_an_issued_document_ends_replaced_or_recalled(
    action: Action, role: Role, state: State
) -> None:
    ended = taken(come_to(State.ISSUED), [(an_act(action), a_person(role))])

    assert ended.state is state
    everybody = a_person(*ROLES, name="everything")
    for each in Action:
        assert refused(ended, an_act(each), everybody) == "wrong_state"


@pytest.mark.parametrize(
    ("numbered", "issued", "late"),
    [
        (date(2023, 12, 8), date(2023, 12, 8), ()),
        (date(2023, 12, 11), date(2023, 12, 11), ()),
        (date(2023, 12, 11), date(2023, 12, 12), (Action.ISSUE,)),
        (date(2023, 12, 12), date(2023, 12, 12), (Action.NUMBER, Action.ISSUE)),
    ],
)
def test_what_comes_later_than_the_working_day_after_signing_is_late(
    numbered: date, issued: date, late: tuple[Action, ...]
) -> None:
    """It is signed on a Friday."""
    friday = date(2023, 12, 8)
    document = Document(unit=UNIT, sha256=SHA)
    for (action, role, _), day in zip(WAY, [friday] * 4 + [numbered, issued], strict=True):
        step = decide(document, an_act(action), a_person(role), recorded(day))
        document = after(document, step)

    assert document.late == late


def test_steps_follow_one_another() -> None:
    """A clock that was set back is not believed; a migration that goes back is refused."""
    draft = come_to(State.DRAFT)
    act, approver = an_act(Action.APPROVE_CONTENT), a_person(Role.APPROVER)
    yesterday = date(2023, 11, 13)

    assert decide(draft, act, approver, recorded(yesterday)).at > draft.steps[-1].at
    with pytest.raises(Refused, match="recording day"):
        decide(draft, act, approver, recorded(yesterday, migrated=True))


def test_the_right_in_which_somebody_signs_is_of_the_step_that_signs() -> None:
    """A person who moves up later has not signed as what they are then."""
    everything = frozenset(ROLES)
    deputy = Person(
        subject="deputy",
        name="Phó",
        roles=everything,
        unit=UNIT,
        capacity=Capacity.DEPUTY,
        position="Phó Chủ tịch",
    )

    document = taken(come_to(State.FORM_CHECKED), [(an_act(Action.SIGN), deputy)])
    numbered = taken(document, [(an_act(Action.NUMBER), deputy)])

    told = [(step.capacity, step.position) for step in numbered.steps[-3:]]
    assert told == [(None, ""), (Capacity.DEPUTY, "Phó Chủ tịch"), (None, "")]
