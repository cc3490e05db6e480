"""Decisions about documents: who may take which step, from which state. Pure.

The order is that of Nghị định 30/2020/NĐ-CP: content approved (Điều 11), form checked (Điều 12),
signed (Điều 13), numbered (Điều 15), issued (Điều 18). An error in the content of an issued
document is repaired by a replacing one, and a document may be recalled (Điều 18).
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from enum import StrEnum

from shared.calendar import due_day
from shared.clock import ward_day
from shared.people import Capacity, Person, Role
from shared.recorded import Recorded
from shared.refusal import Refused


class State(StrEnum):
    """How far a document has come. One that is ordered has not been drawn, and is kept nowhere."""

    ORDERED = "ordered"
    DRAFT = "draft"
    CONTENT_APPROVED = "content_approved"
    FORM_CHECKED = "form_checked"
    SIGNED = "signed"
    NUMBERED = "numbered"
    ISSUED = "issued"
    REPLACED = "replaced"
    RECALLED = "recalled"


class Action(StrEnum):
    """What can be done to a document."""

    DRAW = "draw"
    WAIVE = "waive"
    APPROVE_CONTENT = "approve_content"
    CHECK_FORM = "check_form"
    SEND_BACK = "send_back"
    SIGN = "sign"
    NUMBER = "number"
    ISSUE = "issue"
    REPLACE = "replace"
    RECALL = "recall"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody wants to do, and what they say with it.

    `sha256` is the content that they have seen, `after` the number of steps that they have seen
    taken (None: they do not say); `check` is the broken check that they waive.
    """

    action: Action
    sha256: str | None = None
    reason: str = ""
    check: str = ""
    after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What somebody did, and the state in which it left the document.

    `capacity` and `position` are those in which a signer signed.
    """

    action: Action
    person: str
    role: Role
    at: datetime
    state: State
    reason: str = ""
    check: str = ""
    capacity: Capacity | None = None
    position: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What decisions know of a document: its content by its hash, and all steps, the first first.

    `broken` are the checks of severity error that do not hold.
    """

    unit: str
    sha256: str = ""
    broken: frozenset[str] = frozenset()
    steps: tuple[Step, ...] = ()

    @property
    def state(self) -> State:
        """The present state."""
        return self.steps[-1].state if self.steps else State.ORDERED

    @property
    def of_this_content(self) -> tuple[Step, ...]:
        """The steps since the document was last drawn."""
        drawn = max((n for n, one in enumerate(self.steps) if one.action is Action.DRAW), default=0)
        return self.steps[drawn:]

    @property
    def waivers(self) -> tuple[Step, ...]:
        """The broken checks of the present content that were waived."""
        return tuple(step for step in self.of_this_content if step.action is Action.WAIVE)

    @property
    def unwaived(self) -> frozenset[str]:
        """The broken checks that block signing."""
        return self.broken - {step.check for step in self.waivers}

    def last(self, action: Action) -> Step | None:
        """Return the latest step of this kind."""
        return next((step for step in reversed(self.steps) if step.action is action), None)

    @property
    def late(self) -> tuple[Action, ...]:
        """The steps taken later than the working day after signing (Điều 15, Điều 18 khoản 1)."""
        signed = self.last(Action.SIGN)
        if signed is None:
            return ()
        due = due_day(ward_day(signed.at), 1, "working")
        steps = (self.last(action) for action in (Action.NUMBER, Action.ISSUE))
        return tuple(step.action for step in steps if step and ward_day(step.at) > due)


@dataclass(frozen=True, slots=True)
class Rule:
    """From which states to which one an action leads (None: it stays), and for whom.

    It is not for somebody who took one of the steps `apart` on the same content. With `seen` the
    person says which content they saw; with `reasoned` they say why.
    """

    sources: AbstractSet[State]
    to: State | None
    roles: AbstractSet[Role]
    _: KW_ONLY
    apart: AbstractSet[Action] = frozenset()
    seen: bool = False
    reasoned: bool = False


RULES: Mapping[Action, Rule] = {
    Action.DRAW: Rule({State.ORDERED, State.DRAFT}, State.DRAFT, {Role.DRAFTER}),
    Action.WAIVE: Rule(
        {State.DRAFT, State.CONTENT_APPROVED, State.FORM_CHECKED},
        None,
        {Role.CONTROLLER},
        apart={Action.DRAW},
        seen=True,
        reasoned=True,
    ),
    Action.APPROVE_CONTENT: Rule(
        {State.DRAFT}, State.CONTENT_APPROVED, {Role.APPROVER}, apart={Action.DRAW}, seen=True
    ),
    Action.CHECK_FORM: Rule(
        {State.CONTENT_APPROVED},
        State.FORM_CHECKED,
        {Role.FORM_CHECKER},
        apart={Action.DRAW, Action.APPROVE_CONTENT},
        seen=True,
    ),
    Action.SEND_BACK: Rule(
        {State.CONTENT_APPROVED, State.FORM_CHECKED},
        State.DRAFT,
        {Role.APPROVER, Role.FORM_CHECKER, Role.SIGNER},
        reasoned=True,
    ),
    Action.SIGN: Rule(
        {State.FORM_CHECKED},
        State.SIGNED,
        {Role.SIGNER},
        apart={Action.DRAW, Action.CHECK_FORM},
        seen=True,
    ),
    Action.NUMBER: Rule({State.SIGNED}, State.NUMBERED, {Role.CLERK}),
    Action.ISSUE: Rule({State.NUMBERED}, State.ISSUED, {Role.CLERK}),
    Action.REPLACE: Rule({State.ISSUED}, State.REPLACED, {Role.CLERK}),
    Action.RECALL: Rule({State.ISSUED}, State.RECALLED, {Role.SIGNER}, reasoned=True),
}


def decide(document: Document, act: Act, person: Person, recorded: Recorded) -> Step:
    """Return the step that an act comes to; refuses what the rules do not allow."""
    rule = RULES[act.action]
    roles = rule.roles & person.roles
    if person.unit != document.unit:
        raise Refused("not_of_unit", "unit", status=403, unit=person.unit)
    if not roles:
        raise Refused("role_needed", "Authorization", status=403, roles=_listed(rule.roles))
    _is_as_seen(document, act)
    taken = (step for step in document.of_this_content if step.action in rule.apart)
    if person.name in {step.person for step in taken}:
        raise Refused("same_person", "Authorization", status=403, person=person.name)
    if rule.reasoned and not act.reason:
        raise Refused("missing", "reason")
    if act.action is Action.WAIVE and act.check not in document.unwaived:
        raise Refused("nothing_to_waive", "check", checks=_listed(document.unwaived))
    if act.action is Action.SIGN and document.unwaived:
        raise Refused("checks_broken", "action", status=409, checks=_listed(document.unwaived))
    if document.steps:
        recorded = recorded.after(document.steps[-1].at)
    signs = act.action is Action.SIGN
    return Step(
        action=act.action,
        person=person.name,
        role=min(roles),
        at=recorded.at,
        state=rule.to or document.state,
        reason=act.reason,
        check=act.check if act.action is Action.WAIVE else "",
        capacity=person.capacity if signs else None,
        position=person.position if signs else "",
    )


def _is_as_seen(document: Document, act: Act) -> None:
    """Refuse what is done with a document that is not, or not any more, as whoever does it says."""
    rule = RULES[act.action]
    if act.after not in {None, len(document.steps)}:
        raise Refused("moved_on", "action", status=409, state=document.state)
    if document.state not in rule.sources:
        states = _listed(rule.sources)
        raise Refused("wrong_state", "action", status=409, state=document.state, states=states)
    if rule.seen and act.sha256 != document.sha256:
        raise Refused("content_changed", "sha256", status=409, sha256=document.sha256)


def _listed(names: AbstractSet[str]) -> str:
    return ", ".join(sorted(names)) or "–"  # noqa: RUF001  the dash of statutory tables
