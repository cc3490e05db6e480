"""Both models of docs/exactness.md as one machine, larger than can be explored, driven at random.

Departments publish through their outbox, a department's own software puts steps on the log as it
likes, workers fold, the next projection is built and goes live. In the end all is brought to rest.
"""

from typing import cast

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.support import folding_model as folding
from tests.support import publishing_model as publishing
from tests.support.folding_model import Event, Piece

PUBLISHING = publishing.Size(cases=3, commands=4, desks=2, relays=2, batch=3, copies=3)
FOLDING = folding.Size(lengths=(0,) * 4, cases=5, workers=3, projections=2, readers=1)
"""Two topics of two partitions; the cases of publishing are in the first topic."""

OF_OTHERS = st.builds(Event, st.integers(PUBLISHING.cases, FOLDING.cases - 1), st.integers(1, 4))
AT_RANDOM = settings(
    deadline=None,
    max_examples=40,
    stateful_step_count=80,
    suppress_health_check=[HealthCheck.too_slow],
)
AT_ONCE = settings(AT_RANDOM, derandomize=True, phases=[Phase.generate])
EASY: tuple[publishing.Bug | folding.Bug, ...] = (
    "answers before the commit",
    "writes to the log beside the outbox",
    "forgets the keys of commands",
    "draws the position before the lock",
    "deletes before the acknowledgement",
    "moves the positions outside of the transaction",
    "counts a step each time that it comes",
    "lets an older version overwrite a newer one",
    "counts what lies in another partition",
    "reads without a snapshot",
)
"""Bugs that random steps come across within seconds; the others need every state to be visited."""


class Whole(RuleBasedStateMachine):
    """From the command to the reader: any thing next."""

    publishing_bug: publishing.Bug | None = None
    folding_bug: folding.Bug | None = None

    def __init__(self) -> None:
        super().__init__()
        self.published = publishing.start(PUBLISHING)
        self.brought = [0] * PUBLISHING.cases
        self.folded = next(folding.starts(FOLDING))

    @rule(data=st.data(), who=st.sampled_from(["desk", "relay"]))
    def publish(self, data: st.DataObject, who: str) -> None:
        """Have a desk or a relay do something, or kill it."""
        every = publishing.steps(self.published, PUBLISHING, self.publishing_bug)
        possible = [step for step in every if step[0].startswith(who)]
        if possible:
            name, self.published = data.draw(st.sampled_from(possible))
            note(name)
            self._append_what_was_published()

    @rule(log=st.integers(0, 3), event=OF_OTHERS)
    def append_by_contract(self, log: int, event: Event) -> None:
        """Bring a step in any order, once more, or to a partition that is not its own."""
        self._append(log, event)

    @rule(worker=st.integers(0, 2), number=st.integers(0, 1), data=st.data())
    def begin(self, worker: int, number: int, data: st.DataObject) -> None:
        """Give a worker a batch, more often than not one that fits."""
        if self.folded.workers[worker] is not None:
            return
        pieces = []
        for log, records in enumerate(self.folded.logs):
            fitting = st.just(self.folded.projections[number].positions[log])
            first = data.draw(fitting | st.integers(0, len(records)))
            if first < len(records):
                until = data.draw(st.integers(first + 1, len(records)))
                pieces.append(Piece(log, first, until))
        bug = self.folding_bug
        begun = folding.begin(self.folded, FOLDING, worker, number, tuple(pieces), bug)
        self.folded = begun or self.folded

    @rule(worker=st.integers(0, 2), killed=st.booleans())
    def end(self, worker: int, killed: bool) -> None:  # noqa: FBT001 - drawn
        """Commit a worker's transaction, or undo it with its process."""
        work = self.folded.workers[worker]
        if work is not None:
            self.folded = (
                folding.put_work(self.folded, worker, None)
                if killed
                else folding.commit(self.folded, FOLDING, worker, work, self.folding_bug)
            )

    @rule()
    def switch(self) -> None:
        """Let the other projection go live, if it may."""
        possible = folding.switches(self.folded, self.folding_bug)
        _, self.folded = next(possible, ("", self.folded))

    @rule()
    def read(self) -> None:
        """Let a reader read on."""
        self.folded = folding.read(self.folded, self.folding_bug)

    @invariant()
    def see_that_nothing_is_wrong(self) -> None:
        """Check every invariant of both."""
        assert publishing.wrong(self.published) is None
        assert folding.wrong(self.folded, FOLDING, self.folding_bug) is None

    def teardown(self) -> None:
        """Kill everybody and let all come to rest: everything committed is counted, once."""
        self.published = publishing.drained(self.published, PUBLISHING, self.publishing_bug)
        self._append_what_was_published()
        self.folded = folding.drained(self.folded, FOLDING, self.folding_bug)
        counted = {Event(event.case, event.sequence) for event in self.published.kept} | {
            event
            for log, records in enumerate(self.folded.logs)
            for event in records
            if event.case >= PUBLISHING.cases and event.case % 2 == log % 2
        }
        everything = folding.recount(frozenset(counted))

        assert self.published.outbox == ()
        assert [everything] * 2 == [each.tallies for each in self.folded.projections]

    def _append_what_was_published(self) -> None:
        for case, log in enumerate(self.published.logs):
            for event in log[self.brought[case] :]:
                self._append(case % 2, Event(event.case, event.sequence))
            self.brought[case] = len(log)

    def _append(self, log: int, event: Event) -> None:
        logs = list(self.folded.logs)
        logs[log] = (*logs[log], event)
        self.folded = self.folded._replace(logs=tuple(logs))


def test_the_whole_is_exact_whatever_happens() -> None:
    run_state_machine_as_test(Whole, settings=AT_RANDOM)


@pytest.mark.parametrize("bug", EASY)
def test_the_machine_finds_what_is_easy_to_find(bug: str) -> None:
    class Faulty(Whole):
        publishing_bug = cast("publishing.Bug", bug)
        folding_bug = cast("folding.Bug", bug)

    with pytest.raises(AssertionError):
        run_state_machine_as_test(Faulty, settings=AT_ONCE)
