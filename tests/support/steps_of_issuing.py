"""The way of a report from its draft to its issue: each step, and whose it is."""

from services.reporting.issuing.model import Action
from shared.people import Role

WAY = (
    (Action.DRAW, Role.DRAFTER),
    (Action.APPROVE_CONTENT, Role.APPROVER),
    (Action.CHECK_FORM, Role.FORM_CHECKER),
    (Action.WAIVE, Role.CONTROLLER),
    (Action.SIGN, Role.SIGNER),
    (Action.NUMBER, Role.CLERK),
    (Action.ISSUE, Role.CLERK),
)
