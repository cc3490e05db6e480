"""Model of the fold: workers, positions, a projection and the next one built beside it.

The logs hold anything: any step anywhere, missing, repeated, late. A worker may come at any moment
with any piece of any logs, so that assignments, rebalances, zombies and restarts need no step of
their own: each is a worker that comes with a piece, a fitting one or not. Facts have no unique key
here: exactness does not hang on it.
"""

import operator
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import chain, combinations, pairwise, product
from typing import Literal, NamedTuple

type Bug = Literal[
    "moves the positions outside of the transaction",
    "neither locks nor compares the positions",
    "compares the positions without a lock",
    "locks the positions without comparing them",
    "locks the positions of one topic alone",
    "counts what lies in another partition",
    "folds what lies below the position again",
    "skips a gap",
    "counts a step each time that it comes",
    "lets an older version overwrite a newer one",
    "switches before it has caught up",
    "reads without a snapshot",
]
"""What may be wrong with the fold. One of them is harmless: see HARMLESS."""

HARMLESS: Bug = "locks the positions without comparing them"
"""A lock alone suffices; the comparison is there for the day on which somebody forgets it."""


class Size(NamedTuple):
    """How large an instance is.

    `lengths` are those of the logs. Log number n is partition n modulo `partitions`: with fewer
    partitions than logs there are several topics. `anywhere` lets events lie in wrong partitions.
    """

    lengths: tuple[int, ...] = (2, 1)
    partitions: int = 2
    cases: int = 2
    versions: int = 2
    anywhere: bool = False
    workers: int = 2
    projections: int = 1
    readers: int = 0


class Event(NamedTuple):
    """One step of a case."""

    case: int
    sequence: int


type Logs = tuple[tuple[Event, ...], ...]
type Tallies = frozenset[tuple[tuple[int, int], int]]
"""What is counted and when it was recorded, both as versions: how often, where not zero."""


class Piece(NamedTuple):
    """Records `first` to before `until` of a log."""

    log: int
    first: int
    until: int


class Projection(NamedTuple):
    """The tables of one version of the fold."""

    positions: tuple[int, ...]
    facts: frozenset[Event] = frozenset()
    tallies: Tallies = frozenset()


class Work(NamedTuple):
    """A worker's open transaction, and what it has read in it."""

    projection: int
    batch: tuple[Piece, ...]
    since: tuple[int, ...]
    known: frozenset[Event]


class State(NamedTuple):
    """Everything at one moment.

    `shown` is the furthest that a reader can have seen, `reader` what one has read so far.
    """

    logs: Logs
    projections: tuple[Projection, ...]
    workers: tuple[Work | None, ...]
    shown: tuple[int, ...]
    live: int = 0
    reader: tuple[tuple[int, Tallies], ...] = ()


def starts(size: Size) -> Iterator[State]:
    """Yield the empty tables before each of the possible logs."""
    nowhere = (0,) * len(size.lengths)
    for logs in product(*(_contents(size, log) for log in range(len(size.lengths)))):
        projections = (Projection(nowhere),) * size.projections
        yield State(logs, projections, (None,) * size.workers, nowhere)


def _contents(size: Size, log: int) -> Iterator[tuple[Event, ...]]:
    return product(
        (
            Event(case, sequence)
            for case in range(size.cases)
            for sequence in range(1, size.versions + 1)
            if size.anywhere or case % size.partitions == log % size.partitions
        ),
        repeat=size.lengths[log],
    )


def steps(state: State, size: Size, bug: Bug | None = None) -> Iterator[tuple[str, State]]:
    """Yield everything that may happen next."""
    for worker, work in enumerate(state.workers):
        if work is None:
            for number, batch in product(range(size.projections), _batches(state.logs)):
                begun = begin(state, size, worker, number, batch, bug)
                if begun is not None:
                    yield f"worker {worker} begins {batch} of projection {number}", begun
        else:
            yield f"worker {worker} commits", commit(state, size, worker, work, bug)
            yield f"worker {worker} is killed", put_work(state, worker, None)
    yield from switches(state, bug)
    if size.readers:
        yield "the reader reads", read(state, bug)


def switches(state: State, bug: Bug | None = None) -> Iterator[tuple[str, State]]:
    """Yield each projection that may go live: it is nowhere behind the one that is."""
    shown_to = state.projections[state.live].positions
    for number, projection in enumerate(state.projections):
        ahead = all(map(operator.ge, projection.positions, shown_to))
        if number != state.live and (ahead or bug == "switches before it has caught up"):
            yield f"projection {number} goes live", _shown(state._replace(live=number))


def wrong(state: State, size: Size, bug: Bug | None = None) -> str | None:
    """Return which invariant the state breaks."""
    for projection in state.projections:
        done = (Piece(log, 0, until) for log, until in enumerate(projection.positions))
        folded = frozenset(_good(size, done, state, bug))
        if projection.facts != folded:
            return "the facts are not those of the log up to the positions"
        if projection.tallies != recount(folded):
            return "the tallies are not a recount of the log up to the positions"
    if state.shown != state.projections[state.live].positions:
        return "a reader sees the positions go back"
    if len(set(state.reader)) > 1:
        return "a reader sees a mixture"
    return None


@cache
def recount(events: frozenset[Event]) -> Tallies:
    """Return the tallies of a set of steps: each takes out what the one before it counted as."""
    totals = Counter[tuple[int, int]]()
    for case in {event.case for event in events}:
        timeline = sorted({event.sequence for event in events if event.case == case})
        totals.update((sequence, sequence) for sequence in timeline)
        totals.subtract((before, sequence) for before, sequence in pairwise(timeline))
    return _tallies(totals)


def drained(state: State, size: Size, bug: Bug | None = None) -> State:
    """Return what comes of a state when all workers are killed and one then works in peace."""
    now = state._replace(workers=(None,) * size.workers)
    whole = tuple(Piece(log, 0, len(records)) for log, records in enumerate(state.logs) if records)
    for number in range(size.projections):
        begun = begin(now, size, 0, number, whole, bug)
        if begun is not None and (work := begun.workers[0]) is not None:
            now = commit(begun, size, 0, work, bug)
    return now


@cache
def _batches(logs: Logs) -> list[tuple[Piece, ...]]:
    """Return every batch that a worker may come with: a piece of some of the logs."""
    pieces = [
        [(), *((Piece(log, *piece),) for piece in combinations(range(len(records) + 1), 2))]
        for log, records in enumerate(logs)
    ]
    return [tuple(chain.from_iterable(some)) for some in product(*pieces) if any(some)]


def begin(
    state: State,
    size: Size,
    worker: int,
    number: int,
    batch: tuple[Piece, ...],
    bug: Bug | None,
) -> State | None:
    """Return what a worker's transaction begins with, or None where it waits or has nothing to do.

    It locks the positions of its partitions, leaves out what lies below them, and refuses a gap.
    """
    projection = state.projections[number]
    touched = _locks(size, batch, bug)
    for other in state.workers:
        if other and other.projection == number and touched & _locks(size, other.batch, bug):
            return None
    since = projection.positions
    if bug == "folds what lies below the position again":
        fresh = batch
    else:
        fresh = tuple(
            piece._replace(first=max(piece.first, since[piece.log]))
            for piece in batch
            if piece.until > since[piece.log]
        )
    gap = any(piece.first > since[piece.log] for piece in fresh)
    if not fresh or (gap and bug != "skips a gap"):
        return None
    begun = put_work(state, worker, Work(number, fresh, since, projection.facts))
    if bug == "moves the positions outside of the transaction":
        moved = projection._replace(positions=_moved(projection.positions, fresh))
        return begun._replace(projections=_put(state.projections, number, moved))
    return begun


def _locks(size: Size, batch: tuple[Piece, ...], bug: Bug | None) -> set[int]:
    if bug in {
        "neither locks nor compares the positions",
        "compares the positions without a lock",
    }:
        return set()
    if bug == "locks the positions of one topic alone":
        return {piece.log for piece in batch}
    return {piece.log % size.partitions for piece in batch}


def commit(state: State, size: Size, worker: int, work: Work, bug: Bug | None) -> State:
    """Return what a transaction makes of the tables; nothing where a position has moved."""
    ended = put_work(state, worker, None)
    now = state.projections[work.projection]
    careless = bug in {
        "neither locks nor compares the positions",
        "locks the positions without comparing them",
        "moves the positions outside of the transaction",
    }
    moved = any(now.positions[piece.log] != work.since[piece.log] for piece in work.batch)
    if moved and not careless:
        return ended
    totals, known = Counter(dict(now.tallies)), work.known
    for event in _good(size, work.batch, state, bug):
        totals.update(_change(known, event, bug))
        known |= {event}
    folded = Projection(_moved(now.positions, work.batch), now.facts | known, _tallies(totals))
    return _shown(ended._replace(projections=_put(state.projections, work.projection, folded)))


def _change(
    known: frozenset[Event], event: Event, bug: Bug | None
) -> Mapping[tuple[int, int], int]:
    """Return what one more step changes in tallies that hold the `known` ones."""
    if bug == "counts a step each time that it comes":
        return {(event.sequence, event.sequence): 1}
    if bug == "lets an older version overwrite a newer one" and event not in known:
        before = max((one.sequence for one in known if one.case == event.case), default=0)
        return {(event.sequence, event.sequence): 1} | (
            {(before, event.sequence): -1} if before else {}
        )
    change = Counter(dict(recount(known | {event})))
    change.subtract(dict(recount(known)))
    return change


def _good(size: Size, batch: Iterable[Piece], state: State, bug: Bug | None = None) -> list[Event]:
    """Return the steps in a batch; one that is not where its key belongs is a dead letter."""
    return [
        event
        for log, first, until in batch
        for event in state.logs[log][first:until]
        if event.case % size.partitions == log % size.partitions
        or bug == "counts what lies in another partition"
    ]


def read(state: State, bug: Bug | None) -> State:
    """Return what is known after one of the two statements with which a reader reads."""
    view = (state.live, state.projections[state.live].tallies)
    if len(state.reader) != 1:
        return state._replace(reader=(view,))
    seen = view if bug == "reads without a snapshot" else state.reader[0]
    return state._replace(reader=(state.reader[0], seen))


def _shown(state: State) -> State:
    now = state.projections[state.live].positions
    return state._replace(shown=tuple(map(max, state.shown, now)))


def _moved(positions: tuple[int, ...], batch: Iterable[Piece]) -> tuple[int, ...]:
    until = {piece.log: piece.until for piece in batch}
    return tuple(until.get(log, position) for log, position in enumerate(positions))


def _tallies(totals: Mapping[tuple[int, int], int]) -> Tallies:
    return frozenset((cell, amount) for cell, amount in totals.items() if amount)


def put_work(state: State, worker: int, work: Work | None) -> State:
    """Return the state with a worker's transaction begun, or ended without a trace."""
    return state._replace(workers=_put(state.workers, worker, work))


def _put[T](items: tuple[T, ...], place: int, item: T) -> tuple[T, ...]:
    return (*items[:place], item, *items[place + 1 :])
