"""The argument of docs/exactness.md, checked on its models: every state of small instances.

Each invariant has bugs that break it; a checker that does not find them proves nothing.
"""

from functools import partial
from typing import get_args

import pytest

from tests.support import folding_model as folding
from tests.support import publishing_model as publishing
from tests.support.exploring import Explored, explore

FACTS = "the facts are not those of the log up to the positions"
TALLIES = "the tallies are not a recount of the log up to the positions"
BACK = "a reader sees the positions go back"

PUBLISHING = {
    "two desks": (publishing.Size(), 17_052),
    "two relays that both lead": (publishing.Size(desks=1, relays=2, copies=1), 9_293),
}
FOLDING = {
    "two workers": (folding.Size(), 400),
    "longer logs": (folding.Size(lengths=(3, 2)), 8_064),
    "a case in two topics": (
        folding.Size(lengths=(2, 2), cases=1, partitions=1, versions=3),
        5_103,
    ),
    "a case in a wrong partition": (folding.Size(lengths=(2, 2), cases=1, anywhere=True), 2_064),
    "a rebuild": (folding.Size(projections=2), 18_240),
    "a reader": (folding.Size(lengths=(1, 1), workers=1, projections=2, readers=1), 3_280),
}
"""Instances, and how many states each has."""

PUBLISHING_BUGS: dict[publishing.Bug, str] = {
    "answers before the commit": "a command is answered and not committed",
    "writes to the log beside the outbox": "an event is on the log and not committed",
    "forgets the keys of commands": "a command was done twice",
    "takes no lock on the case": "two events are the same step",
    "draws the position before the lock": "first occurrences on the log are out of order",
    "publishes on past a failure": "first occurrences on the log are out of order",
    "deletes before the acknowledgement": "a committed event is nowhere",
    "deletes up to the last position": "a committed event is nowhere",
    "reads past the last position": "something stays in the outbox for ever",
}
FOLDING_BUGS: dict[folding.Bug, tuple[str, str]] = {
    "moves the positions outside of the transaction": ("two workers", FACTS),
    "neither locks nor compares the positions": ("two workers", TALLIES),
    "compares the positions without a lock": ("a case in two topics", TALLIES),
    "locks the positions of one topic alone": ("a case in two topics", TALLIES),
    "counts what lies in another partition": ("a case in a wrong partition", TALLIES),
    "folds what lies below the position again": ("two workers", BACK),
    "skips a gap": ("two workers", FACTS),
    "counts a step each time that it comes": ("two workers", TALLIES),
    "lets an older version overwrite a newer one": ("two workers", TALLIES),
    "switches before it has caught up": ("a rebuild", BACK),
    "reads without a snapshot": ("a reader", "a reader sees a mixture"),
}
"""Every bug, where it is looked for, and the invariant that it breaks there."""


def published(size: publishing.Size, bug: publishing.Bug | None = None) -> Explored:
    """Visit every state of publishing; from a quiet one a relay must bring everything away."""

    def wrong(state: publishing.State) -> str | None:
        quiet = not any(state.turns) and not any(state.open)
        if quiet and publishing.drained(state, size, bug).outbox:
            return "something stays in the outbox for ever"
        return publishing.wrong(state)

    return explore([publishing.start(size)], partial(publishing.steps, size=size, bug=bug), wrong)


def folded(size: folding.Size, bug: folding.Bug | None = None) -> Explored:
    """Visit every state of folding; from a quiet one a worker must come to the end of the logs."""

    def wrong(state: folding.State) -> str | None:
        if not any(state.workers):
            ends = tuple(map(len, state.logs))
            done = folding.drained(state, size, bug).projections
            if any(projection.positions != ends for projection in done):
                return "something is never folded"
        return folding.wrong(state, size, bug)

    return explore(folding.starts(size), partial(folding.steps, size=size, bug=bug), wrong)


@pytest.mark.parametrize("instance", PUBLISHING)
def test_publishing_is_exact_in_every_state(instance: str) -> None:
    """Nothing is lost, nothing is done twice, first occurrences are in order."""
    size, states = PUBLISHING[instance]
    assert Explored(states) == published(size)


@pytest.mark.parametrize("instance", FOLDING)
def test_folding_is_exact_in_every_state(instance: str) -> None:
    """The tallies are a recount of the log up to the positions; no reader sees them go back."""
    size, states = FOLDING[instance]
    assert Explored(states) == folded(size)


@pytest.mark.parametrize("bug", PUBLISHING_BUGS)
def test_a_bug_of_publishing_is_found(bug: publishing.Bug) -> None:
    assert PUBLISHING_BUGS[bug] == published(publishing.Size(), bug).wrong


@pytest.mark.parametrize("bug", FOLDING_BUGS)
def test_a_bug_of_folding_is_found(bug: folding.Bug) -> None:
    instance, broken = FOLDING_BUGS[bug]
    assert broken == folded(FOLDING[instance][0], bug).wrong


def test_no_bug_is_left_out() -> None:
    assert {*get_args(publishing.Bug.__value__)} == PUBLISHING_BUGS.keys()
    assert {*get_args(folding.Bug.__value__)} == FOLDING_BUGS.keys() | {folding.HARMLESS}


@pytest.mark.parametrize("instance", ["two workers", "a case in two topics"])
def test_the_comparison_of_positions_is_a_second_bolt(instance: str) -> None:
    """Under the lock no position moves: without the comparison the fold is exact as well."""
    size, states = FOLDING[instance]
    assert Explored(states) == folded(size, folding.HARMLESS)
