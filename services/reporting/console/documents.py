"""A document as its page tells it: how it stands, what it waits for, what a reader may do. Pure."""

from collections.abc import Sequence

from services.reporting.issuing.kept import KeptCheck, KeptReport
from services.reporting.issuing.model import RULES, Action, Document, State, Step
from services.reporting.issuing.next_steps import awaited, open_to
from services.reporting.issuing.store import Held
from services.reporting.report import numbers
from services.reporting.report.annexes import side
from shared.people import Person, Role
from shared.record import record
from shared.recorded import Recorded

_WITH_FORMS_OF_THEIR_OWN = {Action.DRAW, Action.WAIVE}


@record(kw_only=True)
class Awaited:
    """A step that a document waits for, and whose it is."""

    action: Action
    roles: tuple[Role, ...]


@record(kw_only=True)
class Button:
    """A step that whoever reads may take; one that `leads_on` is on the way to being issued.

    It may ask why, or be taken of the content as it was seen.
    """

    action: Action
    is_reasoned: bool
    is_of_content: bool
    leads_on: bool


@record(kw_only=True)
class Broken:
    """A broken check with both sides as they are printed; `waived` is the step by which it was."""

    check: KeptCheck
    left: str
    right: str
    difference: str
    waived: Step | None


@record(kw_only=True)
class Standing:
    """How a document stands, and what whoever reads may do with it."""

    awaited: tuple[Awaited, ...]
    buttons: tuple[Button, ...]
    broken: tuple[Broken, ...]
    may_waive: bool
    may_draw_anew: bool
    may_replace: bool


def standing(
    held: Held, report: KeptReport, later: Sequence[Held], person: Person, recorded: Recorded
) -> Standing:
    """Return how a document stands, for somebody; `later` are the documents that concern it."""
    document = held.document
    mine = open_to(document, person, recorded)
    is_replaced = "report" in {one.kind for one in later}
    return Standing(
        awaited=waited_for(document),
        buttons=tuple(
            Button(
                action=one,
                is_reasoned=RULES[one].reasoned,
                is_of_content=RULES[one].seen,
                leads_on=one in awaited(document),
            )
            for one in mine
            if one not in _WITH_FORMS_OF_THEIR_OWN
        ),
        broken=tuple(_broken(document, report.checks)),
        may_waive=Action.WAIVE in mine,
        may_draw_anew=Action.DRAW in mine and held.kind == "report",
        may_replace=is_in_force(held)
        and not is_replaced
        and may_draw(document.unit, person, recorded),
    )


def waited_for(document: Document) -> tuple[Awaited, ...]:
    """Return the steps that a document waits for."""
    told = awaited(document).items()
    return tuple(Awaited(action=one, roles=tuple(sorted(roles))) for one, roles in told)


def may_draw(unit: str, person: Person, recorded: Recorded) -> bool:
    """Say whether somebody may draw documents of a unit."""
    return Action.DRAW in open_to(Document(unit=unit), person, recorded)


def is_in_force(held: Held) -> bool:
    """Say whether a document is a report that was issued, and neither replaced nor recalled."""
    return held.kind == "report" and held.document.state is State.ISSUED


def number_of(held: Held) -> str:
    """Return the number of a document with its notation, `05/BC-UBND`; a dash before it has it."""
    return numbers.NO_RATE if held.number is None else f"{held.number:02}/{held.notation}"


def _broken(document: Document, checks: Sequence[KeptCheck]) -> Sequence[Broken]:
    waived = {step.check: step for step in document.waivers}
    return [
        Broken(
            check=one,
            left=side(one.left),
            right=side(one.right),
            difference=side(one.difference),
            waived=waived.get(one.id),
        )
        for one in checks
        if one.id in document.broken
    ]
