"""What an event counts as hangs on the state that it tells of, not on how it comes to tell it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.projections.contributions import contributions
from shared.events.envelope import Event
from tests.support.builders import a_cancellation, a_visit
from tests.support.stories import cases, sayings


@settings(deadline=None)
@given(sayings())
def test_what_is_corrected_counts_as_if_it_had_been_said_at_once(
    saying: tuple[Event, Event],
) -> None:
    at_once, corrected = saying
    assert contributions(at_once) == contributions(corrected)


@settings(deadline=None)
@given(
    cases().map(a_cancellation)
    | st.integers(1, 1000).map(lambda people: a_visit(people, cancelled=True))
)
def test_what_is_cancelled_counts_as_nothing_whatever_it_was(cancellation: Event) -> None:
    assert contributions(cancellation) == ()
