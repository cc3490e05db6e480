"""A model checker in one function: visits every state that a model can reach, breadth first."""

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

type Steps[S] = Callable[[S], Iterable[tuple[str, S]]]
"""From a state to the names of the steps that are possible in it, and where each leads."""

type Wrong[S] = Callable[[S], str | None]
"""Which invariant a state breaks, if any."""


@dataclass(frozen=True, slots=True)
class Explored:
    """How many states were visited; what is wrong with the last one, and a shortest way to it."""

    states: int
    wrong: str | None = None
    way: tuple[str, ...] = ()


def explore[S: Hashable](starts: Iterable[S], steps: Steps[S], wrong: Wrong[S]) -> Explored:
    """Visit every state reachable from `starts`, up to the first in which something is wrong."""
    came: dict[S, tuple[str, S] | None] = dict.fromkeys(starts)
    waiting = deque(came)
    while waiting:
        state = waiting.popleft()
        broken = wrong(state)
        if broken is not None:
            return Explored(len(came), broken, _way(came, state))
        for name, following in steps(state):
            if following not in came:
                came[following] = (name, state)
                waiting.append(following)
    return Explored(len(came))


def _way[S](came: dict[S, tuple[str, S] | None], state: S) -> tuple[str, ...]:
    names: list[str] = []
    while (step := came[state]) is not None:
        name, state = step
        names.append(name)
    return tuple(reversed(names))
