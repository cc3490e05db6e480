"""What may be done next with a document, by whom, and what was done already. Pure.

The rules are those of the model, which is asked; none is said here again.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from services.reporting.issuing.model import RULES, Act, Action, Document, State, decide
from shared.people import Person, Role
from shared.recorded import Recorded
from shared.refusal import Refused

_ORDER = list(State)
_BY_HAND = [action for action in Action if action is not Action.REPLACE]
"""What replaces a report is issued, and so the report is replaced: nobody does that by itself."""


def open_to(document: Document, person: Person, recorded: Recorded) -> Sequence[Action]:
    """Return what somebody may do with a document now, saying all that has to be said with it."""
    return [one for one in _BY_HAND if _is_open(document, one, person, recorded)]


def _is_open(document: Document, action: Action, person: Person, recorded: Recorded) -> bool:
    check = min(document.unwaived, default="")
    act = Act(action=action, sha256=document.sha256, reason=action, check=check)
    try:
        decide(document, act, person, recorded)
    except Refused:
        return False
    return True


def awaited(document: Document) -> Mapping[Action, AbstractSet[Role]]:
    """Return the steps that a document waits for on its way to being issued, and whose they are.

    Broken checks wait to be waived; the document moves on beside that, but is not signed.
    """
    state = document.state
    following = _ORDER[_ORDER.index(state) + 1 : _ORDER.index(State.ISSUED) + 1]
    waiver = RULES[Action.WAIVE]
    found = {Action.WAIVE} if document.unwaived and state in waiver.sources else set[Action]()
    found |= {one for one in _BY_HAND if state in RULES[one].sources and RULES[one].to in following}
    return {one: RULES[one].roles for one in _BY_HAND if one in found}


def is_taken(document: Document, act: Act, person: Person) -> bool:
    """Say whether somebody took this very step already, after those that they say they have seen.

    So a button that is pressed twice does what it says once.
    """
    if act.after is None or not 0 <= act.after < len(document.steps):
        return False
    step = document.steps[act.after]
    told = act.action, person.name, act.reason, act.check if act.action is Action.WAIVE else ""
    return (step.action, step.person, step.reason, step.check) == told
