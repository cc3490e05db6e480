"""A refusal: which rule, about which field. Pure; shared.problems answers it over HTTP."""

from shared.messages import MESSAGES


class Refused(Exception):
    """A command or question that the rules do not allow; nothing was changed.

    `rule` is a key of shared.messages, `field` the JSON path of what is wrong ("" for the whole),
    `values` what the rule's sentence mentions, `status` the HTTP status.
    """

    def __init__(self, rule: str, field: str = "", *, status: int = 422, **values: object) -> None:
        """Refuse by `rule`."""
        super().__init__(MESSAGES[rule]["en"].format(**values))
        self.rule = rule
        self.field = field
        self.status = status
        self.values = values
