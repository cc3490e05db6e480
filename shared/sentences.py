"""From a rule and its values to the sentence that people read."""

import re
from collections.abc import Mapping
from datetime import date

from shared import units
from shared.events.cases import Status
from shared.language import Language
from shared.messages import MESSAGES
from shared.messages_of_access import DEPARTMENTS, ROLES
from shared.procedures import PROCEDURES

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_STATES: Mapping[object, str] = {
    Status.OPEN: "đang giải quyết",
    Status.RESOLVED: "đã giải quyết",
    Status.REFUSED: "đã từ chối",
    Status.WITHDRAWN: "đã rút",
    Status.CANCELLED: "đã hủy",
    # Of documents (services.reporting.issuing.model).
    "ordered": "đã đặt lập",
    "draft": "dự thảo",
    "content_approved": "đã duyệt nội dung",
    "form_checked": "đã kiểm tra thể thức",
    "signed": "đã ký",
    "numbered": "đã cấp số",
    "issued": "đã phát hành",
    "replaced": "đã được thay thế",
    "recalled": "đã thu hồi",
}


def sentence(rule: str, language: Language, values: Mapping[str, object]) -> str:
    """Return what a rule says in a language, with the values that it mentions.

    In Vietnamese they are as people write them, also where they come as JSON has them: days as
    30/11/2023, and states of cases and documents, procedures and units by their names.
    """
    told = (
        {name: _written(name, one) for name, one in values.items()} if language == "vi" else values
    )
    return MESSAGES[rule][language].format(**told)


def _written(name: str, value: object) -> object:
    match name:
        case "state" | "states":
            return ", ".join(_STATES.get(one, one) for one in str(value).split(", "))
        case "procedure" if value in PROCEDURES:
            return f"“{PROCEDURES[str(value)].label_vi}”"
        case "unit":
            return _unit(str(value))
        case "roles":
            return ", ".join(ROLES.get(one, one) for one in str(value).split(", "))
        case "department":
            return DEPARTMENTS.get(str(value), value)
    day = _DAY.fullmatch(str(value)) if isinstance(value, str | date) else None
    return f"{day[3]}/{day[2]}/{day[1]}" if day else value


def _unit(id_or_code: str) -> str:
    try:
        return f"{units.called(id_or_code)} ({id_or_code})"
    except units.UnknownUnit:
        return id_or_code
