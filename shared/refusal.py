"""A refusal: which rule, about which field. Pure; shared.problems answers it over HTTP."""

from collections.abc import Sequence
from typing import Any

from pydantic_core import ErrorDetails

from shared.messages import MESSAGES
from shared.sentences import sentence

type Error = tuple[str, str, dict[str, Any]]
"""What is wrong: the field, the rule, and what the rule's sentence mentions."""


class Refused(Exception):
    """A command or question that the rules do not allow; nothing was changed.

    `rule` is a key of shared.messages, `field` the JSON path of what is wrong ("" for the whole),
    `values` what the rule's sentence mentions, `status` the HTTP status.
    """

    def __init__(self, rule: str, field: str = "", *, status: int = 422, **values: object) -> None:
        """Refuse by `rule`."""
        super().__init__(sentence(rule, "en", values))
        self.rule = rule
        self.field = field
        self.status = status
        self.values = values
        self.errors: Sequence[Error] = ((field, rule, values),)

    def at(self, field: str) -> "Refused":
        """Return the same refusal of another field."""
        refused = Refused  # by the rule of this one, which no place in the code names again
        return refused(self.rule, field, status=self.status, **self.values)


class RefusedAll(Refused):
    """Several refusals of one command, told together; the first gives rule, field, status."""

    def __init__(self, refusals: Sequence[Refused]) -> None:
        """Refuse by the rules of `refusals`, of which there is at least one."""
        first = refusals[0]
        super().__init__(first.rule, first.field, status=first.status, **first.values)
        self.errors = tuple(error for one in refusals for error in one.errors)


def broken(item: ErrorDetails, field: str) -> Refused:
    """Return what pydantic found as the refusal of a field."""
    rule = item["type"] if item["type"] in MESSAGES else "invalid"
    context: dict[str, Any] = {key: str(value) for key, value in item.get("ctx", {}).items()}
    if "expected" in context:
        context["expected"] = context["expected"].replace(" or ", ", ").replace("'", "")
    refused = Refused  # by a rule of pydantic's, which no place in the code names
    return refused(rule, field, **{"reason": item["msg"], **context})
