"""The languages that people are answered in, and a text in both of them."""

from collections.abc import Mapping
from typing import Literal

type Language = Literal["vi", "en"]
type Text = Mapping[Language, str]
