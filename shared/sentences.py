"""From a rule and its values to the sentence that people read."""

import re
from collections.abc import Mapping
from datetime import date

from shared.language import Language
from shared.messages import MESSAGES

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def sentence(rule: str, language: Language, values: Mapping[str, object]) -> str:
    """Return what a rule says in a language, with the values that it mentions.

    In Vietnamese days among them, also as JSON has them, are as people write them: 30/11/2023.
    """
    told = {name: _written(one) for name, one in values.items()} if language == "vi" else values
    return MESSAGES[rule][language].format(**told)


def _written(value: object) -> object:
    day = _DAY.fullmatch(str(value)) if isinstance(value, str | date) else None
    return f"{day[3]}/{day[2]}/{day[1]}" if day else value
