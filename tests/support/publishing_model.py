"""Model of the desk, the outbox and the relay, small enough for every state to be visited.

Left out is what cannot matter: bytes, time, idle waiting. Left in is everything that may happen at
a bad moment. There is more freedom than in the real code: relays need no lead, desks no order.
"""

from collections.abc import Iterator
from itertools import chain, product
from typing import Literal, NamedTuple

type Bug = Literal[
    "answers before the commit",
    "writes to the log beside the outbox",
    "forgets the keys of commands",
    "takes no lock on the case",
    "draws the position before the lock",
    "deletes before the acknowledgement",
    "deletes up to the last position",
    "reads past the last position",
    "publishes on past a failure",
]


class Size(NamedTuple):
    """How large an instance is; an event is on the log at most `copies` times."""

    cases: int = 2
    commands: int = 2
    desks: int = 2
    relays: int = 1
    batch: int = 2
    copies: int = 2


class Event(NamedTuple):
    """One step of a case, and the command that it came of."""

    case: int
    sequence: int
    command: int


class Row(NamedTuple):
    """A row of the outbox."""

    position: int
    event: Event


class Turn(NamedTuple):
    """What a relay is at: the rows it read, how many are sent, and whether all of these arrived."""

    rows: tuple[Row, ...]
    sent: int = 0
    whole: bool = True


class State(NamedTuple):
    """Everything at one moment.

    `kept` are the committed events, `open` the rows of each desk's uncommitted transaction, `mark`
    is for relays that remember how far they read. There is a log for each case: partitions keep
    nothing else apart.
    """

    kept: frozenset[Event]
    answered: frozenset[tuple[int, int]]
    open: tuple[tuple[Row, ...], ...]
    outbox: tuple[Row, ...]
    turns: tuple[Turn | None, ...]
    logs: tuple[tuple[Event, ...], ...]
    mark: int | None = None


def start(size: Size) -> State:
    """Return the state in which nothing has happened."""
    nothing: tuple[tuple[Row, ...], ...] = ((),) * size.desks
    logs: tuple[tuple[Event, ...], ...] = ((),) * size.cases
    return State(frozenset(), frozenset(), nothing, (), (None,) * size.relays, logs)


def steps(state: State, size: Size, bug: Bug | None = None) -> Iterator[tuple[str, State]]:
    """Yield everything that may happen next."""
    for desk, rows in enumerate(state.open):
        for case, command in product(range(size.cases), range(size.commands)):
            yield from _take(state, desk, case, command, bug)
        if rows:
            undone = state._replace(open=_put(state.open, desk, ()))
            yield f"desk {desk} commits", _commit(undone, rows)
            yield f"desk {desk} is killed", undone
    for relay in range(size.relays):
        for what, following in _turn(state, relay, size, bug):
            yield f"relay {relay} {what}", following


def wrong(state: State) -> str | None:
    """Return which invariant the state breaks."""
    on_log = set(chain.from_iterable(state.logs))
    commands = {(event.case, event.command) for event in state.kept}
    first = [[event.sequence for event in dict.fromkeys(log)] for log in state.logs]
    broken = {
        "a command is answered and not committed": state.answered - commands,
        "a command was done twice": len(state.kept) - len(commands),
        "two events are the same step": len(state.kept)
        - len({(event.case, event.sequence) for event in state.kept}),
        "a committed event is nowhere": state.kept - on_log - {row.event for row in state.outbox},
        "an event is on the log and not committed": on_log - state.kept,
        "first occurrences on the log are out of order": any(
            each != list(range(1, len(each) + 1)) for each in first
        ),
    }
    return next((what for what, found in broken.items() if found), None)


def drained(state: State, size: Size, bug: Bug | None = None) -> State:
    """Return what comes of a state when everybody is killed and one relay then works in peace."""
    now = state._replace(open=start(size).open, turns=(None,) * size.relays)
    endless = size._replace(copies=len(state.kept) + size.copies + 1)
    while (well := next(_turn(now, 0, endless, bug), None)) is not None:
        now = well[1]
    return now


def _take(
    state: State, desk: int, case: int, command: int, bug: Bug | None
) -> Iterator[tuple[str, State]]:
    """Yield what a command comes to that joins the transaction of a desk, if it need not wait."""
    own = state.open[desk]
    elsewhere = [row.event for rows in state.open if rows is not own for row in rows]
    visible = [*state.kept, *(row.event for row in own)]
    of_case = [event for event in visible if event.case == case]
    if any(event.case == case for event in elsewhere) and bug != "takes no lock on the case":
        return
    if any((event.case, event.command) == (case, command) for event in elsewhere):
        return
    done = {event.command for event in of_case}
    begun = done | {event.command for event in elsewhere if event.case == case}
    again = command in done and bug == "forgets the keys of commands"
    if not again and command != len(begun):
        return
    event = Event(case, len(of_case) + 1, command)
    early = bug == "draws the position before the lock"
    row = Row(-1 if early else max(_positions(state), default=-1) + 1, event)
    taken = state._replace(open=_put(state.open, desk, (*own, row)))
    if bug == "answers before the commit":
        taken = taken._replace(answered=state.answered | {(case, command)})
    if bug == "writes to the log beside the outbox":
        taken = taken._replace(logs=_put(state.logs, case, (*state.logs[case], event)))
    yield f"desk {desk} takes {event}", _renumbered(taken)


def _commit(undone: State, rows: tuple[Row, ...]) -> State:
    events = frozenset(row.event for row in rows)
    return undone._replace(
        kept=undone.kept | events,
        answered=undone.answered | {(event.case, event.command) for event in events},
        outbox=tuple(sorted((*undone.outbox, *rows))),
    )


def _turn(state: State, relay: int, size: Size, bug: Bug | None) -> Iterator[tuple[str, State]]:
    """Yield what one relay may do next; what it does when all goes well comes first.

    A turn that is killed leaves its rows where they are, whether it failed or its process died.
    """
    turn = state.turns[relay]
    idle = state._replace(turns=_put(state.turns, relay, None))
    if turn is None:
        mark = state.mark
        rows = tuple(row for row in state.outbox if mark is None or row.position > mark)
        rows = rows[: size.batch]
        if rows:
            left = _without(state.outbox, rows)
            outbox = left if bug == "deletes before the acknowledgement" else state.outbox
            turns = _put(state.turns, relay, Turn(rows))
            yield "reads", state._replace(turns=turns, outbox=outbox)
    elif turn.sent < len(turn.rows):
        event = turn.rows[turn.sent].event
        log = state.logs[event.case]
        sent = turn._replace(sent=turn.sent + 1)
        unsure = _put(state.turns, relay, sent._replace(whole=False))
        if log.count(event) < size.copies:
            logs = _put(state.logs, event.case, (*log, event))
            yield "is acknowledged", state._replace(turns=_put(state.turns, relay, sent), logs=logs)
            yield "hears nothing", state._replace(turns=unsure, logs=logs)
        if bug == "publishes on past a failure":
            yield "is not heard", state._replace(turns=unsure)
    elif turn.whole:
        outbox = _without(state.outbox, turn.rows)
        last = turn.rows[-1].position
        if bug == "deletes up to the last position":
            outbox = tuple(row for row in outbox if row.position > last)
        mark = last if bug == "reads past the last position" else None
        yield "deletes", _renumbered(idle._replace(outbox=outbox, mark=mark))
    if turn is not None:
        yield "is killed", idle


def _positions(state: State) -> list[int]:
    held = (turn.rows for turn in state.turns if turn is not None)
    rows = chain(state.outbox, *state.open, *held)
    marks = [] if state.mark is None else [state.mark]
    return sorted({row.position for row in rows} | set(marks))


def _renumbered(state: State) -> State:
    """Return the state with positions 0, 1, 2, …: nothing but their order is of interest."""
    new = {position: number for number, position in enumerate(_positions(state))}

    def moved(rows: tuple[Row, ...]) -> tuple[Row, ...]:
        return tuple(Row(new[row.position], row.event) for row in rows)

    return state._replace(
        outbox=moved(state.outbox),
        open=tuple(map(moved, state.open)),
        turns=tuple(turn and turn._replace(rows=moved(turn.rows)) for turn in state.turns),
        mark=None if state.mark is None else new[state.mark],
    )


def _without(outbox: tuple[Row, ...], rows: tuple[Row, ...]) -> tuple[Row, ...]:
    return tuple(row for row in outbox if row not in rows)


def _put[T](items: tuple[T, ...], place: int, item: T) -> tuple[T, ...]:
    return (*items[:place], item, *items[place + 1 :])
