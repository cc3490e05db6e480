"""What an event counts as hangs on the state that it tells of, not on how it comes to tell it."""

from hypothesis import given, settings

from services.reporting.projections.contributions import contributions
from shared.events.cases import Case
from shared.events.envelope import Event
from tests.support.builders import a_cancellation
from tests.support.stories import cases, sayings


@settings(deadline=None)
@given(sayings())
def test_what_is_corrected_counts_as_if_it_had_been_said_at_once(
    saying: tuple[Event, Event],
) -> None:
    at_once, corrected = saying
    assert contributions(at_once) == contributions(corrected)


@settings(deadline=None)
@given(cases())
def test_a_cancelled_case_counts_as_nothing_whatever_it_was(case: Case) -> None:
    assert contributions(a_cancellation(case)) == ()
