"""Every event has its own words."""

from shared.events import CATALOGUE
from shared.events.words import WORDS


def test_every_event_has_words_of_its_own() -> None:
    assert list(WORDS) == list(CATALOGUE)
    assert len(set(WORDS.values())) == len(WORDS)
