"""The tallies are a function of the set of versions: order, batches and duplicates are nothing."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.decode import Version
from services.reporting.projections.contributions import Contribution
from shared.events.cases import Status
from tests.support.builders import (
    DAY,
    SUBJECT,
    a_birth,
    a_cancellation,
    a_case,
    a_contribution,
    a_correction,
    a_receipt,
    a_version,
)
from tests.support.recount import Cell, Change, Changes, Tallies, changes, merged, recount

type Step = tuple[UUID, Version]

DAYS = st.integers(0, 4).map(lambda days: DAY + timedelta(days=days))
CONTRIBUTIONS = st.builds(
    a_contribution,
    measure=st.sampled_from(["received", "closed", "declared"]),
    amount=st.integers(-2, 3),
    on=DAYS,
    unit=st.sampled_from(["2004-10525", "2004-10528"]),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Step]:
    """Draw every version of some subjects, with clocks that do not always run forward."""
    steps: list[Step] = []
    for number in range(draw(st.integers(1, 3))):
        for sequence in range(1, draw(st.integers(1, 4)) + 1):
            counts = tuple(draw(st.lists(CONTRIBUTIONS, max_size=3)))
            steps.append((UUID(int=number), Version(sequence, draw(DAYS), counts)))
    return steps


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Step], list[list[Step]]]:
    """Draw a history, and batches that bring each of its steps at least once, in any order."""
    history = draw(histories())
    again = draw(st.lists(st.sampled_from(history), max_size=6))
    order = draw(st.permutations([*history, *again]))
    borders = sorted(draw(st.sets(st.integers(0, len(order)), max_size=5)))
    cuts = [0, *borders, len(order)]
    batches = [list(order[start:end]) for start, end in itertools.pairwise(cuts)]
    return history, batches


def by_subject(steps: Iterable[Step]) -> dict[UUID, list[Version]]:
    found: dict[UUID, list[Version]] = defaultdict(list)
    for subject, version in steps:
        if version not in found[subject]:
            found[subject].append(version)
    return found


def fold(batches: Sequence[Sequence[Step]]) -> Tallies:
    """Fold batch after batch, as the service does: known steps are left out, new ones stay."""
    known: list[Step] = []
    told: list[Changes] = []
    for batch in batches:
        new = by_subject(step for step in batch if step not in known)
        subjects = {subject for subject, _ in batch}
        told.append(changes(by_subject(step for step in known if step[0] in subjects), new))
        known += [(subject, version) for subject, versions in new.items() for version in versions]
    return merged(told)


def up_to(tallies: Tallies, day: date) -> Mapping[tuple[object, ...], int]:
    """Return what was recorded up to a day, by what it counts; nothing is left out."""
    totals: dict[tuple[object, ...], int] = defaultdict(int)
    for cell, (_, amount) in tallies.items():
        if cell.recorded_on <= day:
            totals[cell.unit, cell.series, cell.occurred_on] += amount
    return {key: amount for key, amount in totals.items() if amount}


def last_of(history: Iterable[Step]) -> Mapping[tuple[object, ...], int]:
    """Return what the last versions of a history count as, by what they count."""
    last: dict[UUID, Version] = {}
    for subject, version in history:
        if subject not in last or last[subject].sequence < version.sequence:
            last[subject] = version
    totals: dict[tuple[object, ...], int] = defaultdict(int)
    for version in last.values():
        for one in version.counts:
            totals[one.unit, one.series, one.occurred_on] += one.amount
    return {key: amount for key, amount in totals.items() if amount}


def recorded_up_to(history: Iterable[Step], day: date) -> list[Step]:
    """Return the steps recorded up to a day; a step is no earlier than the one before it."""
    kept: list[Step] = []
    for subject, versions in by_subject(history).items():
        latest = date.min
        for version in sorted(versions, key=lambda version: version.sequence):
            latest = max(latest, version.recorded_on)
            if latest <= day:
                kept.append((subject, version))
    return kept


@settings(deadline=None)
@given(deliveries())
def test_order_batches_and_duplicates_change_nothing(
    delivery: tuple[list[Step], list[list[Step]]],
) -> None:
    """However the steps arrive, the tallies are those of a naive recount of the whole set."""
    history, batches = delivery
    assert recount(by_subject(history)) == fold(batches)


@settings(deadline=None)
@given(histories())
def test_one_batch_and_single_steps_are_the_same(history: list[Step]) -> None:
    assert fold([history]) == fold([[step] for step in history])
    assert fold([history]) == fold([[step] for step in reversed(history)])


@settings(deadline=None)
@given(histories())
def test_what_is_known_already_changes_nothing(history: list[Step]) -> None:
    assert changes(by_subject(history), {}) == {}


@settings(deadline=None)
@given(histories(), DAYS)
def test_as_of_a_day_is_what_had_been_recorded_by_then(history: list[Step], day: date) -> None:
    """The filter on the recording day gives what a fold of the steps known then would give."""
    then = recorded_up_to(history, day)

    assert fold([then]) == {
        cell: amount for cell, amount in fold([history]).items() if cell.recorded_on <= day
    }
    assert last_of(then) == up_to(fold([history]), day)


@settings(deadline=None)
@given(deliveries())
def test_in_the_end_each_subject_counts_as_its_last_version(
    delivery: tuple[list[Step], list[list[Step]]],
) -> None:
    """No step that was corrected, and none that came late, is in the sums."""
    history, batches = delivery
    assert last_of(history) == up_to(fold(batches), date.max)


@settings(deadline=None)
@given(st.lists(CONTRIBUTIONS, max_size=3), st.lists(CONTRIBUTIONS, max_size=3))
def test_a_correction_moves_the_numbers_to_what_is_right(
    wrong: list[Contribution], right: list[Contribution]
) -> None:
    """From its recording day on it is as if `right` had been said at once; before, as if wrong."""
    later = DAY + timedelta(days=1)
    told = fold([[(SUBJECT, Version(1, DAY, tuple(wrong)))]])
    corrected = fold(
        [[(SUBJECT, Version(1, DAY, tuple(wrong))), (SUBJECT, Version(2, later, tuple(right)))]]
    )
    at_once = fold([[(SUBJECT, Version(1, DAY, tuple(right)))]])

    assert up_to(told, DAY) == up_to(corrected, DAY)
    assert up_to(at_once, later) == up_to(corrected, later)


def test_a_cancelled_case_counts_as_nothing_and_its_history_stays() -> None:
    """As of the day before the cancellation the birth is still counted."""
    received, resolved = a_case(), a_case(Status.RESOLVED)
    later = DAY + timedelta(days=1)
    steps = [
        (SUBJECT, a_version(of=a_receipt(received))),
        (SUBJECT, a_version(of=a_birth(resolved))),
        (SUBJECT, a_version(of=a_cancellation(resolved, recorded_on=later))),
    ]

    assert up_to(fold([steps]), later) == {}
    assert up_to(fold([steps[:2]]), DAY) == up_to(fold([steps]), DAY) != {}


def test_a_correction_takes_out_the_old_channel_on_the_day_it_is_recorded() -> None:
    later = DAY + timedelta(days=3)
    wrong, right = a_case(), a_case(channel="post")
    folded = fold(
        [
            [
                (SUBJECT, a_version(of=a_receipt(wrong))),
                (SUBJECT, a_version(of=a_correction(right, sequence=2, recorded_on=later))),
            ]
        ]
    )

    online, post = (
        a_contribution(on=wrong.received_on, channel=channel, procedure="registry.birth").series
        for channel in ("online", "post")
    )
    on = wrong.received_on
    received = {cell: told for cell, told in folded.items() if cell.series.measure == "received"}
    assert received == {
        Cell("2004-10525", online, on, DAY): (1, 1),
        Cell("2004-10525", online, on, later): (-1, -1),
        Cell("2004-10525", post, on, later): (1, 1),
    }


def test_a_zero_that_was_declared_is_a_tally() -> None:
    """Its number of contributions says that somebody said it."""
    zero = a_contribution("declared", amount=0)
    told = changes({}, {SUBJECT: [a_version(1, zero)]})

    assert {Cell(zero.unit, zero.series, DAY, DAY): Change(facts=1, amount=0)} == told


def test_a_version_that_changes_nothing_moves_no_tally() -> None:
    same = a_contribution()
    known = {SUBJECT: [a_version(1, same)]}

    assert changes(known, {SUBJECT: [a_version(2, same, recorded_on=date(2024, 1, 1))]}) == {}
